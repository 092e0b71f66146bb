"""The E-model against published values."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.story.media import Media
from ivr.story.mos import BEST, heard_by_them, heard_by_us, mos, rating, worst

GOOD = Media("0a1b2c3d", datetime(2026, 11, 2, tzinfo=UTC), received=1000, sent=1000)


@pytest.mark.parametrize(
    ("rated", "score"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58)]
)
def test_ratings_translate_as_in_table_b1_of_g107(rated: float, score: float) -> None:
    assert mos(rated) == pytest.approx(score, abs=0.01)


def test_an_undisturbed_connexion_has_the_default_rating_of_g107() -> None:
    assert rating(loss=0, delay=0) == BEST
    assert mos(BEST) == pytest.approx(4.41, abs=0.005)


@pytest.mark.parametrize(
    ("percent", "impairment"), [(1, 5), (2, 7), (3, 10), (5, 15), (7, 20), (10, 25)]
)
def test_losses_cost_what_g113_published_for_concealed_g711(
    percent: float, impairment: float
) -> None:
    """Appendix I of 2002 lists what listeners said; the formula was fitted to it since."""
    assert BEST - rating(loss=percent / 100, delay=0) == pytest.approx(impairment, abs=2.2)


@pytest.mark.parametrize(
    ("delay", "impairment"), [(0.1, 0.0), (0.15, 0.16), (0.2, 3.03), (0.3, 14.8), (0.4, 24.1)]
)
def test_delays_cost_what_the_equation_of_g107_gives(delay: float, impairment: float) -> None:
    assert BEST - rating(loss=0, delay=delay) == pytest.approx(impairment, abs=0.1)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 3), st.floats(0, 3))
def test_more_loss_or_delay_never_sounds_better(a: float, b: float, c: float, d: float) -> None:
    better = rating(loss=min(a, b), delay=min(c, d))
    assert 0 <= rating(loss=max(a, b), delay=max(c, d)) <= better <= BEST


@given(st.floats(-50, 150), st.floats(-50, 150))
def test_scores_lie_between_one_and_four_and_a_half_and_follow_the_rating(
    a: float, b: float
) -> None:
    assert 1 <= mos(min(a, b)) <= mos(max(a, b)) + 1e-9 <= 4.5 + 1e-6


def test_late_packets_count_as_lost_ones() -> None:
    late = heard_by_us(replace(GOOD, late=50))
    lost = heard_by_us(replace(GOOD, received=950, lost=50))
    assert late is not None
    assert lost is not None
    assert late.rating == lost.rating
    assert late.loss == pytest.approx(0.05)


def test_half_the_round_trip_and_the_buffer_are_delay() -> None:
    quality = heard_by_us(replace(GOOD, round_trip=0.2, buffered=0.06))
    assert quality is not None
    assert quality.delay == pytest.approx(0.18)


def test_what_is_not_known_is_not_judged() -> None:
    assert heard_by_us(replace(GOOD, received=0, lost=20)) is None
    assert heard_by_them(GOOD) is None
    assert worst(replace(GOOD, received=0)) is None


def test_the_worse_direction_is_the_quality_of_the_leg() -> None:
    far = replace(GOOD, far_lost=100)
    assert worst(far) == heard_by_them(far)
    assert worst(replace(far, lost=500)) == heard_by_us(replace(far, lost=500))
