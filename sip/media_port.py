"""
The sound of one leg, as plain Python: what is playing, who listens, who records.

Three threads meet here. The event loop sets attributes (`play`, `subscribe`, `tap`), the SIP
thread others (`join`, `part`); the media clock asks for a frame (`next_frame`) and brings
one (`take`) every 20 ms. Each attribute is written by one side only, so an assignment is
all the locking there is.
"""

from collections import deque
from collections.abc import Callable

from ivr.audio.mixing import Mixer, mix
from ivr.audio.pcm import SILENT_FRAME
from ivr.audio.playing import Player, Playing
from ivr.ports import FrameSink, Tap
from ivr.tapping import Taps

QUEUED_FRAMES = 50  # one second; a loop that is stuck for longer loses the oldest

Post = Callable[..., None]
"""`post(function, *arguments)`: run it in the event loop soon."""


class _Ear:
    """One sink, and the frames on their way to it."""

    __slots__ = ("frames", "open", "sink")

    def __init__(self, sink: FrameSink) -> None:
        self.sink = sink
        self.frames: deque[bytes] = deque(maxlen=QUEUED_FRAMES)
        self.open = True


class MediaPort:
    """Frames to and from one leg. `on_played` gets the token of audio that was sent to its end."""

    def __init__(self, post: Post, *, on_played: Callable[[int], None]) -> None:
        self._post = post
        self._on_played = on_played
        self._player = Player(lambda playing: post(self._finished, playing))
        self._unlisten: Callable[[], None] = _nothing
        self._ears: tuple[_Ear, ...] = ()
        self._taps = Taps()
        self.mixer = Mixer()
        """What is mixed into what the far end hears; fed in the event loop."""
        self._draining = False
        self._partners: tuple[MediaPort, ...] = ()
        self._last_heard = SILENT_FRAME
        self._last_said = SILENT_FRAME

    # ---------------------------------------------------------------- event loop

    def play(self, pcm: bytes, *, token: int, loop: bool) -> None:
        """Replace what plays; empty *pcm* that does not loop is `Played` with the next frame."""
        self._player.play(pcm, token=token, loop=loop)

    def stop(self) -> None:
        """Fall silent within a frame."""
        self._player.stop()

    def listen(self, sink: FrameSink | None) -> None:
        """Send received frames to *sink*, none that came before this moment."""
        self._unlisten()
        self._unlisten = self.subscribe(sink) if sink else _nothing

    def subscribe(self, sink: FrameSink) -> Callable[[], None]:
        """Send received frames to *sink* too, none that came before this moment."""
        ear = _Ear(sink)
        self._ears = (*self._ears, ear)

        def unsubscribe() -> None:
            ear.open = False
            self._ears = tuple(other for other in self._ears if other is not ear)

        return unsubscribe

    def tap(self, tap: Tap) -> Callable[[], None]:
        """Copy both directions to *tap* too, until what is returned is called."""
        return self._taps.add(tap)

    def end(self) -> None:
        """Fall silent for good: nobody listens, nobody records."""
        self.stop()
        self._taps.clear()
        for ear in self._ears:
            ear.open = False
        self._ears = ()

    def _finished(self, playing: Playing) -> None:
        if self._player.finish(playing):
            self._on_played(playing.token)

    def _drain(self) -> None:
        self._draining = False
        for ear in self._ears:
            while ear.frames and ear.open:
                ear.sink(ear.frames.popleft())

    # ---------------------------------------------------------------- SIP thread

    def join(self, partner: "MediaPort") -> None:
        """Know that the far end of *partner* is heard here too, for the tap."""
        if partner not in self._partners:
            self._partners = (*self._partners, partner)

    def part(self, partner: "MediaPort") -> None:
        """Undo `join`."""
        self._partners = tuple(p for p in self._partners if p is not partner)

    # ---------------------------------------------------------------- media clock

    def next_frame(self) -> bytes | None:
        """Return the next frame to send, or None for silence."""
        frame = self.mixer.add_to(self._player.next_frame())
        self._last_said = frame or SILENT_FRAME
        return frame

    def take(self, frame: bytes) -> None:
        """Take one received frame."""
        self._last_heard = frame
        if self._taps:
            self._taps(frame, self._said())
        ears = self._ears
        if not ears:
            return
        for ear in ears:
            ear.frames.append(frame)
        if not self._draining:
            self._draining = True
            self._post(self._drain)

    def _said(self) -> bytes:
        """Return what the far end hears in this tick: our prompt and the connected parties."""
        said = self._last_said
        for partner in self._partners:
            said = mix(said, partner._last_heard)  # noqa: SLF001 - the same class
        return said


def _nothing() -> None:
    """Unsubscribe nobody."""
