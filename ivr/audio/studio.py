"""Judging a studio recording: is it fit for a telephone, and does it fit the others?"""

from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ivr.audio.loudness import FULL_SCALE, integrated_loudness
from ivr.audio.wav import Wav

RATES_HZ = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
TARGET = -23.0  # LUFS (EBU R 128)
TOLERANCE = 1.0  # LU
CLIPPED = 3  # samples at full scale in a row; fewer happen in a sound recording
QUIET_DBFS = -50.0  # below the softest consonant, above the noise of a studio
WINDOW = 0.010  # seconds
LONGEST_SILENCE = 0.30  # seconds at either end; callers wait through it
SHORTEST_SILENCE = 0.02  # seconds; with less the first or last sound is likely cut


def unfit(wav: Wav) -> str:
    """Say in words why *wav* cannot be played to callers at all; `` when it can."""
    if wav.channels != 1:
        return f"has {wav.channels} channels: export it as mono"
    if wav.rate_hz not in RATES_HZ:
        return f"is sampled at {wav.rate_hz} Hz: export it at 48000 Hz"
    silent = not _loud_windows(np.frombuffer(wav.pcm, "<i2"), wav.rate_hz).any()
    return "is silent: record it anew" if silent else ""


def flaws(wav: Wav) -> Iterator[str]:
    """Say in words what is wrong with the sound of *wav*, which is not `unfit`, and what to do."""
    samples = np.frombuffer(wav.pcm, "<i2")
    yield from _wrong_loudness(wav)
    yield from _clipping(samples, wav.rate_hz)
    yield from _ends(_loud_windows(samples, wav.rate_hz))


def _wrong_loudness(wav: Wav) -> Iterator[str]:
    found = integrated_loudness(wav.pcm, rate_hz=wav.rate_hz)
    if abs(found - TARGET) > TOLERANCE:
        change = TARGET - found
        way = "raise" if change > 0 else "lower"
        yield (
            f"is at {found:.1f} LUFS, not at {TARGET:.0f} within {TOLERANCE:.0f}: "
            f"{way} it by {abs(change):.1f} dB"
        )


def _clipping(samples: NDArray[np.int16], rate_hz: int) -> Iterator[str]:
    full = np.abs(samples.astype(np.int32)) >= FULL_SCALE - 1
    at = 0
    for clipped, run in groupby(full.tolist()):
        length = sum(1 for _ in run)
        if clipped and length >= CLIPPED:
            yield f"is clipped at {at / rate_hz:.2f} s: record it anew with less gain"
            return
        at += length


def _ends(loud: NDArray[np.bool_]) -> Iterator[str]:
    first, last = int(loud.argmax()), int(loud[::-1].argmax())
    for silence, end, cut in (
        (first * WINDOW, "begins", "its first sound may be cut"),
        (last * WINDOW, "ends", "its last sound may be cut"),
    ):
        if silence > LONGEST_SILENCE:
            yield f"{end} with {silence:.2f} s of silence: leave {LONGEST_SILENCE} s at most"
        elif silence < SHORTEST_SILENCE:
            yield f"{end} without a silence, {cut}: leave a tenth of a second"


def _loud_windows(samples: NDArray[np.int16], rate_hz: int) -> NDArray[np.bool_]:
    """Tell of each window whether it is above the noise; the last may be shorter."""
    size = round(WINDOW * rate_hz)
    padded = np.zeros(-(-max(1, len(samples)) // size) * size)
    padded[: len(samples)] = samples / FULL_SCALE
    power = (padded.reshape(-1, size) ** 2).mean(axis=1)
    return np.asarray(power > 10 ** (QUIET_DBFS / 10))
