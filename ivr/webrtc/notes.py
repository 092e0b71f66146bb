"""Notes of talks on their way to where they are kept: none is lost while the line lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ivr.errors import IvrError
from ivr.webrtc.floor import WrapUpNote

_log = logging.getLogger(__name__)
AGAIN_AFTER = 5.0  # seconds


class NoteKeeper:
    """Keeps notes one after the other, again and again until it works; `close` in the end."""

    def __init__(self, keep: Callable[[WrapUpNote], Awaitable[None]]) -> None:
        """
        Name what keeps a note.

        Args:
            keep: Raises `IvrError` when it cannot.
        """
        self._keep = keep
        self._waiting: dict[str, WrapUpNote] = {}
        self._working: asyncio.Task[None] | None = None

    def take(self, note: WrapUpNote) -> None:
        """Have *note* kept soon; it replaces one of the same call that still waits."""
        self._waiting[note.call] = note
        if self._working is None or self._working.done():
            self._working = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """Try once more, then give up: a line that stops cannot wait for its disk."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        for note in tuple(self._waiting.values()):
            await self._kept(note)

    async def _work(self) -> None:
        while self._waiting:
            for note in tuple(self._waiting.values()):
                if not await self._kept(note):
                    await asyncio.sleep(AGAIN_AFTER)

    async def _kept(self, note: WrapUpNote) -> bool:
        try:
            await self._keep(note)
        except IvrError as error:
            _log.error("note of a talk not kept yet", extra={"call": note.call, "error": error})
            return False
        if self._waiting.get(note.call) is note:
            del self._waiting[note.call]
        return True
