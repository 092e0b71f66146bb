"""Legs, voices and ears without a network, for the shells on a virtual clock."""

import asyncio
from collections.abc import AsyncIterator, Callable

from ivr.audio.pcm import duration
from ivr.dialog.actions import Listening
from ivr.errors import LegLost, SpeechError
from ivr.ports import (
    AudioLeg,
    FrameSink,
    Gone,
    HearingEvent,
    LegEvent,
    LegInfo,
    MediaHeld,
    MediaResumed,
    Played,
    Tap,
)
from ivr.story.facts import Fact


class FakeAudioLeg:
    """A leg whose far end is the test: it plays in virtual time and keeps what it was told."""

    def __init__(self, key: str = "00000001") -> None:
        self.info = LegInfo(key)
        self.log: list[tuple[float, str]] = []
        self.sink: FrameSink | None = None
        self.hears: set[AudioLeg] = set()
        self.sinks: list[FrameSink] = []
        self.fed: list[tuple[object, bytes]] = []
        self.taps: list[Tap] = []
        self.observers: list[tuple[str, str, Callable[[Fact], None]]] = []
        self.gone = False
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._told = False
        self._playing: asyncio.TimerHandle | None = None

    def happen(self, event: LegEvent) -> None:
        if isinstance(event, MediaHeld | MediaResumed):
            self._note(type(event).__name__)
        self._events.put_nowait(event)

    def note(self) -> list[str]:
        return [what for _, what in self.log]

    async def events(self) -> AsyncIterator[LegEvent]:
        while not self._told:
            event = await self._events.get()
            self._told = isinstance(event, Gone)
            yield event

    async def answer(self) -> None:
        self._note("answer")

    def play(self, pcm: bytes, *, token: int, loop: bool = False) -> None:
        self._cut()
        self._note(f"play {token}{' loop' if loop else ''}")
        if not loop:
            clock = asyncio.get_running_loop()
            self._playing = clock.call_later(duration(pcm), self._played, token)

    def stop_playing(self) -> None:
        if self._playing is not None:
            self._note("stop")
        self._cut()

    def listen(self, sink: FrameSink | None) -> None:
        self.sink = sink

    def tap(self, tap: Tap) -> Callable[[], None]:
        """Nothing to record here."""
        self.taps.append(tap)
        return lambda: self.taps.remove(tap) if tap in self.taps else None

    def observe(self, *, call: str, role: str, tell: Callable[[Fact], None]) -> None:
        self.observers.append((call, role, tell))

    def subscribe(self, sink: FrameSink) -> Callable[[], None]:
        self.sinks.append(sink)
        return lambda: self.sinks.remove(sink) if sink in self.sinks else None

    def feed(self, source: object, frame: bytes) -> None:
        self.fed.append((source, frame))

    async def hear(self, other: AudioLeg) -> None:
        if self.gone:
            raise LegLost("the far end has gone")
        self._note("hear")
        self.hears.add(other)

    async def unhear(self, other: AudioLeg) -> None:
        self._note("unhear")
        self.hears.discard(other)

    async def send_keys(self, keys: str) -> None:
        self._note(f"keys {len(keys)}")

    async def hang_up(self, *, status: int = 0) -> None:
        if not self.gone:
            self.gone = True
            self._note(f"hang up {status}".strip())
            self.happen(Gone())

    def _played(self, token: int) -> None:
        self._playing = None
        self.happen(Played(token))

    def _cut(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None

    def _note(self, what: str) -> None:
        self.log.append((asyncio.get_running_loop().time(), what))


class FakeSpeaker:
    """Speaks every text for two seconds; can be struck dumb."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.dumb = False

    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        del language, cacheable, slow
        if self.dumb:
            raise SpeechError("fake", "struck dumb", retryable=False)
        self.texts.append(text)
        return bytes(32000)


class FakeHearing:
    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.closed = False
        self._events: asyncio.Queue[HearingEvent | None] = asyncio.Queue()

    def feed(self, frame: bytes, /) -> None:
        self.frames.append(frame)

    def happen(self, event: HearingEvent) -> None:
        self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[HearingEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        self.closed = True
        self._events.put_nowait(None)


class FakeRecogniser:
    """Hears what the test says on the newest ear."""

    def __init__(self) -> None:
        self.ears: list[FakeHearing] = []

    def open(self, listening: Listening) -> FakeHearing:
        del listening
        self.ears.append(FakeHearing())
        return self.ears[-1]
