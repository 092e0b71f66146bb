"""The console in a real browser: an agent's shift, by keyboard, with sound both ways."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from playwright.async_api import Page, expect

from ivr.desk import AgentLeg, Commanded
from ivr.errors import LegLost
from ivr.handoff.agents import Presence
from ivr.handoff.commands import (
    AgentCommand,
    Attending,
    Consult,
    Done,
    Hold,
    Resume,
    SendTo,
    SendToFlow,
    TalkPhase,
    TalkView,
)
from ivr.ports import Gone
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.floor import Colleague, TalkRow, Waiter
from ivr.webrtc.messages import WrapUpOutcome
from ivr.webrtc.server import ConsoleServer
from tests.support.browser import MICROPHONE_HZ, Chromium, browsing
from tests.support.console import CARD, DANA, GONE, SAM, FakeActions, log_in, serving
from tests.support.sound import level, level_of_tone, tone
from tests.webrtc.listening import OURS_HZ, PATIENCE, RAW_MICROPHONE, hears_tone, page_hears


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    yield from browsing(tmp_path_factory.mktemp("browser"))


@asynccontextmanager
async def shift(page: Page, actions: FakeActions) -> AsyncIterator[ConsoleServer]:
    """Serve the console to an agent who has logged in and is ready."""
    await page.add_init_script(RAW_MICROPHONE)
    async with serving(actions) as server:
        await log_in(page, server)
        await page.keyboard.press("r")
        await expect(page.get_by_role("heading", name="Ready for a call")).to_be_visible()
        yield server


@asynccontextmanager
async def talk(page: Page, actions: FakeActions) -> AsyncIterator[ConsoleLeg]:
    """Put the agent in a call."""
    async with shift(page, actions) as server:
        ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=PATIENCE))
        await expect(page.get_by_role("button", name="Answer")).to_be_visible()
        await page.keyboard.press("a")
        leg = await ringing
        try:
            await expect(page.get_by_role("button", name="Mute")).to_be_visible()
            yield leg
        finally:
            await leg.hang_up()


async def command(leg: AgentLeg) -> AgentCommand:
    async with asyncio.timeout(PATIENCE):
        async for event in leg.events():
            if isinstance(cast("object", event), Commanded):
                return cast("Commanded", event).command
    raise AssertionError("the leg is gone")


async def until(look: Any) -> None:  # noqa: ANN401 - any question without parameters
    async with asyncio.timeout(PATIENCE):
        while not look():  # noqa: ASYNC110 - a page changes it, and has no event of ours
            await asyncio.sleep(0.02)


def test_an_agent_answers_talks_holds_and_writes_a_note(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        async with talk(page, actions) as leg:
            leg.play(tone(OURS_HZ, 1.0), token=1, loop=True)
            await hears_tone(leg, MICROPHONE_HZ)
            assert await page_hears(page) == pytest.approx(OURS_HZ, abs=10)
            await page.keyboard.press("h")
            assert await command(leg) == Hold()
            leg.show(TalkView(TalkPhase.HELD))
            await page.get_by_role("button", name="Resume").wait_for()
            await page.keyboard.press("h")
            assert await command(leg) == Resume()
            leg.show(TalkView(TalkPhase.TALKING))
            await page.keyboard.press("n")
            await page.keyboard.type("Refill is due on Thursday. a d m h")
            await page.keyboard.press("Escape")
            await page.keyboard.press("Shift+E")
            assert await command(leg) == Done()
            await leg.hang_up()
            await expect(page.get_by_role("heading", name="After the call")).to_be_visible()
            await page.get_by_label("Solved").check()
            await page.keyboard.press("Control+Enter")
            await until(lambda: actions.notes)
            (note,) = actions.notes
            assert note.note == "Refill is due on Thursday. a d m h"
            assert (note.outcome, note.finished) == (WrapUpOutcome.SOLVED, True)
            await expect(page.get_by_role("heading", name="Ready for a call")).to_be_visible()
            assert actions.is_ready(DANA)

    chromium.play(scene)


def test_the_card_says_who_what_for_and_why(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        async with shift(page, FakeActions()) as server:
            ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=PATIENCE))
            offer = page.get_by_role("region", name="Incoming call")
            for text in (
                CARD.caller,
                f"Verified by {CARD.verified}",
                CARD.wanted,
                CARD.why,
                *CARD.done,
                *(said.words for said in CARD.said),
                "unsure 41 %",
            ):
                await expect(offer.get_by_text(text)).to_be_visible()
            known = offer.locator(".known").get_by_role("listitem")
            assert await known.all_inner_texts() == list(CARD.known)
            await page.keyboard.press("d")
            with pytest.raises(LegLost) as caught:
                await ringing
            assert caught.value.args[1] == 603
            await expect(page.get_by_role("heading", name="Ready for a call")).to_be_visible()

    chromium.play(scene)


def test_an_offer_goes_away_when_the_caller_does(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        async with shift(page, FakeActions()) as server:
            ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=PATIENCE))
            await expect(page.get_by_role("button", name="Answer")).to_be_visible()
            ringing.cancel()
            await asyncio.gather(ringing, return_exceptions=True)
            await expect(page.get_by_role("button", name="Answer")).to_be_hidden()
            await expect(page.get_by_text("no longer waiting")).to_be_visible()

    chromium.play(scene)


def test_nothing_is_heard_of_an_agent_before_they_answer_or_while_muted(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        async with shift(page, FakeActions()) as server:
            ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=PATIENCE))
            offer = server._reception._seats["Dana"]._offer
            while offer is None or offer._leg is None:
                await asyncio.sleep(0.01)
                offer = server._reception._seats["Dana"]._offer
            heard: list[bytes] = []
            offer._leg.subscribe(heard.append)
            await offer._leg.answer()
            await asyncio.sleep(0.5)
            assert len(heard) > 10
            assert all(level(frame) < -60 for frame in heard)
            await page.keyboard.press("a")
            leg = await ringing
            await hears_tone(leg, MICROPHONE_HZ)
            await page.keyboard.press("m")
            await page.get_by_role("button", name="Muted").wait_for()
            await asyncio.sleep(0.5)
            heard.clear()
            await asyncio.sleep(0.5)
            assert level_of_tone(b"".join(heard), MICROPHONE_HZ) < -60
            await page.keyboard.press("m")
            await hears_tone(leg, MICROPHONE_HZ)
            await leg.hang_up()

    chromium.play(scene)


def test_a_page_loaded_anew_in_a_call_keeps_the_call_its_sound_and_the_note(
    chromium: Chromium,
) -> None:
    async def scene(page: Page) -> None:
        async with talk(page, FakeActions()) as leg:
            await hears_tone(leg, MICROPHONE_HZ)
            await page.get_by_role("textbox", name="Note").fill("Half a")
            await page.get_by_text("Kept.").wait_for()
            page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
            await page.reload()
            await expect(page.get_by_role("button", name="Mute")).to_be_visible()
            await expect(page.get_by_role("textbox", name="Note")).to_have_value("Half a")
            leg.play(tone(OURS_HZ, 1.0), token=1, loop=True)
            assert await page_hears(page) == pytest.approx(OURS_HZ, abs=10)
            await hears_tone(leg, MICROPHONE_HZ)

    chromium.play(scene)


def test_a_page_that_is_closed_in_a_call_is_a_lost_agent_whose_note_waits(
    chromium: Chromium,
) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        async with talk(page, actions) as leg:
            await page.get_by_role("textbox", name="Note").fill("Half a")
            await page.get_by_text("Kept.").wait_for()
            await page.close()
            async with asyncio.timeout(PATIENCE):
                assert [event async for event in leg.events()] == [Gone(lost=True)]
            await until(lambda: actions.presences["Dana"].presence is Presence.OFFLINE)
        assert [(note.note, note.finished) for note in actions.notes] == [("Half a", False)]

    chromium.play(scene)


def test_a_caller_is_sent_where_the_agent_says(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        lee = Colleague("Lee", Presence.READY, 3.0)
        actions.shown = replace(actions.shown, colleagues=(lee,))
        async with talk(page, actions) as leg:
            await page.keyboard.press("c")
            await page.get_by_label("Consult", exact=True).select_option("Lee")
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            assert await command(leg) == Consult("Lee")
            leg.show(TalkView(TalkPhase.CONSULTING, other="Lee"))
            await page.get_by_role("button", name="Hand over").wait_for()
            await expect(page.get_by_text("You consult Lee")).to_be_visible()
            leg.show(TalkView(TalkPhase.TALKING, trouble="Lee does not answer."))
            await expect(page.get_by_text("Lee does not answer.")).to_be_visible()
            await page.keyboard.press("t")
            await page.get_by_label("or a telephone number").fill("212-555-0142")
            await page.keyboard.press("Enter")
            assert await command(leg) == SendTo("212-555-0142")
            await page.keyboard.press("f")
            await page.get_by_role("button", name="Send", exact=True).click()
            assert await command(leg) == SendToFlow("pay_bill")
            leg.show(TalkView(TalkPhase.TALKING, told="Pay a bill: done."))
            await expect(page.get_by_text("Pay a bill: done.")).to_be_visible()

    chromium.play(scene)


def test_a_supervisor_listens_unheard_whispers_and_takes_over(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        rows = tuple(
            TalkRow(call, agent, "the pharmacy", 5.0, TalkPhase.TALKING)
            for call, agent in ((CARD.call, "Lee"), ("0a0b0c0d", "Robin"), (GONE, "Ash"))
        )
        waiting = Waiter("t2", "the pharmacy", 2, 9.0)
        actions.shown = replace(actions.shown, talks=rows, waiting=(waiting,))
        await page.add_init_script(RAW_MICROPHONE)
        async with serving(actions) as server:
            await log_in(page, server, SAM)
            await page.get_by_role("button", name="Move up").click()
            await page.get_by_role("button", name="Listen: Ash").click()
            await expect(page.get_by_text("That did not work: that talk is over.")).to_be_visible()
            await page.get_by_role("button", name="Listen: Robin").click()
            await until(lambda: actions.attended)
            await page.get_by_role("button", name="Listen: Lee").click()
            await until(lambda: len(actions.attended) > 1)
            leg = actions.visitor
            assert leg is not None
            leg.play(tone(OURS_HZ, 1.0), token=1, loop=True)
            assert await page_hears(page) == pytest.approx(OURS_HZ, abs=10)
            await page.get_by_role("button", name="Whisper: Lee").click()
            await hears_tone(leg, MICROPHONE_HZ)
            await page.get_by_role("button", name="Take over: Lee").click()
            await expect(page.get_by_role("heading", name="Alex Sample").first).to_be_visible()
            await page.keyboard.press("h")
            assert await command(leg) == Hold()
            modes = [Attending.LISTEN, Attending.LISTEN, Attending.WHISPER, Attending.TAKE_OVER]
            assert actions.attended == [("Sam", mode) for mode in modes]
            assert actions.moved == [("Sam", "t2")]
            await leg.hang_up()

    chromium.play(scene)
