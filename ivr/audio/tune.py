"""Music that goes on where it was left, without a click."""

import numpy as np

from ivr.audio.pcm import FRAME_SAMPLES, SAMPLE_RATE_HZ

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
        self._start = self._quiet_place(self._start)
        self._since = now
        return bytes(np.roll(self._wave, -self._start).tobytes())

    def pause(self, *, now: float) -> None:
        """Remember how far it came; nothing to do for one that does not play."""
        if self._since is not None and len(self._wave):
            played = round((now - self._since) * SAMPLE_RATE_HZ)
            self._start = (self._start + played) % len(self._wave)
        self._since = None

    def _quiet_place(self, start: int) -> int:
        """Find the sample nearest to zero within a frame; a wave that begins loud clicks."""
        if not len(self._wave):
            return 0
        places = (start + np.arange(FRAME_SAMPLES)) % len(self._wave)
        return int(places[np.argmin(np.abs(self._wave[places].astype(np.int32)))])
