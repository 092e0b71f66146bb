"""A screen of `ivr top` before a made-up line, driven by keys and read as text."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.pilot import Pilot

from ivr.top.app import Top
from ivr.top.glyphs import UNICODE, Glyphs
from ivr.watch.follow import Follower
from ivr.watch.roles import Role
from tests.support.feed import MadeLine
from tests.support.feed_server import FeedServer

PATIENCE = 15.0  # seconds until a screen that never comes is given up
SMALL, LARGE = (80, 24), (200, 50)


@dataclass
class Watching:
    """The screen, and what it looks at."""

    server: FeedServer
    app: Top
    pilot: Pilot[None]

    @property
    def rows(self) -> list[str]:
        """The rows of the screen."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows)

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        await self.pilot.press(*keys)

    async def sees(self, *texts: str) -> str:
        """Wait until all of *texts* are on the screen; give what is there then."""
        return await self.until(lambda screen: all(text in screen for text in texts), str(texts))

    async def until(self, true: Callable[[str], bool], what: str) -> str:
        """Wait until something is true of the screen."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not true(screen := self.text):
                    await self.pilot.pause(0.05)
                return screen
        except TimeoutError:
            raise AssertionError(f"{what} never came:\n{self.text}") from None

    async def does(self, count: int = 1) -> list[tuple[str, dict[str, str]]]:
        """Wait until the line was told to do *count* things."""
        await self.until(lambda _: len(self.server.done) >= count, f"{count} acts")
        return [(what, dict(given)) for what, given in self.server.done]


@asynccontextmanager
async def watching(
    folder: Path,
    *,
    calls: int = 5,
    role: Role = Role.SUPERVISOR,
    size: tuple[int, int] = SMALL,
    glyphs: Glyphs = UNICODE,
) -> AsyncGenerator[Watching, None]:
    """Look at a made-up line, until it is on the screen."""
    async with FeedServer(MadeLine(calls), folder, role=role).running() as server:
        app = Top(Follower([replace(server.reach, role=None)]), glyphs=glyphs)
        async with app.run_test(size=size) as pilot:
            seen = Watching(server, app, pilot)
            await seen.sees(f"{calls} call")
            yield seen
