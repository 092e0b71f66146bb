"""
WAV files: linear 16-bit PCM in a RIFF container, and nothing else.

Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft 1991), "WAVE".
"""

import struct
from array import array
from dataclasses import dataclass

from ivr.audio.pcm import SAMPLE_BYTES, SAMPLE_RATE_HZ
from ivr.errors import AudioError

HEADER_BYTES = 44
LARGEST = 0xFFFFFFFF - HEADER_BYTES  # bytes of samples; the sizes are unsigned 32-bit
_PCM = 1  # wFormatTag
_CHUNK_BYTES = 8  # name and size


@dataclass(frozen=True, slots=True)
class Wav:
    """A WAV file's content."""

    rate_hz: int
    channels: int
    pcm: bytes
    """Whole frames; the channels' samples take turns."""


def header(data_bytes: int, *, channels: int = 1, rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Return the 44 bytes that stand before *data_bytes* of samples."""
    align = channels * SAMPLE_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", HEADER_BYTES - _CHUNK_BYTES + data_bytes, b"WAVE"),
        *(b"fmt ", 16, _PCM, channels, rate_hz, rate_hz * align, align, SAMPLE_BYTES * 8),
        *(b"data", data_bytes),
    )


def encode(pcm: bytes, *, channels: int = 1, rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Return *pcm* as a whole WAV file."""
    return header(len(pcm), channels=channels, rate_hz=rate_hz) + pcm


def decode(file: bytes) -> Wav:
    """
    Read a whole WAV file.

    A `data` chunk that promises more than there is (a writer that was killed, a stream)
    gives what is there.

    Raises:
        AudioError: It is something else; the text says what.
    """
    if file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        raise AudioError("not a WAV file: no RIFF WAVE header")
    shape: tuple[int, int] | None = None
    at = 12
    while at + _CHUNK_BYTES <= len(file):
        name, size = struct.unpack_from("<4sI", file, at)
        body = file[at + _CHUNK_BYTES : at + _CHUNK_BYTES + size]
        if name == b"fmt ":
            shape = _shape(body)
        elif name == b"data":
            if shape is None:
                raise AudioError("a WAV file with samples before their format")
            rate_hz, channels = shape
            whole = len(body) - len(body) % (channels * SAMPLE_BYTES)
            return Wav(rate_hz, channels, body[:whole])
        at += _CHUNK_BYTES + size + size % 2  # chunks are padded to even lengths
    raise AudioError("a WAV file without samples")


def interleave(left: bytes, right: bytes) -> bytes:
    """Make two channels of two equally long mono signals."""
    both = array("h", bytes(2 * len(left)))
    both[0::2] = array("h", left)
    both[1::2] = array("h", right)
    return both.tobytes()


def _shape(body: bytes) -> tuple[int, int]:
    """Return sample rate and channels of a `fmt ` chunk."""
    if len(body) < 16:  # noqa: PLR2004 - PCMWAVEFORMAT
        raise AudioError("a WAV file whose format is cut short")
    tag, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if tag != _PCM or bits != SAMPLE_BYTES * 8:
        raise AudioError(
            f"a WAV file of format {tag} with {bits} bits, expected linear PCM with 16"
        )
    if not channels or not rate_hz:
        raise AudioError("a WAV file of no channels or no sample rate")
    return rate_hz, channels
