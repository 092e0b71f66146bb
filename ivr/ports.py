"""What the runtime needs from the outside world. Adapters implement these, nobody else does."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ivr.dialog.actions import Action, Listening
from ivr.dialog.events import Event, Hypothesis
from ivr.flow.model import OperationSpec, Value
from ivr.story.facts import Fact

# ---------------------------------------------------------------- one party of a call


class Leg(Protocol):
    """One party of a call, as the dialog sees it: VoiceLeg, over audio, is the one there is."""

    @property
    def held(self) -> bool:
        """Whether the far end put us on hold: nothing is heard, so no deadline may fire."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """Yield what happens on this leg until it is gone."""
        ...

    async def perform(self, action: Action) -> None:
        """
        Start doing *action*; return once it is under way.

        `Perform` and `HandOff` are the session's to do and never reach a leg.
        """
        ...


@dataclass(frozen=True, slots=True)
class LegInfo:
    """Who is on the other end of an audio leg, as the network tells it."""

    key: str
    """Opaque id of the leg, eight hex digits; safe for logs."""
    caller: str = ""
    """The caller's number or SIP user; personal data, never logged."""
    called: str = ""
    """The number or SIP user that was rung."""
    trunk: str = ""
    """Name of the trunk the call came in on, `` for none."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A key was pressed (RFC 4733 or SIP INFO), reported once per press, at its onset."""

    key: str


@dataclass(frozen=True, slots=True)
class Played:
    """The audio that `play` was given under *token* was sent to its end."""

    token: int


@dataclass(frozen=True, slots=True)
class MediaHeld:
    """The far end put us on hold; nothing we play is heard."""


@dataclass(frozen=True, slots=True)
class MediaResumed:
    """The far end took us off hold."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The leg ended; `status` is the SIP status code, or 0."""

    status: int = 0
    lost: bool = False
    """Whether the network or a watchdog ended it rather than the far end."""


LegEvent = Keyed | Played | MediaHeld | MediaResumed | Gone


class FrameSink(Protocol):
    """Takes one frame of 20 ms; called in the event loop, in order, never blocking."""

    def __call__(self, frame: bytes, /) -> None:
        """Take *frame* (`FRAME_BYTES` of PCM)."""
        ...


class Tap(Protocol):
    """
    Takes both directions of a leg, for a recording.

    Called in the media thread every 20 ms: it must only copy into a bounded queue.
    """

    def __call__(self, heard: bytes, said: bytes, /) -> None:
        """Take one frame from the far end and the frame sent to it in the same tick."""
        ...


class AudioLeg(Protocol):
    """
    One party of a call as audio and keys: SipLeg, BrowserLeg.

    Every method is called in the event loop. `play`, `stop_playing`, `listen`, `tap`, `observe`,
    `subscribe` and `feed` act at once and never fail, also after the leg is gone; the awaitable
    ones raise `CallError`, but `unhear` and `disconnect`, which find nothing to do then.
    """

    @property
    def info(self) -> LegInfo:
        """Who is there."""
        ...

    def events(self) -> AsyncIterator[LegEvent]:
        """
        Yield what happens, `Gone` last, then end.

        One consumer at a time; a later consumer goes on where the earlier one stopped.
        """
        ...

    async def answer(self) -> None:
        """Answer an incoming leg; returns when media flows."""
        ...

    def play(self, pcm: bytes, *, token: int, loop: bool = False) -> None:
        """Replace what plays by *pcm*; `Played(token)` follows unless it is cut or loops."""
        ...

    def stop_playing(self) -> None:
        """Fall silent within one frame."""
        ...

    def listen(self, sink: FrameSink | None) -> None:
        """Send each received frame to *sink* from now on; None stops."""
        ...

    def tap(self, tap: Tap) -> Callable[[], None]:
        """
        Copy both directions to *tap*, beside other taps.

        Returns:
            What ends it, within one frame; may be called twice.
        """
        ...

    def observe(self, *, call: str, role: str, tell: Callable[[Fact], None]) -> None:
        """
        Tell what the network does on this leg, and the messages so far, as facts of *call*.

        What was told once is not told again, whoever asks. The last messages of a leg come
        after its `Gone`.

        Args:
            call: Id of the call.
            role: `caller` or `agent`.
            tell: Called in the event loop with `ivr.story`'s `Media` and `Message`.
        """
        ...

    def subscribe(self, sink: FrameSink) -> Callable[[], None]:
        """
        Send each received frame to *sink* too, beside `listen` and other subscribers.

        Returns:
            What ends it, at once; may be called twice.
        """
        ...

    def feed(self, source: object, frame: bytes) -> None:
        """
        Mix *frame* of *source* into what the far end hears.

        At most three frames of a source wait, the oldest is dropped; a frame that is
        missing is silence of that source. *source* is told apart by identity and hashable.
        """
        ...

    async def hear(self, other: "AudioLeg") -> None:
        """
        Let our far end hear that of *other*, beside what `play` sends and whom else it hears.

        Survives re-INVITEs; hearing twice is hearing once.
        """
        ...

    async def unhear(self, other: "AudioLeg") -> None:
        """Undo `hear`; nothing to do when *other* was not heard."""
        ...

    async def send_keys(self, keys: str) -> None:
        """Press *keys* towards the far end (RFC 4733)."""
        ...

    async def hang_up(self, *, status: int = 0) -> None:
        """End the leg, whatever its state; idempotent."""
        ...


