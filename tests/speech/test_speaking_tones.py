"""The sounds that are not speech."""

from collections.abc import Callable

import numpy as np
import pytest

from ivr.audio.pcm import FRAME_BYTES, duration
from ivr.speech.tones import beep, hold_music, ringing, tick


def samples(pcm: bytes) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def rms_dbfs(pcm: bytes) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples(pcm) ** 2)) / 32768))


def test_hold_music_is_soft_and_never_falls_silent() -> None:
    assert rms_dbfs(hold_music()) == pytest.approx(-22, abs=0.1)
    beats = samples(hold_music()).reshape(-1, 2400)
    assert 20 * np.log10(np.sqrt((beats**2).mean(axis=1)).min() / 32768) > -30


def test_hold_music_has_no_click_where_it_begins_again() -> None:
    once = samples(hold_music())
    bends = np.abs(np.diff(np.concatenate([once, once]), n=2))
    seam = bends[len(once) - 3 : len(once) + 1].max()
    assert seam <= np.quantile(bends[: len(once) - 3], 0.999)


def test_the_beep_is_heard_and_starts_and_ends_softly() -> None:
    assert rms_dbfs(beep()) == pytest.approx(-15, abs=0.1)
    assert np.abs(samples(beep())[[0, -1]]).max() < 100


def test_a_phone_that_rings_elsewhere_sounds_two_seconds_of_six() -> None:
    loud = np.abs(samples(ringing()).reshape(-1, 800)).max(axis=1) > 0
    assert loud.tolist() == [True] * 20 + [False] * 40


@pytest.mark.parametrize("sound", [beep, tick, ringing, hold_music])
def test_every_sound_is_whole_frames_and_does_not_clip(sound: Callable[[], bytes]) -> None:
    assert len(sound()) % FRAME_BYTES == 0
    assert duration(sound()) > 0
    assert np.abs(samples(sound())).max() < 30000
