"""The page that rings the line, in a real browser."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from ivr.ports import Gone, Keyed
from ivr.webrtc import server as console_server
from tests.support.browser import MICROPHONE_HZ, Chromium, browsing
from tests.support.console import FakeActions, serving
from tests.support.sound import tone
from tests.webrtc.listening import OURS_HZ, PATIENCE, RAW_MICROPHONE, hears_tone, page_hears


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    yield from browsing(tmp_path_factory.mktemp("browser"))


def test_a_caller_rings_talks_presses_keys_and_hangs_up(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        await page.add_init_script(RAW_MICROPHONE)
        async with serving(actions) as server, asyncio.timeout(3 * PATIENCE):
            await page.goto(f"http://127.0.0.1:{server.port}/call")
            await page.get_by_role("button", name="Call").click()
            leg = await actions.callers.get()
            await expect(page.get_by_text("It rings…")).to_be_visible()
            await leg.answer()
            await expect(page.get_by_text("You are talking to the line.")).to_be_visible()
            leg.play(tone(OURS_HZ, 1.0), token=1, loop=True)
            assert await page_hears(page) == pytest.approx(OURS_HZ, abs=10)
            await hears_tone(leg, MICROPHONE_HZ)
            await page.get_by_role("button", name="4").click()
            await asyncio.sleep(0.1)
            await page.keyboard.press("0")
            await asyncio.sleep(0.1)
            await page.get_by_role("button", name="pound").click()
            await asyncio.sleep(0.1)
            await page.get_by_role("button", name="Hang up").click()
            events = [event async for event in leg.events()]
            assert events == [Keyed("4"), Keyed("0"), Keyed("#"), Gone()]
            await expect(page.get_by_text("The call has ended.")).to_be_visible()

    chromium.play(scene)


def test_a_line_that_hangs_up_ends_the_call_on_the_page(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        async with serving(actions) as server, asyncio.timeout(3 * PATIENCE):
            await page.goto(f"http://127.0.0.1:{server.port}/call")
            await page.get_by_role("button", name="Call").click()
            leg = await actions.callers.get()
            await leg.answer()
            await leg.hang_up()
            await expect(page.get_by_text("The call has ended.")).to_be_visible()
            await page.get_by_role("button", name="Call").click()
            again = await actions.callers.get()
            await again.hang_up()

    chromium.play(scene)


def test_a_page_too_many_hears_that_all_lines_are_busy(
    chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(page: Page) -> None:
        async with serving(FakeActions()) as server:
            await page.goto(f"http://127.0.0.1:{server.port}/call")
            await page.get_by_role("button", name="Call").click()
            await expect(page.get_by_text("All lines are busy.")).to_be_visible()

    monkeypatch.setattr(console_server, "CALLERS_AT_MOST", 0)
    chromium.play(scene)
