"""The coming week is what past weeks brought, or nothing when they are too few."""

from collections import Counter
from datetime import date, timedelta

from ivr.report.forecast import Expected, HourOfDay, forecast

MONDAY = date(2026, 11, 2)
NOBODY: Counter[HourOfDay] = Counter()


def mondays(*counts: int) -> Counter[HourOfDay]:
    """Let past Mondays, the last one first, bring so many calls at ten."""
    past = (MONDAY - timedelta(weeks=n) for n in range(1, 20))
    return Counter({(day, 10): count for day, count in zip(past, counts, strict=False)})


def test_the_middle_of_eight_weeks_is_expected_and_a_holiday_does_no_harm() -> None:
    calls = mondays(30, 31, 29, 0, 30, 33, 30, 28)
    found = forecast(calls, since=date(2026, 1, 1), after=MONDAY)
    assert found.weeks == 8
    assert found.hours == (Expected((0, 10), 30, 0, 33),)


def test_older_weeks_do_not_count() -> None:
    calls = mondays(*[10] * 8, 500, 500, 500)
    assert forecast(calls, since=date(2026, 1, 1), after=MONDAY).busiest[0].most == 10


def test_three_weeks_are_too_few() -> None:
    found = forecast(mondays(9, 9, 9), since=MONDAY - timedelta(days=27), after=MONDAY)
    assert (found.weeks, found.hours) == (3, ())


def test_a_line_that_took_its_first_call_later_has_no_weeks() -> None:
    assert forecast(NOBODY, since=MONDAY + timedelta(days=9), after=MONDAY).weeks == 0


def test_hours_without_calls_are_left_out() -> None:
    found = forecast(mondays(0, 0, 0, 0, 0, 0, 0, 7), since=date(2026, 1, 1), after=MONDAY)
    assert found.hours == ()
