"""Listening to one leg: what it says becomes words with times, while it goes on speaking."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ivr.caller.ear import Ear, Stretch
from ivr.caller.matching import Words
from ivr.caller.tasks import task_group
from ivr.ports import AudioLeg

LISTENINGS = 3  # to each stretch; of what one of them misses, the next finds half


class Expectation(Protocol):
    """What the far end should say."""

    def end_in(self, words: Words, /, *, share: float) -> int | None:
        """Look for it: how many of *words* are used up then, or None."""
        ...

    def contradicted_in(self, words: Words, /, *, share: float) -> bool:
        """Tell whether *words* say the contrary."""
        ...


class Transcribe(Protocol):
    """Turns speech into words."""

    async def __call__(self, pcm: bytes, /, *, listening: int = 0) -> Words:
        """
        Recognise *pcm*; nothing when it is not understood.

        Args:
            pcm: Speech between two pauses.
            listening: Which of the `LISTENINGS`, each in a slightly different way.

        Raises:
            SpeechError: The recogniser is broken.
        """
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """One stretch of speech, understood."""

    start: float
    """Seconds since the listener began."""
    words: Words
    others: tuple[Words, ...] = ()
    """What further listenings made of it."""


class Listener:
    """
    Words of one leg, as they come; made by `listening`.

    Each stretch is recognised several times until it is used up: what one listening misses
    another one finds. Where one hears the contrary, nothing is found.
    """

    def __init__(self, transcribe: Transcribe, tell: Callable[[Heard], None]) -> None:
        self._transcribe = transcribe
        self._tell = tell
        self._ear = Ear()
        self._stretches: asyncio.Queue[Stretch] = asyncio.Queue()
        self._undecoded = 0
        self._ended = False
        self._frame = Bell()
        self._news = Bell()
        self._heard: list[Heard] = []
        self._since = 0.0  # stretches that began earlier do not count any more
        self._used = (0, 0)  # stretch up to which all is used up, and words used of it

    @property
    def now(self) -> float:
        """Seconds of audio listened to."""
        return self._ear.now

    @property
    def busy(self) -> bool:
        """Whether words may still come of what was said until now."""
        return self._undecoded > 0 or self._ear.speaking

    # ------------------------------------------------------------ what was said

    def find(self, expectation: Expectation, *, share: float) -> bool:
        """Look for it in the words that are not used up, and use up what is found."""
        versions = [(version, _words_of(version)) for version in self._versions()]
        if any(expectation.contradicted_in(words, share=share) for _, words in versions):
            return False
        for version, words in versions:
            end = expectation.end_in(words, share=share)
            if end is not None:
                places = [(at, n) for at, heard in version for n in range(len(heard))]
                self._use(places[:end])
                return True
        return False

    @property
    def rest(self) -> Words:
        """The words that are not used up."""
        return _words_of(next(self._versions()))

    def forget(self) -> None:
        """Use up everything that was said or begun until now."""
        self._keep(self._ear.cut())
        self._since = self.now

    def _is_fresh(self, at: int) -> bool:
        return at >= self._used[0] and self._heard[at].start >= self._since

    def _versions(self) -> Iterator[list[tuple[int, Words]]]:
        """Give the stretches as first heard, then with each of them as heard otherwise."""
        first, used = self._used
        fresh = [(at, heard) for at, heard in enumerate(self._heard) if self._is_fresh(at)]

        def read(substitutes: Mapping[int, Words]) -> list[tuple[int, Words]]:
            words = [(at, substitutes.get(at, heard.words)) for at, heard in fresh]
            return [(at, w[used:] if at == first else w) for at, w in words]

        yield read({})
        for at, heard in fresh:
            for other in dict.fromkeys(heard.others):
                if other != heard.words:
                    yield read({at: other})

    def _use(self, places: Sequence[tuple[int, int]]) -> None:
        if places:
            first, used = self._used
            at, n = places[-1]
            self._used = (at, n + 1 + (used if at == first else 0))

    # ------------------------------------------------------------ waiting

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

    async def _until(self, condition: Callable[[], bool], *, within: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not condition() and not self._ended:
                    await self._frame.wait()
                return True
        return False

    # ------------------------------------------------------------ driven by `listening` and the leg

    def take(self, frame: bytes) -> None:
        """Take a frame from the leg."""
        if self._ended:
            return
        self._keep(self._ear.feed(frame))
        self._frame.ring()

    def end(self) -> None:
        """Take notice that no more frames come."""
        self._keep(self._ear.cut())
        self._ended = True
        self._frame.ring()
        self._news.ring()

    async def decode(self) -> None:
        """Turn stretches into words, in order, until cancelled."""
        while True:
            stretch = await self._stretches.get()
            heard = Heard(stretch.start, await self._transcribe(stretch.pcm))
            at = len(self._heard)
            self._heard.append(heard)
            self._tell(heard)
            self._news.ring()
            for number in range(1, LISTENINGS):
                if not self._is_fresh(at):
                    break
                other = await self._transcribe(stretch.pcm, listening=number)
                self._heard[at] = replace(heard, others=(*self._heard[at].others, other))
                self._news.ring()
            self._undecoded -= 1
            self._news.ring()

    def _keep(self, stretch: Stretch | None) -> None:
        if stretch is not None:
            self._undecoded += 1
            self._stretches.put_nowait(stretch)


def _words_of(version: Sequence[tuple[int, Words]]) -> Words:
    return tuple(word for _, words in version for word in words)


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
