import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.audio.meter import QUIETEST_DBFS, Levels, Meter
from ivr.audio.pcm import FRAME, FRAME_SAMPLES, SAMPLE_RATE_HZ, SILENT_FRAME

Samples = NDArray[np.float64]
NOISE = np.random.default_rng(7)


def noise(level_dbfs: float, seconds: float) -> Samples:
    """White noise of that level."""
    samples = NOISE.standard_normal(round(seconds * SAMPLE_RATE_HZ))
    return np.asarray(samples * 32768 * 10 ** (level_dbfs / 20))


def tone(level_dbfs: float, seconds: float) -> Samples:
    """A sine of that RMS level."""
    t = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return np.asarray(np.sin(2 * np.pi * 440 * t) * np.sqrt(2) * 32768 * 10 ** (level_dbfs / 20))


def feed(meter: Meter, *parts: Samples) -> None:
    samples = np.clip(np.concatenate(parts), -32768, 32767).astype("<i2")
    for start in range(0, len(samples), FRAME_SAMPLES):
        meter.feed(samples[start : start + FRAME_SAMPLES].tobytes())


def measured(speech_dbfs: float, noise_dbfs: float) -> Levels:
    """Two seconds of noise, one of speech that is noticed 0.1 s late, 0.4 s of noise, the end."""
    meter = Meter()
    feed(meter, noise(noise_dbfs, 2.0), tone(speech_dbfs, 0.1))
    meter.onset()
    feed(meter, tone(speech_dbfs, 0.9), noise(noise_dbfs, 0.4))
    meter.end(silence=0.4)
    feed(meter, noise(noise_dbfs, 1.0))
    return meter.levels


@pytest.mark.parametrize(("speech", "background"), [(-20, -60), (-45, -70), (-12, -25), (-3, -90)])
def test_levels_are_those_of_what_was_sent(speech: float, background: float) -> None:
    levels = measured(speech, background)
    assert levels.speech_dbfs == pytest.approx(speech, abs=0.8)
    assert levels.noise_dbfs == pytest.approx(background, abs=0.8)


def test_seconds_are_those_between_onset_and_end() -> None:
    levels = measured(-20, -60)
    assert levels.frames * FRAME == pytest.approx(4.4)
    assert levels.speech * FRAME == pytest.approx(1.06), "the frames before the onset included"


def test_pauses_between_words_do_not_lower_the_level_of_the_speech() -> None:
    meter = Meter()
    meter.onset()
    feed(meter, tone(-20, 0.4), noise(-60, 0.4), tone(-20, 0.4))
    assert meter.levels.speech_dbfs == pytest.approx(-20, abs=0.2)


def test_without_speech_there_is_no_level_of_it_and_without_a_frame_no_noise() -> None:
    meter = Meter()
    assert (meter.levels.speech_dbfs, meter.levels.noise_dbfs) == (None, None)
    meter.feed(SILENT_FRAME)
    assert meter.levels.speech_dbfs is None
    assert meter.levels.noise_dbfs == QUIETEST_DBFS


def test_speech_at_full_scale_is_counted_sample_by_sample() -> None:
    meter = Meter()
    meter.onset()
    feed(meter, np.tile([32124.0, -32124.0, 0.0, 0.0], 40 * 25))
    assert meter.levels.clipped_share == pytest.approx(0.5)
    assert measured(-20, -60).clipped_share == 0.0


def test_speech_under_way_as_listening_begins_has_lost_its_beginning() -> None:
    meter = Meter()
    feed(meter, tone(-20, 0.1))
    meter.onset()
    feed(meter, tone(-20, 0.5))
    assert meter.levels.cut_in


def test_speech_that_begins_later_is_whole() -> None:
    assert not measured(-20, -60).cut_in
    early = Meter()
    feed(early, noise(-60, 0.06), tone(-20, 0.08))
    early.onset()
    feed(early, tone(-20, 0.5))
    assert not early.levels.cut_in


def test_two_listenings_are_measured_together() -> None:
    both = measured(-20, -60) + measured(-20, -60)
    assert both.frames == 2 * 220
    assert both.speech_dbfs == pytest.approx(-20, abs=0.8)
    assert both.cut_in is False
    assert (Levels(cut_in=True) + Levels()).cut_in is True


def test_telling_onset_or_end_twice_changes_nothing() -> None:
    meter = Meter()
    meter.end()
    feed(meter, tone(-20, 0.2))
    meter.onset()
    meter.onset()
    meter.end()
    meter.end()
    assert meter.levels.speech == 8
    assert meter.levels.frames == 10
    meter.feed(b"too short")
    assert meter.levels.frames == 10
