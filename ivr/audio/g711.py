"""G.711, the telephone's companding (ITU-T G.711), both laws, by table."""

import numpy as np
from numpy.typing import NDArray

_BIAS = 0x84  # µ-law adds it so that every segment starts at a power of two


def _ulaw_levels() -> NDArray[np.int16]:
    code = ~np.arange(256) & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS) << ((code & 0x70) >> 4)
    return np.where(code & 0x80, _BIAS - magnitude, magnitude - _BIAS).astype(np.int16)


def _alaw_levels() -> NDArray[np.int16]:
    code = np.arange(256) ^ 0x55
    segment = (code & 0x70) >> 4
    mantissa = ((code & 0x0F) << 4) + 8
    magnitude = np.where(segment, (mantissa + 0x100) << np.maximum(segment - 1, 0), mantissa)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _nearest_codes(levels: NDArray[np.int16]) -> NDArray[np.uint8]:
    """For each 16-bit sample, as unsigned index, the code whose level is nearest."""
    order = np.argsort(levels, kind="stable")
    ordered = levels[order].astype(np.int32)
    middles = (ordered[1:] + ordered[:-1]) / 2
    samples = np.arange(65536).astype(np.uint16).view(np.int16)
    return order[np.searchsorted(middles, samples)].astype(np.uint8)


_LEVELS = {"ulaw": _ulaw_levels(), "alaw": _alaw_levels()}
_CODES = {law: _nearest_codes(levels) for law, levels in _LEVELS.items()}


def encode_ulaw(pcm: bytes) -> bytes:
    """Compress 16-bit little-endian *pcm* to one µ-law byte a sample."""
    return bytes(_CODES["ulaw"][np.frombuffer(pcm, "<u2")])


def decode_ulaw(coded: bytes) -> bytes:
    """Expand µ-law bytes to 16-bit little-endian PCM."""
    return bytes(_LEVELS["ulaw"][np.frombuffer(coded, np.uint8)].astype("<i2"))


def encode_alaw(pcm: bytes) -> bytes:
    """Compress 16-bit little-endian *pcm* to one A-law byte a sample."""
    return bytes(_CODES["alaw"][np.frombuffer(pcm, "<u2")])


def decode_alaw(coded: bytes) -> bytes:
    """Expand A-law bytes to 16-bit little-endian PCM."""
    return bytes(_LEVELS["alaw"][np.frombuffer(coded, np.uint8)].astype("<i2"))
