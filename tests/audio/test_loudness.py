"""Against the values of ITU-R BS.1770-5 and the test signals of EBU Tech 3341, for one channel."""

import math

import numpy as np
import pytest

from ivr.audio.loudness import integrated_loudness, k_weighting

ONE_CHANNEL = -3.01  # dB; a sine of that level has half the power of its peak


def sine(*, dbfs: float, seconds: float, rate_hz: int, hz: float = 997.0) -> bytes:
    """Give a tone whose peaks are at *dbfs*."""
    turns = 2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz
    peak = 32767 * 10 ** (dbfs / 20)
    return bytes(np.round(peak * np.sin(turns)).astype("<i2").tobytes())


def test_the_filters_at_48_khz_are_those_of_the_tables() -> None:
    (above, below), (high, low) = k_weighting(48000)
    assert above == pytest.approx((1.53512485958697, -2.69169618940638, 1.19839281085285))
    assert below == pytest.approx((1.0, -1.69065929318241, 0.73248077421585))
    assert high == (1.0, -2.0, 1.0)
    assert low == pytest.approx((1.0, -1.99004745483398, 0.99007225036621))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize("dbfs", [0.0, -23.0, -40.0])
def test_a_tone_of_997_hz_is_three_below_its_peak_at_every_rate(rate_hz: int, dbfs: float) -> None:
    found = integrated_loudness(sine(dbfs=dbfs, seconds=2, rate_hz=rate_hz), rate_hz=rate_hz)
    assert found == pytest.approx(dbfs + ONE_CHANNEL, abs=0.1)


def test_silence_around_the_words_does_not_make_them_quieter() -> None:
    tone = sine(dbfs=-20, seconds=5, rate_hz=48000)
    silence = bytes(2 * 48000 * 20)
    found = integrated_loudness(silence + tone + silence, rate_hz=48000)
    assert found == pytest.approx(-20 + ONE_CHANNEL, abs=0.3)


def test_the_relative_gate_leaves_out_what_is_much_softer() -> None:
    """EBU Tech 3341, case 3."""
    parts = ((-36.0, 10), (-23.0, 60), (-36.0, 10))
    pcm = b"".join(sine(dbfs=level, seconds=s, rate_hz=8000) for level, s in parts)
    assert integrated_loudness(pcm, rate_hz=8000) == pytest.approx(-23 + ONE_CHANNEL, abs=0.1)


def test_both_gates_work_together() -> None:
    """EBU Tech 3341, case 4."""
    parts = ((-72.0, 10), (-36.0, 10), (-23.0, 60), (-36.0, 10), (-72.0, 10))
    pcm = b"".join(sine(dbfs=level, seconds=s, rate_hz=8000) for level, s in parts)
    assert integrated_loudness(pcm, rate_hz=8000) == pytest.approx(-23 + ONE_CHANNEL, abs=0.1)


def test_what_is_not_gated_counts_by_its_length() -> None:
    """EBU Tech 3341, case 5."""
    parts = ((-26.0, 20), (-20.0, 20.1), (-26.0, 20))
    pcm = b"".join(sine(dbfs=level, seconds=s, rate_hz=8000) for level, s in parts)
    assert integrated_loudness(pcm, rate_hz=8000) == pytest.approx(-23 + ONE_CHANNEL, abs=0.1)


def test_low_rumble_counts_little_and_hiss_counts_more() -> None:
    rumble = integrated_loudness(sine(dbfs=-20, seconds=2, rate_hz=48000, hz=25), rate_hz=48000)
    hiss = integrated_loudness(sine(dbfs=-20, seconds=2, rate_hz=48000, hz=5000), rate_hz=48000)
    assert rumble < -30
    assert hiss == pytest.approx(-20 + ONE_CHANNEL + 3.3, abs=0.3)


def test_a_recording_shorter_than_a_block_is_measured_as_a_whole() -> None:
    short = sine(dbfs=-20, seconds=0.25, rate_hz=48000)
    assert integrated_loudness(short, rate_hz=48000) == pytest.approx(-20 + ONE_CHANNEL, abs=0.3)


@pytest.mark.parametrize("pcm", [b"", bytes(96000), b"\x01\x00"])
def test_silence_has_no_loudness(pcm: bytes) -> None:
    assert integrated_loudness(pcm, rate_hz=48000) == -math.inf
