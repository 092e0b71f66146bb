import math
from array import array

import pytest

from ivr.audio.pcm import duration
from ivr.audio.resample import resample


def tone(hz: float, *, rate_hz: int, seconds: float = 0.5, peak: int = 8000) -> bytes:
    count = round(rate_hz * seconds)
    turn = 2 * math.pi * hz / rate_hz
    return array("h", [round(peak * math.sin(turn * n)) for n in range(count)]).tobytes()


def level(pcm: bytes) -> float:
    middle = array("h", pcm)[200:-200]
    return math.sqrt(sum(s * s for s in middle) / len(middle))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 48000])
def test_the_length_in_seconds_stays(rate_hz: int) -> None:
    pcm = resample(tone(440, rate_hz=rate_hz), from_hz=rate_hz)
    assert duration(pcm) == pytest.approx(0.5, abs=0.001)


def test_a_tone_within_the_band_keeps_its_level() -> None:
    before = tone(1000, rate_hz=22050)
    assert level(resample(before, from_hz=22050)) == pytest.approx(level(before), rel=0.02)


def test_a_tone_beyond_the_new_band_vanishes_instead_of_folding() -> None:
    assert level(resample(tone(6000, rate_hz=22050), from_hz=22050)) < 30


def test_full_scale_is_clipped_not_wrapped() -> None:
    square = array("h", [32767] * 50 + [-32768] * 50) * 100
    after = array("h", resample(square.tobytes(), from_hz=48000, to_hz=8000))
    assert min(after) < -30000
    assert max(after) > 30000


def test_the_same_rate_changes_nothing_and_an_odd_byte_is_dropped() -> None:
    assert resample(b"\x01\x02\x03", from_hz=8000) == b"\x01\x02"
    assert resample(b"", from_hz=22050) == b""
