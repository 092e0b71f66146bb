"""The sound of one browser: what it hears, who hears it. One thread, the event loop's."""

from collections.abc import Callable

from ivr.audio.mixing import Mixer
from ivr.audio.pcm import SILENT_FRAME
from ivr.audio.playing import Player, Playing
from ivr.audio.playout import Playout
from ivr.ports import FrameSink, Tap
from ivr.tapping import Taps


class BrowserMedia:
    """Frames to and from one browser. `on_played` gets the token of audio sent to its end."""

    def __init__(self, on_played: Callable[[int], None]) -> None:
        self._on_played = on_played
        self.playout = Playout()
        """What came from the browser."""
        self.mixer = Mixer()
        """What is mixed into what the browser hears."""
        self._player = Player(self._finished)
        self._unlisten: Callable[[], None] = _nothing
        self._sinks: tuple[FrameSink, ...] = ()
        self._taps = Taps()

    def tick(self) -> bytes:
        """Take one frame from the browser to all who listen; return the one to send to it."""
        heard = self.playout.take()
        said = self.mixer.add_to(self._player.next_frame()) or SILENT_FRAME
        self._taps(heard, said)
        for sink in self._sinks:
            sink(heard)
        return said

    def play(self, pcm: bytes, *, token: int, loop: bool) -> None:
        """Replace what plays; empty *pcm* that does not loop is `Played` with the next frame."""
        self._player.play(pcm, token=token, loop=loop)

    def stop(self) -> None:
        """Fall silent within a frame."""
        self._player.stop()

    def listen(self, sink: FrameSink | None) -> None:
        """Send received frames to *sink*, which replaces the one before."""
        self._unlisten()
        self._unlisten = self.subscribe(sink) if sink else _nothing

    def subscribe(self, sink: FrameSink) -> Callable[[], None]:
        """Send received frames to *sink* too, until what is returned is called."""

        def once(frame: bytes, /) -> None:
            sink(frame)

        def unsubscribe() -> None:
            self._sinks = tuple(other for other in self._sinks if other is not once)

        self._sinks = (*self._sinks, once)
        return unsubscribe

    def tap(self, tap: Tap) -> Callable[[], None]:
        """Copy both directions to *tap* too, until what is returned is called."""
        return self._taps.add(tap)

    def end(self) -> None:
        """Fall silent for good: nobody listens, nobody records."""
        self.stop()
        self._taps.clear()
        self._sinks = ()

    def _finished(self, playing: Playing) -> None:
        if self._player.finish(playing):
            self._on_played(playing.token)


def _nothing() -> None:
    """Unsubscribe nobody."""
