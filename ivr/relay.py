"""Hearing between legs of different kinds: frame by frame, through the event loop."""

from collections.abc import Callable
from functools import partial

from ivr.audio.mixing import Mixer
from ivr.ports import AudioLeg


class Relay:
    """
    Which other legs the far end of one leg hears by `AudioLeg.subscribe`.

    Every method is called in the event loop; *mixer* is where their frames go.
    """

    def __init__(self, mixer: Mixer) -> None:
        self._mixer = mixer
        self._heard: dict[AudioLeg, Callable[[], None]] = {}

    def hear(self, other: AudioLeg) -> None:
        """Hear *other* from now on; hearing it twice is hearing it once."""
        if other not in self._heard:
            self._heard[other] = other.subscribe(partial(self._mixer.feed, other))

    def unhear(self, other: AudioLeg) -> None:
        """Undo `hear`; nothing to do when it was not heard."""
        if unsubscribe := self._heard.pop(other, None):
            unsubscribe()
            self._mixer.forget(other)

    def close(self) -> None:
        """Hear nobody any more."""
        for other in tuple(self._heard):
            self.unhear(other)
