"""
How loud a recording is to an ear: integrated loudness of one channel, in LUFS.

Source: ITU-R BS.1770-5, annex 1 (K-weighting, blocks of 400 ms that overlap by three quarters,
gates at -70 LUFS and at 10 LU below what is left); EBU Tech 3341 for the tests. The filters are
those of the table for 48 kHz, derived for other rates from their analogue form.
"""

import math

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Coefficients of z⁰, z⁻¹, z⁻²: of the numerator, of the denominator."""

BLOCK = 0.400  # seconds
STEP = 0.100  # seconds; three quarters of a block overlap
ABSOLUTE_GATE = -70.0  # LUFS
RELATIVE_GATE = -10.0  # LU below the loudness of what passes the absolute gate
OFFSET = -0.691  # dB; makes the weighting neutral at 997 Hz
FULL_SCALE = 32768.0
_SETTLING = 1.0  # seconds; the high pass has died away by then


def integrated_loudness(pcm: bytes, *, rate_hz: int) -> float:
    """
    Measure 16-bit mono *pcm*, in LUFS; what is never above the absolute gate is -inf.

    A recording shorter than one block is one block.
    """
    weighted = _weight(np.frombuffer(pcm, "<i2").astype(np.float64) / FULL_SCALE, rate_hz)
    block, step = round(BLOCK * rate_hz), round(STEP * rate_hz)
    starts = range(0, max(1, len(weighted) - block + 1), step)
    squares = np.concatenate(([0.0], np.cumsum(weighted**2)))
    ends = [min(start + block, len(weighted)) for start in starts]
    powers = np.array(
        [
            (squares[end] - squares[start]) / max(1, end - start)
            for start, end in zip(starts, ends, strict=True)
        ]
    )
    loud = powers[powers > _power(ABSOLUTE_GATE)]
    if not len(loud):
        return -math.inf
    gate = _loudness(float(loud.mean())) + RELATIVE_GATE
    return _loudness(float(loud[loud > _power(gate)].mean()))


def k_weighting(rate_hz: int) -> tuple[Biquad, Biquad]:
    """Give the two filters for *rate_hz*: the shelf of a head, and the high pass behind it."""
    return _shelf(rate_hz), _high_pass(rate_hz)


def _shelf(rate_hz: int) -> Biquad:
    gain, q = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    k = math.tan(math.pi * 1681.974450955533 / rate_hz)
    band = gain**0.4996667741545416
    norm = 1 + k / q + k * k
    top = (gain + band * k / q + k * k, 2 * (k * k - gain), gain - band * k / q + k * k)
    return (
        (top[0] / norm, top[1] / norm, top[2] / norm),
        (1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm),
    )


def _high_pass(rate_hz: int) -> Biquad:
    q = 0.5003270373238773
    k = math.tan(math.pi * 38.13547087602444 / rate_hz)
    norm = 1 + k / q + k * k
    return (1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm)


def _weight(samples: Samples, rate_hz: int) -> Samples:
    """Filter by multiplying spectra, with room at the end for what would come round."""
    size = len(samples) + round(_SETTLING * rate_hz)
    turns = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    response = np.ones_like(turns)
    for above, below in k_weighting(rate_hz):
        response *= np.polyval(above[::-1], turns) / np.polyval(below[::-1], turns)
    return np.fft.irfft(np.fft.rfft(samples, size) * response, size)[: len(samples)]


def _loudness(power: float) -> float:
    return OFFSET + 10 * math.log10(power)


def _power(loudness: float) -> float:
    return float(10 ** ((loudness - OFFSET) / 10))
