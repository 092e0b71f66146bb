"""What stands out is pointed out; a quiet clinic, a busy one and a growing one are left alone."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from ivr.report.forecast import HourOfDay
from ivr.report.spikes import Spike, spikes

SINCE = date(2026, 1, 5)
WEEKS_BEFORE = timedelta(weeks=8)
NINE_TO_FIVE = range(9, 17)
DAY = date(2026, 3, 11)


def poisson(rate: float, dice: Random) -> int:
    if rate > 60:
        return max(0, round(dice.gauss(rate, rate**0.5)))
    count, at = 0, dice.expovariate(1)
    while at < rate:
        count, at = count + 1, at + dice.expovariate(1)
    return count


def random_calls(rate: float, days: int, *, seed: int, wobble: float = 0) -> Counter[HourOfDay]:
    """Make calls of a clinic; each day as a whole is *wobble* more or less busy."""
    dice = Random(seed)
    calls: Counter[HourOfDay] = Counter()
    for day in (SINCE + timedelta(days=n) for n in range(days)):
        of_day = rate * (0.1 if day.weekday() > 4 else 1) * max(0, dice.gauss(1, wobble))
        for hour in NINE_TO_FIVE:
            calls[day, hour] = poisson(of_day, dice)
    return calls


def usual(count: int) -> Counter[HourOfDay]:
    days = (SINCE + timedelta(days=n) for n in range(100))
    return Counter({(day, hour): count for day in days for hour in NINE_TO_FIVE})


def found(calls: Counter[HourOfDay], *days: date) -> list[Spike]:
    return list(spikes({"refill_status": calls}, days or (DAY,), since=SINCE))


@pytest.mark.parametrize("rate", [0.02, 0.3, 2, 15, 150])
def test_two_years_of_random_calls_raise_no_alarm(rate: float) -> None:
    days = 730
    calls = random_calls(rate, days, seed=round(rate * 100))
    looked_at = [SINCE + WEEKS_BEFORE + timedelta(days=n) for n in range(days - 56)]
    assert found(calls, *looked_at) == []


@pytest.mark.parametrize("rate", [2, 15, 150])
def test_days_that_are_a_tenth_busier_or_quieter_raise_no_alarm(rate: float) -> None:
    calls = random_calls(rate, 400, seed=3, wobble=0.1)
    looked_at = [SINCE + WEEKS_BEFORE + timedelta(days=n) for n in range(340)]
    assert found(calls, *looked_at) == []


def test_hours_that_stand_out_are_one_time() -> None:
    calls = usual(4)
    calls[DAY, 10] = 30
    calls[DAY, 11] = 28
    assert found(calls) == [Spike("refill_status", DAY, (10, 12), 58, 8)]


def test_a_day_stands_out_though_none_of_its_hours_does() -> None:
    calls = usual(4)
    for hour in NINE_TO_FIVE:
        calls[DAY, hour] = 10
    assert found(calls) == [Spike("refill_status", DAY, None, 80, 32)]


def test_five_callers_where_never_one_rang_stand_out_and_four_do_not() -> None:
    assert found(Counter({(DAY, 10): 5})) == [Spike("refill_status", DAY, None, 5, 0)]
    assert found(Counter({(DAY, 10): 4})) == []


def test_a_spike_before_does_not_hide_the_next_one() -> None:
    calls = usual(4)
    calls[DAY - timedelta(weeks=2), 10] = 60
    calls[DAY, 10] = 30
    assert [spike.hours for spike in found(calls)] == [(10, 11)]


def test_less_than_four_weeks_are_too_little_to_say() -> None:
    calls = usual(4)
    early = SINCE + timedelta(weeks=3)
    calls[early, 10] = 100
    assert found(calls, early) == []
