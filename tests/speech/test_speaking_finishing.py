"""Level, limiter and trimming of speech, on made-up signals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.finishing import HEAD, PEAK, TAIL, Samples, active_level, finish, level, limit, trim


def tone(seconds: float, amplitude: float, *, rate_hz: int = 8000) -> Samples:
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    return (amplitude * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * 8000), np.float32)


def pcm(samples: Samples) -> bytes:
    return (samples * 32767).astype("<i2").tobytes()


def dbfs(value: float) -> float:
    return float(20 * np.log10(value))


@given(amplitude=st.floats(0.02, 1.0), pause=st.floats(0.0, 2.0))
def test_speech_comes_out_at_one_level_however_loud_and_however_many_pauses(
    amplitude: float, pause: float
) -> None:
    samples = np.concatenate([tone(0.5, amplitude), silence(pause), tone(0.5, amplitude)])
    assert dbfs(active_level(level(samples))) == pytest.approx(-18, abs=0.5)


def test_silence_stays_silence() -> None:
    assert not level(silence(1)).any()
    assert finish(pcm(silence(1)), rate_hz=22050) == b""
    assert finish(b"", rate_hz=8000) == b""


@given(st.lists(st.floats(-40, 40, width=32), min_size=1, max_size=50))
def test_no_peak_ever_clips_and_quiet_samples_are_untouched(values: list[float]) -> None:
    samples = np.array(values, np.float32)
    limited = limit(samples)
    assert np.abs(limited).max() <= PEAK + 1e-6
    quiet = np.abs(samples) <= 0.5
    assert (limited[quiet] == samples[quiet]).all()


def test_silence_around_speech_is_cut_to_what_is_wanted() -> None:
    trimmed = trim(np.concatenate([silence(0.7), tone(1.0, 0.1), silence(0.9)]))
    assert len(trimmed) / 8000 == pytest.approx(1.0 + HEAD + TAIL, abs=0.006)


def test_the_rate_becomes_that_of_the_telephone() -> None:
    assert len(finish(pcm(tone(2.0, 0.1, rate_hz=22050)), rate_hz=22050)) == pytest.approx(
        32000, abs=200
    )
