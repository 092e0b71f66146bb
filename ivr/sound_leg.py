"""What every leg with sound does in the same way, whatever carries it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from ivr.audio.mixing import Mixer
from ivr.observing import Observed
from ivr.ports import AudioLeg, FrameSink, Gone, LegEvent, LegInfo, Played, Tap
from ivr.relay import Relay
from ivr.story.facts import Fact

EVENTS_KEPT = 256  # a flood of keys is cut there; the end of the leg always gets in
KEYS = frozenset("0123456789*#ABCD")


class Media(Protocol):
    """The sound of one leg, both ways."""

    @property
    def mixer(self) -> Mixer:
        """What is mixed into what the far end hears."""
        ...

    def play(self, pcm: bytes, *, token: int, loop: bool) -> None:
        """Replace what plays."""
        ...

    def stop(self) -> None:
        """Fall silent within a frame."""
        ...

    def listen(self, sink: FrameSink | None) -> None:
        """Send received frames to *sink*, which replaces the one before."""
        ...

    def subscribe(self, sink: FrameSink) -> Callable[[], None]:
        """Send received frames to *sink* too, until what is returned is called."""
        ...

    def tap(self, tap: Tap) -> Callable[[], None]:
        """Copy both directions to *tap* too, until what is returned is called."""
        ...

    def end(self) -> None:
        """Fall silent for good: nobody listens, nobody records."""
        ...


class SoundLeg(ABC):
    """
    The half of `ivr.ports.AudioLeg` that is events and sound; how it rings and ends is its kind's.

    Its kind tells what happens by `_take`, and the end of it once by `_finish`.
    """

    def __init__(self, info: LegInfo, media: Media, observed: Observed) -> None:
        self._info = info
        self._media = media
        self._observed = observed
        self._relay = Relay(media.mixer)
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._end: Gone | None = None
        self._told = False

    @property
    def info(self) -> LegInfo:
        """Who is there."""
        return self._info

    async def events(self) -> AsyncIterator[LegEvent]:
        """Yield what happens, `Gone` last. Cancelling loses nothing."""
        while not self._told:
            event = await self._events.get()
            self._told = isinstance(event, Gone)
            yield event

    def play(self, pcm: bytes, *, token: int, loop: bool = False) -> None:
        """Replace what plays; on hold it waits."""
        if self._end is None:
            self._media.play(pcm, token=token, loop=loop)

    def stop_playing(self) -> None:
        """Fall silent within one frame."""
        self._media.stop()

    def listen(self, sink: FrameSink | None) -> None:
        """Send each received frame to *sink*."""
        self._media.listen(sink if self._end is None else None)

    def tap(self, tap: Tap) -> Callable[[], None]:
        """Copy both directions to *tap* too."""
        return self._media.tap(tap) if self._end is None else lambda: None

    def observe(self, *, call: str, role: str, tell: Callable[[Fact], None]) -> None:
        """Tell what the network does on this leg as facts of *call*."""
        self._observed.observe(call=call, role=role, tell=tell)

    def subscribe(self, sink: FrameSink) -> Callable[[], None]:
        """Send each received frame to *sink* too."""
        return self._media.subscribe(sink) if self._end is None else lambda: None

    def feed(self, source: object, frame: bytes) -> None:
        """Mix *frame* into what the far end hears."""
        if self._end is None:
            self._media.mixer.feed(source, frame)

    @abstractmethod
    async def hear(self, other: AudioLeg) -> None:
        """Let the far end hear that of *other*."""

    @abstractmethod
    async def unhear(self, other: AudioLeg) -> None:
        """Undo `hear`."""

    @abstractmethod
    async def answer(self) -> None:
        """Answer; returns when audio flows."""

    @abstractmethod
    async def send_keys(self, keys: str) -> None:
        """Press *keys* towards the far end."""

    @abstractmethod
    async def hang_up(self, *, status: int = 0) -> None:
        """End the leg; idempotent."""

    def _take(self, event: LegEvent) -> None:
        full = self._events.qsize() >= EVENTS_KEPT and not isinstance(event, Played)
        if self._end is None and not full:
            self._events.put_nowait(event)

    def _finish(self, end: Gone) -> None:
        """End the leg, which has not ended yet."""
        self._end = end
        self._events.put_nowait(end)
        self._media.end()
        self._relay.close()
