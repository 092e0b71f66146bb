"""Speech to test hearing with: a synthesiser's, and people's where they are at hand."""

import io
import subprocess
import wave
from functools import cache
from pathlib import Path

import numpy as np

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import FRAME_BYTES, SAMPLE_RATE_HZ
from ivr.audio.resample import resample
from tests.support.need import need_program, need_shared_data

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SECOND = SAMPLE_RATE_HZ * 2
ROOM_RMS = 12  # of 32768: a quiet line, not digital silence


def silence(seconds: float) -> bytes:
    """A quiet line."""
    count = round(seconds * SAMPLE_RATE_HZ)
    return np.random.default_rng(3).normal(0, ROOM_RMS, count).astype("<i2").tobytes()


def on_the_phone(pcm: bytes) -> bytes:
    """What is left of *pcm* behind a telephone, with the room's noise."""
    samples = np.frombuffer(pcm, "<i2") + np.frombuffer(silence(len(pcm) / SECOND), "<i2")
    taps = np.arange(257) - 128
    band = 0.85 * np.sinc(0.85 * taps) - 0.075 * np.sinc(0.075 * taps)  # 300 to 3400 Hz
    passed = np.convolve(samples, band * np.hamming(257), "same")
    loud = passed * (11000 / max(1.0, float(np.abs(passed).max())))
    return decode_ulaw(encode_ulaw(loud.astype("<i2").tobytes()))


def around(pcm: bytes, *, before: float = 0.5, after: float = 0.3) -> bytes:
    """*pcm* with a quiet line around it."""
    return silence(before) + pcm + silence(after)


@cache
def spoken(text: str, *, voice: str = "en-us+m7") -> bytes:
    """*text* by a synthesiser, as a telephone carries it, without what is silent around it."""
    espeak = need_program("espeak-ng", package="espeak-ng")
    command = [str(espeak), "-v", voice, "-s", "145", "--stdout", text]
    said = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
    pcm = resample(said[44:], from_hz=22050)
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(int)) > 100)
    return on_the_phone(pcm[loud[0] * 2 : loud[-1] * 2])


@cache
def person_says(digit: str, *, who: str = "theo", take: int = 0) -> bytes:
    """A person's *digit*, as a telephone carries it."""
    name = f"{DIGITS.index(digit)}_{who}_{take}.wav"
    return on_the_phone(read_wav(need_shared_data() / "digits" / name))


def read_wav(path: Path) -> bytes:
    """The samples of an 8 kHz wav."""
    with wave.open(io.BytesIO(path.read_bytes())) as opened:
        return bytes(opened.readframes(opened.getnframes()))


def frames(pcm: bytes) -> list[bytes]:
    """*pcm* in frames of 20 ms; a rest is dropped."""
    return [pcm[i : i + FRAME_BYTES] for i in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)]
