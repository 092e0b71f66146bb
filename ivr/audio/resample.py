"""Changing the sampling rate of 16-bit mono PCM."""

import numpy as np
import soxr

from ivr.audio.pcm import SAMPLE_RATE_HZ


def resample(pcm: bytes, *, from_hz: int, to_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """
    Return *pcm* (signed 16-bit little-endian, mono) at *to_hz*.

    A trailing odd byte is dropped. Peaks that overshoot are clipped, not wrapped.
    """
    whole = pcm[: len(pcm) // 2 * 2]
    if from_hz == to_hz or not whole:
        return whole
    samples = np.frombuffer(whole, dtype="<i2")
    # HQ rather than VHQ: its longer filter costs twice as much and telephony cannot tell.
    return bytes(soxr.resample(samples, from_hz, to_hz, quality="HQ").astype("<i2").tobytes())


class Resampler:
    """Changes the rate of a stream, piece by piece, from `SAMPLE_RATE_HZ`."""

    def __init__(self, *, to_hz: int) -> None:
        self._stream = soxr.ResampleStream(SAMPLE_RATE_HZ, to_hz, 1, dtype="int16", quality="HQ")

    def __call__(self, pcm: bytes, *, last: bool) -> bytes:
        """
        Take whole samples; return what is ready, all that is left when this is the *last*.

        Without the last piece some 10 ms stay in the filter.
        """
        samples = np.frombuffer(pcm, dtype=np.int16)
        return bytes(self._stream.resample_chunk(samples, last=last).tobytes())
