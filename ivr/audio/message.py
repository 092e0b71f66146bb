"""Taking a spoken message: decide from the frames when the caller has finished."""

import math
from enum import StrEnum

import numpy as np

from ivr.audio.pcm import FRAME

SPEECH_LEVEL_DBFS = -45.0  # above the hiss of a bad mobile line, below a quiet voice
PATIENCE = 6.0  # seconds before the first word
TRAILING = 4.0  # seconds of silence that end a message; people think while they dictate
SYLLABLE = 0.2  # seconds; less is a click or a breath
FULL_SCALE = 32768.0


def level_dbfs(frame: bytes) -> float:
    """Tell the RMS level of *frame* in dB below full scale; digital silence is -120."""
    samples = np.frombuffer(frame, "<i2").astype(np.float32)
    power = float(samples @ samples) / max(1, len(samples))
    return 10 * math.log10(max(power / FULL_SCALE**2, 1e-12))


class Ending(StrEnum):
    """Why a message ended."""

    SILENCE = "silence"
    LIMIT = "limit"
    KEY = "key"


class MessageTape:
    """The message so far."""

    def __init__(self, *, limit: float) -> None:
        self._limit = limit
        self._frames: list[bytes] = []
        self._loud = 0
        self._last_loud = 0

    def feed(self, frame: bytes) -> Ending | None:
        """Take one frame; say whether the message is over."""
        self._frames.append(frame)
        if level_dbfs(frame) > SPEECH_LEVEL_DBFS:
            self._loud += 1
            self._last_loud = len(self._frames)
        heard = len(self._frames) * FRAME
        if heard >= self._limit:
            return Ending.LIMIT
        quiet = (len(self._frames) - self._last_loud) * FRAME
        return Ending.SILENCE if quiet >= (TRAILING if self._loud else PATIENCE) else None

    @property
    def spoken(self) -> float:
        """Seconds of speech so far; less than a syllable counts as none."""
        return self._loud * FRAME if self._loud * FRAME >= SYLLABLE else 0.0

    @property
    def pcm(self) -> bytes:
        """The message without the silence after it."""
        return b"".join(self._frames[: self._last_loud])
