"""Keys that come as sound: the tones of ITU-T Q.23, noticed frame by frame, not understood."""

import numpy as np
from numpy.typing import NDArray

from ivr.audio.pcm import FRAME_SAMPLES, SAMPLE_RATE_HZ

LOW_HZ = (697, 770, 852, 941)
HIGH_HZ = (1209, 1336, 1477, 1633)
SHARE = 0.8  # of the power of a frame that lies in one pair; no vowel comes near it twice running
WEAKER = 0.1  # of the stronger tone of the pair, at least; lines tilt by less (ITU-T Q.24)
LONG_ENOUGH = 2  # frames, 40 ms: the shortest press that counts (ITU-T Q.24)

_TIMES = np.arange(FRAME_SAMPLES) / SAMPLE_RATE_HZ
_TURNS = np.exp(-2j * np.pi * np.outer((*LOW_HZ, *HIGH_HZ), _TIMES))
_WAVES = np.concatenate((_TURNS.real, _TURNS.imag)).astype(np.float32)


class KeyTones:
    """Counts the keys that were heard; which ones is not kept."""

    def __init__(self) -> None:
        self.count = 0
        self._pair: tuple[int, int] | None = None
        self._frames = 0

    def feed(self, samples: NDArray[np.float32], power: float) -> None:
        """Take a frame; *power* is the mean of its squares."""
        pair = _pair(samples, power)
        self._frames = self._frames + 1 if pair is not None and pair == self._pair else 1
        self._pair = pair
        if pair is not None and self._frames == LONG_ENOUGH:
            self.count += 1

    def silence(self) -> None:
        """Take a frame that is too quiet for a key."""
        self._pair = None


def _pair(samples: NDArray[np.float32], power: float) -> tuple[int, int] | None:
    """Name the pair of tones in a frame by their places in `LOW_HZ` and `HIGH_HZ`."""
    parts = _WAVES @ samples
    powers = (parts[:8] ** 2 + parts[8:] ** 2) * (2 / FRAME_SAMPLES**2)
    low, high = int(powers[:4].argmax()), int(powers[4:].argmax())
    one, other = float(powers[low]), float(powers[4 + high])
    if one + other < SHARE * power or min(one, other) < WEAKER * max(one, other):
        return None
    return low, high
