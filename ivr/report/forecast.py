"""How many calls next week will bring, hour by hour: what the same hours of past weeks brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from ivr.report.period import WEEK, Hour

WEEKS = 8
"""Further back another season begins."""
ENOUGH = 4
"""Weeks; the median of fewer is one of the two in the middle of nothing."""
HOURS = 24

HourOfDay = tuple[date, int]
"""A day and an hour of it, by the clinic's clock."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What one hour will bring."""

    hour: Hour
    calls: float
    """Median of the past weeks."""
    fewest: int
    most: int
    """What the quietest and the busiest of these weeks brought."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The seven days behind a period."""

    first: date
    weeks: int
    """Whole weeks it was made from; with fewer than `ENOUGH` it says nothing."""
    hours: tuple[Expected, ...] = ()
    """Hours in which calls are expected, in order of time."""

    @property
    def busiest(self) -> tuple[Expected, ...]:
        """The hours, the busiest first."""
        return tuple(sorted(self.hours, key=lambda one: (-one.calls, -one.most, one.hour)))


def forecast(calls: Mapping[HourOfDay, int], *, since: date, after: date) -> Forecast:
    """
    Look seven days ahead.

    Args:
        calls: How many each hour brought; hours without are left out.
        since: The first whole day on which the line took calls.
        after: The day behind the last one that is over.
    """
    weeks = min(WEEKS, (after - since) // WEEK)
    if weeks < ENOUGH:
        return Forecast(after, max(0, weeks))
    found = (
        _expected(day.weekday(), hour, [calls.get((day - WEEK * n, hour), 0) for n in past])
        for day in (after + timedelta(days=n) for n in range(7))
        for hour in range(HOURS)
        if (past := range(1, weeks + 1))
    )
    return Forecast(after, weeks, tuple(one for one in found if one.calls))


def _expected(weekday: int, hour: int, past: Sequence[int]) -> Expected:
    return Expected((weekday, hour), median(past), min(past), max(past))