class Dialler(Protocol):
    """Makes outgoing legs."""

    async def dial(
        self, uri: str, *, ring_for: float, on_leg: Callable[[AudioLeg], None] | None = None
    ) -> AudioLeg:
        """
        Ring *uri* and return the leg once it is answered and media flows.

        Cancelling stops the ringing (CANCEL).

        Args:
            uri: Whom to ring.
            ring_for: Seconds after which to give up.
            on_leg: Gets the leg before it rings, to `observe` also one that nobody answers.

        Raises:
            LegLost: Refused, busy (status 486/600 in `args[1]`) or not answered in *ring_for* s.
            LegBroken: The address cannot be reached, or no free slot is left.
        """
        ...


# ---------------------------------------------------------------- speech


class Speaker(Protocol):
    """Turns text into audio."""

    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        """
        Speak *text*; return PCM (`ivr.audio.pcm`).

        Args:
            text: Plain text; control characters are dropped.
            language: BCP 47 primary tag.
            cacheable: False keeps text and audio off the disk.
            slow: Speak slower.

        Raises:
            SpeechError: No engine could speak it within its time limit.
        """
        ...


@dataclass(frozen=True, slots=True)
class Onset:
    """The caller began to speak."""


@dataclass(frozen=True, slots=True)
class Partial:
    """What seems to have been said so far; for display only."""

    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance ended; best hypothesis first, empty when not understood."""

    hypotheses: tuple[Hypothesis, ...]
    silence: float = 0.0
    """Seconds the caller had been silent for when that was taken for the end."""
    took: float = 0.0
    """Seconds from then to this reading."""
    dropped: int = 0
    """Frames of it the engine had no time for."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The engine died and was replaced; what was being said is lost."""


@dataclass(frozen=True, slots=True)
class Deaf:
    """No engine can be had; the last event of its stream."""


HearingEvent = Onset | Partial | Heard | Restarted | Deaf


class Hearing(Protocol):
    """One question's open ear. Feed it frames; it tells when the caller spoke and what."""

    def feed(self, frame: bytes, /) -> None:
        """Take one frame of 20 ms; never blocks, drops the oldest when the engine is stuck."""
        ...

    def events(self) -> AsyncIterator[HearingEvent]:
        """Yield until `close` or `Deaf`."""
        ...

    async def close(self) -> None:
        """Stop listening; idempotent, never fails."""
        ...


class Recogniser(Protocol):
    """Opens ears."""

    def open(self, listening: Listening) -> Hearing:
        """Start to listen for *listening*; never fails (a dead engine yields `Deaf`)."""
        ...


# ---------------------------------------------------------------- the practice


@dataclass(frozen=True, slots=True)
class OperationResult:
    """How an operation came out: an outcome of its spec, and what it gives."""

    outcome: str
    values: Mapping[str, Value]


class Clinic(Protocol):
    """What flows ask of the practice."""

    @property
    def operations(self) -> Mapping[str, OperationSpec]:
        """The operations flows may name."""
        ...

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        """
        Ask the practice.

        Raises:
            ClinicError: The backend is down, slow beyond its limit, or answers nonsense.
        """
        ...
