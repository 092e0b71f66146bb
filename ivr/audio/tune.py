"""Music that goes on where it was left."""

import numpy as np

from ivr.audio.pcm import SAMPLE_RATE_HZ

SAMPLES = np.dtype("<i2")


class Tune:
    """A loop of PCM heard by one person, with pauses."""

    def __init__(self, pcm: bytes) -> None:
        """Begin at the beginning; *pcm* may be empty, then it is silence."""
        self._wave = np.frombuffer(pcm, SAMPLES)
        self._start = 0
        self._since: float | None = None

    def resume(self, *, now: float) -> bytes:
        """Return the loop from where it stands at *now*, for `AudioLeg.play(loop=True)`."""
        self.pause(now=now)
        self._since = now
        return bytes(np.roll(self._wave, -self._start).tobytes())

    def pause(self, *, now: float) -> None:
        """Remember how far it came; nothing to do for one that does not play."""
        if self._since is not None and len(self._wave):
            played = round((now - self._since) * SAMPLE_RATE_HZ)
            self._start = (self._start + played) % len(self._wave)
        self._since = None
