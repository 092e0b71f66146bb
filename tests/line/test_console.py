"""People at the console of a running line: a real browser, real telephones, and what each hears."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import Page

from tests.line.conftest import NewLine
from tests.line.hearing import hears
from tests.support.browser import MICROPHONE_HZ, Chromium, browsing
from tests.support.console_agent import ConsoleAgent, free_port
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.sound import tone
from tests.webrtc.listening import page_hears_tone

pytestmark = pytest.mark.line

CALLER_HZ = 450.0


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    yield from browsing(tmp_path_factory.mktemp("browser"))


def with_pages(new_line: NewLine, port: int) -> LineProcess:
    """Make a line with pages, at which nobody works yet."""
    return new_line({"flows": {"start": "refill_status"}, "console": {"port": port}})


def test_an_agent_at_the_console_and_a_caller_on_the_telephone_hear_each_other(
    chromium: Chromium, new_line: NewLine
) -> None:
    port = free_port()

    async def scene(page: Page) -> None:
        dana = ConsoleAgent(page, line, port)
        await dana.come("Dana")
        with Phone(line.port) as phone:
            phone.press("0")
            phone.hum(tone(CALLER_HZ, 1.0))
            await dana.answer()
            await asyncio.to_thread(hears, phone, MICROPHONE_HZ)
            await page_hears_tone(page, CALLER_HZ)
        await dana.finish("Solved", "Refill is due on Thursday.")
        row = line.await_last_row()
        assert (row["outcome"], row["handoff"]) == ("handed_off", "served")

    with with_pages(new_line, port) as line:
        chromium.play(scene)
