"""Sending a sound frame by frame, and changing to another one without a click."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ivr.audio.mixing import SAMPLES, mix
from ivr.audio.pcm import FRAME_BYTES, FRAME_SAMPLES

FADE_OUT = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, FRAME_SAMPLES + 1) / FRAME_SAMPLES)
FADE_IN = FADE_OUT[::-1]


class Playing:
    """One `play` of a leg: whoever clocks the leg takes its frames until it is `done`."""

    __slots__ = ("done", "loop", "pcm", "position", "token")

    def __init__(self, pcm: bytes, *, token: int, loop: bool) -> None:
        self.pcm = pcm
        self.token = token
        self.loop = loop and bool(pcm)
        self.position = 0
        self.done = False

    def next_frame(self) -> bytes:
        """
        Return the next frame, the last one filled up with silence; a loop has no last one.

        A loop, which may begin anywhere in its music, fades in; words keep their first sound.
        """
        begins = self.loop and self.position == 0
        frame = self.pcm[self.position : self.position + FRAME_BYTES]
        self.position += FRAME_BYTES
        while self.loop and len(frame) < FRAME_BYTES:
            self.position = FRAME_BYTES - len(frame)
            frame += self.pcm[: self.position]
        if not self.loop and self.position >= len(self.pcm):
            self.done = True
        frame = frame.ljust(FRAME_BYTES, b"\0")
        return _shaped(frame, FADE_IN) if begins else frame


class Player:
    """
    What plays on one leg. What is cut fades out in the frame after, under what replaces it.

    One thread calls `play`, `stop` and `finish`, the media clock `next_frame`; each attribute
    is written by one side only, so an assignment is all the locking there is.
    """

    def __init__(self, tell: Callable[[Playing], None]) -> None:
        """Begin in silence; *tell* is called by the clock with what it has sent to its end."""
        self._tell = tell
        self._wanted: Playing | None = None
        self._sounding: Playing | None = None

    def play(self, pcm: bytes, *, token: int, loop: bool) -> None:
        """Replace what plays; empty *pcm* that does not loop is done with the next frame."""
        self._wanted = Playing(pcm, token=token, loop=loop)

    def stop(self) -> None:
        """Fall silent within a frame."""
        self._wanted = None

    def finish(self, playing: Playing) -> bool:
        """Forget *playing*, which is done; False: it was cut or replaced meanwhile."""
        if self._wanted is not playing:
            return False
        self._wanted = None
        return True

    def next_frame(self) -> bytes | None:
        """Return the next frame to send, or None for silence."""
        cut, playing = self._sounding, self._wanted
        self._sounding = playing
        frame = None
        if playing is not None and not playing.done:
            frame = playing.next_frame()
            if playing.done:
                self._tell(playing)
        if cut is None or cut is playing or cut.done:
            return frame
        tail = _shaped(cut.next_frame(), FADE_OUT)
        return tail if frame is None else mix(tail, frame)


def _shaped(frame: bytes, gains: NDArray[np.float64]) -> bytes:
    return np.rint(np.frombuffer(frame, SAMPLES) * gains).astype(SAMPLES).tobytes()
