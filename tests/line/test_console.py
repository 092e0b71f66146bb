"""People at the console of a running line: a real browser, real telephones, and what each hears."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from ivr.records.audit import Audit, Deed
from tests.line.conftest import NewLine
from tests.line.hearing import LOOK, hears, longest_silence
from tests.support.agent_phone import AgentPhone
from tests.support.browser import MICROPHONE_HZ, NETWORK, PAGES, Chromium, freeze, thaw
from tests.support.console_agent import ConsoleAgent, free_port
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.rtp_stream import HERE, RtpStream
from tests.support.sound import level, level_of_tone, tone
from tests.support.waiting import until
from tests.webrtc.listening import RAW_MICROPHONE, page_hears_tone

pytestmark = pytest.mark.line

CALLER_HZ, ROBIN_HZ = 450.0, 1000.0
MUSIC_DBFS = -35.0
SILENCE = 4.0  # seconds that nobody may be left in silence


@dataclass(frozen=True, slots=True)
class Floor:
    """A line with pages, and Robin, who answers a telephone, but for billing only."""

    line: LineProcess
    pages: int
    """Port."""
    robin: AgentPhone


@pytest.fixture
def floor(new_line: NewLine) -> Iterator[Floor]:
    pages = free_port()
    with AgentPhone(greeting=tone(ROBIN_HZ, 1.0)) as phone:
        robin = {"name": "Robin", "uri": phone.uri, "queues": ["billing"]}
        settings = {
            "flows": {"start": "refill_status"},
            "console": {"port": pages},
            "line": {"outbound": f"sip:{{number}}@{HERE}:{phone.port}"},
            "handoff": {"agents": [robin], "may_dial": ["212555*"]},
        }
        with new_line(settings) as line:
            yield Floor(line, pages, phone)


@asynccontextmanager
async def in_a_talk(floor: Floor, page: Page) -> AsyncIterator[tuple[ConsoleAgent, Phone]]:
    """Let Dana talk to a caller who hums."""
    dana = ConsoleAgent(page, floor.line, floor.pages)
    await dana.come("Dana")
    with Phone(floor.line.port) as phone:
        phone.press("0")
        phone.hum(tone(CALLER_HZ, 1.0))
        await dana.answer()
        await heard(phone, MICROPHONE_HZ)
        yield dana, phone


async def heard(stream: RtpStream, hertz: float) -> None:
    await asyncio.to_thread(hears, stream, hertz)


async def heard_music(phone: Phone) -> None:
    """Wait until the caller hears something else than people."""

    def look() -> bool:
        recent = b"".join(packet.pcm for packet in phone.packets[-LOOK:])
        people = max(level_of_tone(recent, hertz) for hertz in (MICROPHONE_HZ, ROBIN_HZ))
        return level(recent) > MUSIC_DBFS > people

    await asyncio.to_thread(until, look, every=0.1, what="music")


def test_an_agent_at_the_console_and_a_caller_on_the_telephone_hear_each_other(
    chromium: Chromium, floor: Floor
) -> None:
    async def scene(page: Page) -> None:
        async with in_a_talk(floor, page) as (dana, _):
            await page_hears_tone(page, CALLER_HZ)
        await dana.finish("Solved", "Refill is due on Thursday.")
        row = floor.line.await_last_row()
        assert (row["outcome"], row["handoff"]) == ("handed_off", "served")
        notes = floor.line.ivr("calls", "--json", "--notes", row["call"])
        assert "Refill is due on Thursday." in notes

    chromium.play(scene)


def test_a_caller_on_hold_hears_music_and_is_handed_to_a_colleague_who_was_asked_first(
    chromium: Chromium, floor: Floor
) -> None:
    async def scene(page: Page) -> None:
        async with in_a_talk(floor, page) as (dana, phone):
            await page.keyboard.press("h")
            await heard_music(phone)
            await page.keyboard.press("h")
            await heard(phone, MICROPHONE_HZ)
            await page.keyboard.press("c")
            await page.get_by_label("Consult", exact=True).select_option("Robin")
            await page.get_by_role("button", name="Ring them").click()
            await page_hears_tone(page, ROBIN_HZ)
            await heard_music(phone)
            await heard(floor.robin.await_call(), MICROPHONE_HZ)
            await page.keyboard.press("y")
            await heard(phone, ROBIN_HZ)
            await heard(floor.robin.await_call(), CALLER_HZ)
            await dana.sees("After the call")
        assert floor.line.await_last_row()["handoff"] == "served"

    chromium.play(scene)


def test_a_caller_is_put_through_to_a_number_that_may_be_rung_and_to_no_other(
    chromium: Chromium, floor: Floor
) -> None:
    async def scene(page: Page) -> None:
        async with in_a_talk(floor, page) as (dana, phone):
            await send_to_number(page, "900-555-0142")
            await expect(page.get_by_text("may not ring that number")).to_be_visible()
            await heard(phone, MICROPHONE_HZ)
            await send_to_number(page, "212-555-0143")
            await heard(phone, ROBIN_HZ)
            assert floor.robin.await_call().user == "2125550143"
            await heard(floor.robin.await_call(), CALLER_HZ)
            await dana.sees("After the call")

    chromium.play(scene)


async def send_to_number(page: Page, number: str) -> None:
    await page.keyboard.press("t")
    await page.get_by_label("or a telephone number").fill(number)
    await page.keyboard.press("Enter")


def test_a_caller_sent_through_a_flow_comes_back_and_the_agent_learns_what_came_of_it(
    chromium: Chromium, floor: Floor
) -> None:
    async def scene(page: Page) -> None:
        async with in_a_talk(floor, page) as (_, phone):
            phone.hum(b"")
            await page.keyboard.press("f")
            await page.get_by_label("Let the caller go through").select_option("verify_identity")
            await page.get_by_role("button", name="Send", exact=True).click()
            for state, keys in (("ask_birth", "03031982"), ("ask_phone", "2125550142")):
                floor.line.await_call(state=f"verify_identity.{state}")
                phone.press_all(keys)
            await expect(page.get_by_text("They are Alex Sample.")).to_be_visible()
            phone.hum(tone(CALLER_HZ, 1.0))
            await heard(phone, MICROPHONE_HZ)
            await page_hears_tone(page, CALLER_HZ)

    chromium.play(scene)


def test_a_supervisor_listens_whispers_joins_and_takes_the_call_over_and_it_is_noted(
    chromium: Chromium, floor: Floor
) -> None:
    async def scene(page: Page) -> None:
        async with in_a_talk(floor, page) as (dana, phone):
            sam = ConsoleAgent(await page.context.new_page(), floor.line, floor.pages)
            await sam.come("Sam", role="supervisor", ready=False)
            await sam.button("Listen: Dana").click()
            await page_hears_tone(sam.page, CALLER_HZ)
            await page.keyboard.press("m")  # so that only Sam is heard of the two
            phone.hum(b"")
            await asyncio.to_thread(phone.await_silence)
            await sam.button("Whisper: Dana").click()
            await page_hears_tone(page, MICROPHONE_HZ)
            assert longest_silence(phone, since=time.monotonic(), over=1.0) >= 1.0
            await sam.button("Join: Dana").click()
            await heard(phone, MICROPHONE_HZ)
            phone.hum(tone(CALLER_HZ, 1.0))
            await sam.button("Take over: Dana").click()
            await dana.sees("After the call")
            await dana.page.close()
            await heard(phone, MICROPHONE_HZ)
            await page_hears_tone(sam.page, CALLER_HZ)
        entries = Audit(floor.line.data / "audit.log").entries()
        assert [entry.did for entry in entries if entry.who == "Sam"] == [
            Deed.LISTENED_IN,
            Deed.WHISPERED,
            Deed.JOINED,
            Deed.TOOK_OVER,
        ]

    chromium.play(scene)


@pytest.mark.parametrize("trouble", ["frozen", "without network", "closed"])
def test_a_caller_whose_agents_browser_is_gone_gets_the_next_person(
    trouble: str, chromium: Chromium, floor: Floor
) -> None:
    async def scene(page: Page) -> None:
        async with in_a_talk(floor, page) as (_, phone):
            floor.line.ivr("agents", "add", "Lee", "--sip", floor.robin.uri)
            gone_at = time.monotonic()
            frozen: list[int] = []
            if trouble == "closed":
                await page.close()
            else:
                frozen = freeze(PAGES if trouble == "frozen" else NETWORK)
            try:
                await heard(phone, ROBIN_HZ)
            finally:
                thaw(frozen)
            assert longest_silence(phone, since=gone_at) < SILENCE
        assert floor.line.await_last_row()["outcome"] == "handed_off"

    chromium.play(scene)


def test_a_caller_rings_from_the_page_presses_0_and_talks_to_a_person(
    chromium: Chromium, floor: Floor
) -> None:
    async def scene(page: Page) -> None:
        floor.line.ivr("agents", "add", "Lee", "--sip", floor.robin.uri)
        await page.add_init_script(RAW_MICROPHONE)
        await page.goto(f"http://127.0.0.1:{floor.pages}/call")
        floor.line.ivr("drain")
        await page.get_by_role("button", name="Call").click()
        await expect(page.get_by_text("The call has ended.")).to_be_visible()
        floor.line.ivr("drain", "--off")
        await page.get_by_role("button", name="Call").click()
        await expect(page.get_by_text("You are talking to the line.")).to_be_visible()
        await page.keyboard.press("0")
        await page_hears_tone(page, ROBIN_HZ)
        await heard(floor.robin.await_call(), MICROPHONE_HZ)
        await page.get_by_role("button", name="Hang up").click()
        assert floor.line.await_last_row()["outcome"] == "handed_off"

    chromium.play(scene)
