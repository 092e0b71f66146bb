"""A person at the console of a running line: a page in a real browser, driven by its keys."""

import asyncio
import re
import socket
from collections.abc import Collection

from playwright.async_api import Locator, Page, expect

from tests.support.line_process import LineProcess
from tests.webrtc.listening import CLOSE, PATIENCE, RAW_MICROPHONE, page_hears


def free_port() -> int:
    """Choose a TCP port for the pages of a line."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


class ConsoleAgent:
    """Dana, or whoever; each method returns when the page shows that it came to pass."""

    def __init__(self, page: Page, line: LineProcess, port: int) -> None:
        self.page = page
        self._line = line
        self._port = port

    async def come(self, name: str, *, role: str = "agent", ready: bool = True) -> None:
        """Be added to the roster by the operator, log in, and be *ready*."""
        told = self._line.ivr("agents", "add", name, "--role", role)
        found = re.search(r"password (\S+)", told)
        assert found is not None, told
        await self.page.add_init_script(RAW_MICROPHONE)
        await self.page.goto(f"http://127.0.0.1:{self._port}/")
        await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_label("Password").fill(found[1])
        await self.page.keyboard.press("Enter")
        await self.page.get_by_role("group", name="You").wait_for()
        if ready:
            await self.ready()

    async def ready(self) -> None:
        await self.page.keyboard.press("r")
        await self.sees("Ready for a call")

    async def answer(self) -> None:
        """Take the call that rings here, or rings soon."""
        await expect(self.button("Answer")).to_be_visible()
        await self.page.keyboard.press("a")
        await expect(self.button("Mute")).to_be_visible()

    async def hears_one_of(self, pitches: Collection[int]) -> int:
        """Tell which of *pitches*, in hertz, the page plays louder than all else."""
        async with asyncio.timeout(PATIENCE):
            while True:
                heard = await page_hears(self.page)
                for hertz in pitches:
                    if abs(heard - hertz) < CLOSE:
                        return hertz

    async def finish(self, outcome: str, note: str) -> None:
        """Write the note of the call that is over, and be ready."""
        await self.sees("After the call")
        await self.page.get_by_label(outcome).check()
        await self.page.get_by_role("textbox", name="Note").fill(note)
        await self.page.keyboard.press("Control+Enter")
        await self.sees("Ready for a call")

    async def sees(self, heading: str) -> None:
        await expect(self.page.get_by_role("heading", name=heading)).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)
