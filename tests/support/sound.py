"""Listening by numbers: levels, tones, known phrases, in PCM (`ivr.audio.pcm`)."""

import numpy as np
from numpy.typing import NDArray

from ivr.audio.pcm import SAMPLE_RATE_HZ

FULL_SCALE = 32768.0
FLOOR = 0.5  # of one step; digital silence is -96 dBFS
RECOGNISED = 0.8  # correlation; G.711 leaves 0.99, other speech stays under 0.3
WINDOW = 0.5  # seconds compared at once; a packet that came late spoils one window, not all

Samples = NDArray[np.float64]


def samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def level(pcm: bytes) -> float:
    """Tell the RMS level in dBFS."""
    wave = samples(pcm)
    rms = float(np.sqrt(np.mean(wave**2))) if len(wave) else 0.0
    return 20 * float(np.log10(max(rms, FLOOR) / FULL_SCALE))


def tone(hertz: float, seconds: float, *, dbfs: float = -15.0) -> bytes:
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    peak = FULL_SCALE * 10 ** (dbfs / 20) * np.sqrt(2)
    return bytes((np.sin(2 * np.pi * hertz * time) * peak).astype("<i2").tobytes())


def level_of_tone(pcm: bytes, hertz: float) -> float:
    """Tell the RMS level of the sine of *hertz* alone, in dBFS."""
    wave = samples(pcm)
    if not len(wave):
        return level(b"")
    turn = np.exp(-2j * np.pi * hertz * np.arange(len(wave)) / SAMPLE_RATE_HZ)
    rms = abs(complex(np.mean(wave * turn))) * np.sqrt(2)
    return 20 * float(np.log10(max(rms, FLOOR) / FULL_SCALE))


def says(heard: bytes, phrase: bytes) -> bool:
    """Whether *phrase* was spoken in *heard*: as the same sound, at any moment."""
    wave, wanted = samples(heard), samples(phrase)
    size = round(WINDOW * SAMPLE_RATE_HZ)
    pieces = [wanted[i : i + size] for i in range(0, max(1, len(wanted) - size // 2), size)]
    pieces = [piece for piece in pieces if np.any(np.abs(piece) > FULL_SCALE / 100)]
    found = sum(_likeness(wave, piece) >= RECOGNISED for piece in pieces)
    return bool(pieces) and found >= max(1, round(len(pieces) * RECOGNISED))


def _likeness(wave: Samples, piece: Samples) -> float:
    """Give the highest normalised correlation of *piece* with any stretch of *wave*."""
    if len(wave) < len(piece):
        return 0.0
    length = 1 << (len(wave) + len(piece)).bit_length()
    spectrum = np.fft.rfft(wave, length) * np.conj(np.fft.rfft(piece, length))
    products = np.fft.irfft(spectrum, length)[: len(wave) - len(piece) + 1]
    energy = np.concatenate(([0.0], np.cumsum(wave**2)))
    energies = energy[len(piece) :] - energy[: len(energy) - len(piece)]
    quiet = len(piece) * 100.0  # 10 steps; what is quieter is nobody's speech
    norms = np.sqrt(np.maximum(energies, quiet) * np.sum(piece**2))
    return float(np.max(products / norms))
