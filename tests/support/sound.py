"""Listening by numbers: levels, tones, known phrases, in PCM (`ivr.audio.pcm`)."""

import numpy as np
from numpy.typing import NDArray

from ivr.audio.pcm import SAMPLE_RATE_HZ

FULL_SCALE = 32768.0
FLOOR = 0.5  # of one step; digital silence is -96 dBFS
RECOGNISED = 0.93  # the same words over G.711 correlate by 0.97 and more, others by up to 0.8
HAZY = 0.85  # the same words, with packets that came late among them
CLEAR = 0.6  # of the pieces must be more than that
SPOILED = 5  # pieces of a phrase of which one may be spoiled
PIECE = 50  # rows, half a second
HOP = 80  # samples from row to row, 10 ms
SPAN = 256  # samples a row looks at
BANDS = 16
NOISE = 1e4  # power; what is weaker is no speech

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
    """
    Whether *phrase*, spoken by the line's voice, was heard at any moment of *heard*.

    It is looked for in half seconds, as bands of power over time: a synthesiser never makes
    the same waveform twice, and packets that came late move what follows. That blurs or spoils
    the piece they are in, not all. Around what was heard it is silent: a recording may lack the
    pause at the end of a phrase.
    """
    around = bytes(2 * HOP * PIECE)
    sound, wanted = _bands(around + heard + around), _bands(phrase)
    pieces = [wanted[i : i + PIECE] for i in range(0, max(1, len(wanted) - PIECE // 2), PIECE)]
    likenesses = [_likeness(sound, piece) for piece in pieces]
    clear = sum(likeness >= RECOGNISED for likeness in likenesses)
    found = sum(likeness >= HAZY for likeness in likenesses)
    return found >= len(pieces) - len(pieces) // SPOILED and clear >= CLEAR * len(pieces)


def _bands(pcm: bytes) -> Samples:
    """Give the power in sixteen bands (log10), a row every 10 ms."""
    wave = samples(pcm)
    rows = max(0, (len(wave) - SPAN) // HOP + 1)
    spans = wave[np.arange(SPAN)[None, :] + HOP * np.arange(rows)[:, None]] * np.hanning(SPAN)
    power = np.abs(np.fft.rfft(spans, axis=1)[:, 1:]) ** 2
    return np.asarray(np.log10(power.reshape(rows, BANDS, SPAN // 2 // BANDS).sum(axis=2) + NOISE))


def _likeness(sound: Samples, piece: Samples) -> float:
    """Give the highest correlation (Pearson's) of *piece* with any stretch of *sound*."""
    size = len(piece)
    if not size or len(sound) < size:
        return 0.0
    length = 1 << (len(sound) + size).bit_length()
    wanted = piece - piece.mean()
    spectra = np.fft.rfft(sound, length, axis=0) * np.conj(np.fft.rfft(wanted, length, axis=0))
    products = np.fft.irfft(spectra, length, axis=0)[: len(sound) - size + 1].sum(axis=1)
    sums, squares = _moving(sound.sum(axis=1), size), _moving((sound**2).sum(axis=1), size)
    spread = np.maximum(squares - sums**2 / piece.size, np.finfo(np.float32).eps)
    return float(np.max(products / np.sqrt(spread * np.sum(wanted**2))))


def _moving(values: Samples, size: int) -> Samples:
    """Give the sum of each stretch of *size* values."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    return np.asarray(total[size:] - total[:-size])
