"""Listening to one leg: what it says becomes words with times, while it goes on speaking."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from ivr.caller.ear import Ear, Stretch
from ivr.caller.matching import Words
from ivr.caller.tasks import task_group
from ivr.ports import AudioLeg


class Transcribe(Protocol):
    """Turns speech into words."""

    async def __call__(self, pcm: bytes, /) -> Words:
        """
        Recognise *pcm*; nothing when it is not understood.

        Raises:
            SpeechError: The recogniser is broken.
        """
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """Words of one stretch of speech."""

    start: float
    """Seconds since the listener began."""
    end: float
    words: Words


class Listener:
    """Words of one leg, as they come; made by `listening`."""

    def __init__(self, transcribe: Transcribe, tell: Callable[[Heard], None]) -> None:
        self._transcribe = transcribe
        self._tell = tell
        self._ear = Ear()
        self._stretches: asyncio.Queue[Stretch] = asyncio.Queue()
        self._undecoded = 0
        self._ended = False
        self._frame = Bell()
        self._news = Bell()
        self.heard: list[Heard] = []
        """Everything so far."""

    @property
    def now(self) -> float:
        """Seconds of audio listened to."""
        return self._ear.now

    @property
    def music(self) -> bool:
        """Whether music plays."""
        return self._ear.music

    @property
    def busy(self) -> bool:
        """Whether words may still come of what was said until now."""
        return self._undecoded > 0 or self._ear.speaking

    def words_since(self, moment: float) -> Words:
        """Give the words of all stretches that began at *moment* or later."""
        return tuple(w for heard in self.heard if heard.start >= moment for w in heard.words)

    async def news(self, *, within: float) -> None:
        """Wait for more words, for the end of the leg, or *within* seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._news.wait()

    async def quiet(self, seconds: float, *, within: float) -> bool:
        """Wait until the far end was quiet for *seconds*; False when it was not *within* s."""
        return await self._until(lambda: self._ear.quiet_for >= seconds, within=within)

    async def sound(self, *, within: float) -> bool:
        """Wait until the far end makes a sound; False when it did not *within* s."""
        return await self._until(lambda: self._ear.quiet_for == 0 < self.now, within=within)

    def cut(self) -> float:
        """End the stretch under way; answer the moment from which new ones begin."""
        self._keep(self._ear.cut())
        return self.now

    # ------------------------------------------------------------ driven by `listening` and the leg

    def take(self, frame: bytes) -> None:
        """Take a frame from the leg."""
        if self._ended:
            return
        self._keep(self._ear.feed(frame))
        self._frame.ring()

    def end(self) -> None:
        """Take notice that no more frames come."""
        self.cut()
        self._ended = True
        self._frame.ring()
        self._news.ring()

    async def decode(self) -> None:
        """Turn stretches into words, in order, until cancelled."""
        while True:
            stretch = await self._stretches.get()
            words = await self._transcribe(stretch.pcm)
            self._undecoded -= 1
            heard = Heard(stretch.start, stretch.end, words)
            self.heard.append(heard)
            self._tell(heard)
            self._news.ring()

    def _keep(self, stretch: Stretch | None) -> None:
        if stretch is not None:
            self._undecoded += 1
            self._stretches.put_nowait(stretch)

    async def _until(self, condition: Callable[[], bool], *, within: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not condition() and not self._ended:
                    await self._frame.wait()
                return True
        return False


class Bell:
    """Wakes everybody who waits now, and nobody who comes later."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake them."""
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    async def wait(self) -> None:
        """Wait for the next ring."""
        await self._next.wait()


@contextlib.asynccontextmanager
async def listening(
    leg: AudioLeg, transcribe: Transcribe, tell: Callable[[Heard], None]
) -> AsyncIterator[Listener]:
    """
    Listen to *leg* for the time of the block.

    Raises:
        SpeechError: The recogniser broke; the block is cancelled.
    """
    listener = Listener(transcribe, tell)
    async with task_group() as tasks:
        decoding = tasks.create_task(listener.decode())
        leg.listen(listener.take)
        try:
            yield listener
        finally:
            leg.listen(None)
            decoding.cancel()
