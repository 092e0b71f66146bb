"""An agent's call from login to note: real page, roster, queue, desk, talk and files."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from ivr.audio.g711 import encode_ulaw
from ivr.audio.pcm import FRAME
from ivr.bridge import Desk, Means, Report
from ivr.consulting import ConsultMeans
from ivr.errors import LegBroken
from ivr.handoff.actions import Outcome
from ivr.handoff.agents import Presence
from ivr.handoff.card import Card
from ivr.handoff.handoff import Handoff, Limits
from ivr.handoff.tickets import Ticket
from ivr.phones import Phones
from ivr.ports import AudioLeg
from ivr.records.roster import Roster
from ivr.settings import Console
from ivr.talking import Talking
from ivr.webrtc.server import Browsers, ConsoleServer
from tests.support.browser import MICROPHONE_HZ, Chromium, browsing
from tests.support.browser_peer import OPTIONS, BrowserPeer, called
from tests.support.desk_scene import SOUNDS
from tests.support.fakes import FakeSpeaker
from tests.support.practice import DANA, OFFICE, Practice, practice
from tests.support.sound import level_of_tone, tone
from tests.webrtc.listening import OURS_HZ, PATIENCE, RAW_MICROPHONE, page_hears

CALL = "5f1c20aa"
CARD = Card(CALL, "the pharmacy", caller="Alex Sample", why="The caller asked for a person.")
LOUD = -35.0  # dBFS


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    yield from browsing(tmp_path_factory.mktemp("browser"))


class NoTrunk:
    """Nobody here has a SIP phone."""

    async def dial(
        self, uri: str, *, ring_for: float, on_leg: Callable[[AudioLeg], None] | None = None
    ) -> AudioLeg:
        del on_leg
        raise LegBroken(f"{uri} was dialled, within {ring_for:g} s")


async def run_nothing(flow: str, leg: AudioLeg) -> str:
    raise LegBroken(f"{flow} was run on {leg.info.key}")


@asynccontextmanager
async def consoles(there: Practice, roster: Roster) -> AsyncIterator[ConsoleServer]:
    browsers = Browsers("Cedar Street Clinic", OPTIONS)
    server = ConsoleServer(Console(port=0), browsers, door=roster, actions=there.floor)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        await roster.close()


async def log_in(page: Page, server: ConsoleServer, password: str) -> None:
    await page.add_init_script(RAW_MICROPHONE)
    await page.goto(f"http://127.0.0.1:{server.port}/")
    await page.get_by_label("Name").fill("Dana")
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")
    await page.get_by_role("group", name="You").wait_for()
    await page.keyboard.press("r")
    await expect(page.get_by_role("heading", name="Ready for a call")).to_be_visible()


async def hears(caller: BrowserPeer, hertz: float) -> None:
    """Wait until half a second of what *caller* hears is *hertz*."""
    async with asyncio.timeout(PATIENCE):
        while level_of_tone(b"".join([*caller.heard][-25:]), hertz) < LOUD:  # noqa: ASYNC110 - sound has no event
            await asyncio.sleep(0.1)


def test_an_agent_of_the_roster_takes_a_caller_from_the_queue_and_writes_a_note(
    chromium: Chromium, tmp_path: Path
) -> None:
    async def scene(page: Page) -> None:
        roster = Roster(tmp_path / "agents.db")
        password = await roster.add(DANA)
        async with (
            practice(tmp_path, time.time) as there,
            consoles(there, roster) as server,
            called() as (leg, caller),
        ):
            caller._payload = encode_ulaw(tone(OURS_HZ, FRAME))
            await log_in(page, server, password)
            phones = Phones(NoTrunk(), server)
            consult = ConsultMeans(there.store, lambda: OFFICE, phones, NoTrunk(), time.time)
            converse = Talking(there.talks, there.board, consult)(run_nothing)
            means = Means(there.board, phones, FakeSpeaker(), SOUNDS, converse)
            ticket = Ticket(CALL, "pharmacy", time.time())
            async with Desk(leg, Handoff(Limits()), means, ticket=ticket, card=CARD) as desk:
                await expect(page.get_by_text(CARD.why)).to_be_visible()
                await page.keyboard.press("a")
                assert await page_hears(page) == pytest.approx(OURS_HZ, abs=10)
                await hears(caller, MICROPHONE_HZ)
                (row,) = (await there.floor.floor()).talks
                assert (row.call, row.agent, row.queue) == (CALL, "Dana", "the pharmacy")
                await page.keyboard.press("n")
                await page.keyboard.type("Refill is due on Thursday.")
                await page.keyboard.press("Escape")
                await page.keyboard.press("Shift+E")
                async with asyncio.timeout(PATIENCE):
                    report = await desk.wait()
                assert isinstance(report, Report)
                assert (report.outcome, report.agent) == (Outcome.SERVED, "Dana")
            await page.get_by_label("Solved").check()
            (dana,) = (await there.floor.floor()).colleagues
            assert dana.presence is Presence.WRAPPING
            await page.keyboard.press("Control+Enter")
            await expect(page.get_by_role("heading", name="Ready for a call")).to_be_visible()
        kept = await notes_in(tmp_path)
        assert kept == [("Dana", "solved", "Refill is due on Thursday.", True)]

    chromium.play(scene)


async def notes_in(folder: Path) -> list[tuple[str, str, str, bool]]:
    async with practice(folder, time.time) as restarted:
        notes = await restarted.notes.kept(CALL)
    return [(note.agent, note.outcome, note.note, note.finished) for note in notes]
