"""Music goes on where it was left."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.pcm import SAMPLE_RATE_HZ
from ivr.audio.tune import Tune
from tests.support.sound import samples, tone

MUSIC = tone(440, 2.0)
RAMP = np.arange(-8000, 8000).astype("<i2").tobytes()


def test_a_tune_begins_at_its_beginning() -> None:
    assert Tune(MUSIC).resume(now=5.0) == MUSIC


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), max_size=5))
def test_it_goes_on_where_it_was_left(visits: list[tuple[float, float]]) -> None:
    tune = Tune(RAMP)
    now = played = 0.0
    for plays, rests in visits:
        tune.resume(now=now)
        tune.pause(now=now + plays)
        now += plays + rests
        played += plays
    heard = samples(tune.resume(now=now))
    skipped = (heard[0] + 8000 - played * SAMPLE_RATE_HZ) % len(heard)
    slack = len(visits) + 1
    assert skipped <= slack or skipped >= len(heard) - slack
    assert (np.roll(heard, int(heard[0]) + 8000) == samples(RAMP)).all()


def test_pausing_twice_is_pausing_once_and_playing_on_is_no_pause() -> None:
    tune = Tune(MUSIC)
    tune.resume(now=0.0)
    tune.pause(now=1.0)
    tune.pause(now=1.5)
    once = tune.resume(now=3.0)
    tune.resume(now=3.5)
    tune.pause(now=4.0)
    assert once == tune.resume(now=9.0)


def test_a_tune_may_be_empty() -> None:
    tune = Tune(b"")
    assert tune.resume(now=0.0) == b""
    tune.pause(now=1.0)
    assert tune.resume(now=2.0) == b""
