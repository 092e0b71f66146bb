"""What may be said of few calls, held against what chance really does."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.report.chance import (
    at_least_by_chance,
    by_chance,
    deviation,
    differ,
    interval,
    quantile,
)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_the_share_it_is_about(count: int, of: int) -> None:
    low, high = interval(min(count, of), of)
    share = min(count, of) / of
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


def test_an_interval_is_the_one_of_the_books() -> None:
    assert interval(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)  # Newcombe 1998


def test_of_nothing_anything_is_possible() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert by_chance(0, 0, 1, 2) is None


def test_too_few_calls_never_differ() -> None:
    assert by_chance(3, 3, 0, 3) is None
    assert not differ(3, 3, 0, 3)


def test_a_large_difference_of_many_calls_is_told() -> None:
    assert differ(780, 1000, 900, 1000)
    assert by_chance(50, 100, 50, 100) == pytest.approx(1.0)
    assert by_chance(30, 100, 45, 100) == pytest.approx(0.0285, abs=1e-3)


def test_equal_shares_are_told_apart_about_once_in_a_hundred_times() -> None:
    dice = Random(7)

    def heads() -> int:
        return sum(dice.random() < 0.3 for _ in range(200))

    wrong = sum(differ(heads(), 200, heads(), 200) for _ in range(1000))
    assert wrong <= 25


def test_how_rare_a_count_is_follows_the_gamma_poisson_mixture() -> None:
    rate, weeks = 16 + 0.5, 8
    prob = weeks / (weeks + 1)
    weights = [
        math.exp(math.lgamma(n + rate) - math.lgamma(rate) - math.lgamma(n + 1))
        * prob**rate
        * (1 - prob) ** n
        for n in range(200)
    ]
    assert at_least_by_chance(7, [2] * 8) == pytest.approx(sum(weights[7:]))
    assert at_least_by_chance(0, [2] * 8) == 1.0


@given(st.lists(st.integers(0, 50), min_size=4, max_size=8), st.integers(0, 60))
def test_more_calls_are_never_less_rare(earlier: list[int], count: int) -> None:
    assert at_least_by_chance(count + 1, earlier) <= at_least_by_chance(count, earlier)
    assert deviation(count + 1, earlier) > deviation(count, earlier)


def test_a_quantile_is_a_value_that_occurred() -> None:
    assert quantile([(1.0, 1), (2.0, 1), (9.0, 2)], 0.5) == 2.0
    assert quantile([(1.0, 95), (2.0, 5)], 0.95) == 1.0
    assert quantile([(1.0, 94), (2.0, 6)], 0.95) == 2.0
    assert quantile([], 0.5) is None
