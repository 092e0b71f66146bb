"""From a synthesiser's samples to what a telephone should carry: rate, level, no dead air."""

import numpy as np
from numpy.typing import NDArray

from ivr.audio.pcm import SAMPLE_RATE_HZ
from ivr.audio.resample import resample

Samples = NDArray[np.float32]
"""Mono, full scale at ±1.0."""

ACTIVE_LEVEL_DBFS = -18.0  # speech, pauses excluded; what carriers' own announcements use
PEAK = 0.89  # -1 dBFS; G.711 clips just above full scale
KNEE = 0.5  # below this the limiter leaves the waveform alone
MAX_GAIN = 30.0  # near-silent input is not blown up into noise
ACTIVE_RANGE_DB = 30.0  # frames this far below the loudest are pauses
AUDIBLE_DBFS = -50.0  # after levelling; fricatives at a word's edge lie above
HEAD = 0.030  # seconds kept before the first sound: every one more is turn latency
TAIL = 0.060  # seconds kept after the last sound
LEVEL_FRAME = 0.020  # seconds
EDGE_FRAME = 0.005  # seconds


def finish(pcm: bytes, *, rate_hz: int) -> bytes:
    """
    Resample, level, limit and trim *pcm* (16-bit mono); return PCM (`ivr.audio.pcm`).

    Empty when nothing audible is in it.
    """
    telephone = np.frombuffer(resample(pcm, from_hz=rate_hz), "<i2")
    trimmed = trim(limit(level(telephone.astype(np.float32) / np.float32(32768))))
    return (trimmed * 32767.0).astype("<i2").tobytes()


def level(samples: Samples, *, target_dbfs: float = ACTIVE_LEVEL_DBFS) -> Samples:
    """Bring active speech to *target_dbfs* (a simple form of ITU-T P.56)."""
    active = active_level(samples)
    if active == 0.0:
        return samples
    return samples * np.float32(min(MAX_GAIN, 10 ** (target_dbfs / 20) / active))


def active_level(samples: Samples) -> float:
    """Root mean square over the frames in which somebody speaks; 0 for silence."""
    powers = _frame_powers(samples, LEVEL_FRAME)
    if not powers.size or powers.max() <= 0.0:
        return 0.0
    active = powers[powers > powers.max() * 10 ** (-ACTIVE_RANGE_DB / 10)]
    return float(np.sqrt(active.mean()))


def limit(samples: Samples) -> Samples:
    """Bend peaks smoothly below `PEAK`."""
    magnitude = np.abs(samples)
    room = PEAK - KNEE
    bent = KNEE + room * np.tanh((magnitude - KNEE) / room)
    return np.where(magnitude <= KNEE, samples, np.copysign(bent, samples)).astype(np.float32)


def trim(samples: Samples) -> Samples:
    """Cut the silence around *samples* to `HEAD` and `TAIL`."""
    powers = _frame_powers(samples, EDGE_FRAME)
    audible = np.flatnonzero(powers > 10 ** (AUDIBLE_DBFS / 10))
    if not audible.size:
        return samples[:0]
    frame = int(EDGE_FRAME * SAMPLE_RATE_HZ)
    first = int(audible[0]) * frame - int(HEAD * SAMPLE_RATE_HZ)
    last = (int(audible[-1]) + 1) * frame + int(TAIL * SAMPLE_RATE_HZ)
    return samples[max(0, first) : last]


def _frame_powers(samples: Samples, seconds: float) -> NDArray[np.float64]:
    frame = int(seconds * SAMPLE_RATE_HZ)
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % frame))
    return np.asarray((padded.reshape(-1, frame) ** 2).mean(axis=1))
