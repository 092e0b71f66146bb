"""The 20 ms clock of a browser's audio: nothing else in the line paces it."""

import asyncio
from collections.abc import Callable

from ivr.audio.pcm import FRAME

LATE = 0.060  # seconds; a clock that lags less catches up frame by frame, one that lags more skips


class FrameClock:
    """
    Calls *tick* every 20 ms of the event loop's time, without drift.

    After the loop was busy for longer than 60 ms it calls *skip* once for each frame whose
    time is over, instead of sending them in a burst. A *tick* that fails does not stop it.
    """

    def __init__(self, tick: Callable[[], None], *, skip: Callable[[], None]) -> None:
        self._tick = tick
        self._skip = skip
        self._loop = asyncio.get_running_loop()
        self._at = 0.0
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Tick from now on; nothing to do when it runs."""
        if self._next is None:
            self._at = self._loop.time()
            self._wait()

    def stop(self) -> None:
        """Tick no more; idempotent."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _wait(self) -> None:
        self._at += FRAME
        self._next = self._loop.call_at(self._at, self._run)

    def _run(self) -> None:
        if self._loop.time() - self._at > LATE:
            while self._loop.time() - self._at >= FRAME:
                self._at += FRAME
                self._skip()
        self._wait()
        self._tick()
