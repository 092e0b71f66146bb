"""Hours and days on which callers rang about one thing far more often than usual."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from statistics import median

from ivr.report.chance import at_least_by_chance, deviation
from ivr.report.forecast import ENOUGH, HOURS, WEEKS, HourOfDay
from ivr.report.period import WEEK, Period

FEWEST = 5  # calls; fewer are no spike on any day
MUCH = 1.5  # times the usual: less is not worth pointing out, however sure
FAR = 4.0  # standard deviations
RARE_HOUR = 1e-6
"""A month has thousands of hours and reasons; by chance alone one in a hundred reports errs."""
RARE_DAY = 1e-5


@dataclass(frozen=True, slots=True)
class Spike:
    """Callers rang about one thing far more often than usual."""

    about: str
    day: date
    hours: tuple[int, int] | None
    """The first hour and the one behind the last; None: the whole day."""
    calls: int
    usual: float
    """Median of the same hours of the weeks before."""

    def span(self, period: Period) -> tuple[datetime, datetime]:
        """Tell when it began and ended, by the clock of *period*."""
        begins, ends = self.hours or (0, HOURS)
        return period.clock(self.day, begins), period.clock(self.day, ends)


def spikes(
    calls: Mapping[str, Mapping[HourOfDay, int]], days: Sequence[date], *, since: date
) -> tuple[Spike, ...]:
    """
    Find the spikes of *days*, in order of time.

    Args:
        calls: What callers rang about, to how many did so each hour, the weeks before included.
        days: The days to look at.
        since: The first whole day on which the line took calls; the weeks before it count not.
    """
    found = [
        spike
        for about, hours in calls.items()
        for day in days
        if (weeks := min(WEEKS, (day - since) // WEEK)) >= ENOUGH
        for spike in _of_day(about, hours, day, weeks)
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.hours or (0, 0), one.about)))


def _of_day(about: str, calls: Mapping[HourOfDay, int], day: date, weeks: int) -> Iterator[Spike]:
    """Find the hours that stand out; if none does, see whether the day as a whole does."""
    past = [day - WEEK * n for n in range(1, weeks + 1)]
    high = [
        hour
        for hour in range(HOURS)
        if _stands_out(
            calls.get((day, hour), 0), [calls.get((one, hour), 0) for one in past], RARE_HOUR
        )
    ]
    for _, run in groupby(enumerate(high), key=lambda pair: pair[1] - pair[0]):
        hours = [hour for _, hour in run]
        yield _spike(about, calls, day, past, (hours[0], hours[-1] + 1))
    if not high and _stands_out(_total(calls, day), [_total(calls, one) for one in past], RARE_DAY):
        yield _spike(about, calls, day, past, None)


def _stands_out(count: int, earlier: Sequence[int], rare: float) -> bool:
    if count < FEWEST or count < MUCH * median(earlier):
        return False
    tame = _tamed(earlier)
    return deviation(count, earlier) >= FAR and at_least_by_chance(count, tame) < rare


def _tamed(earlier: Sequence[int]) -> list[int]:
    """Cut off what was itself a spike, so that it does not hide the next one."""
    usual = median(earlier)
    most = math.ceil(usual + FAR * math.sqrt(max(usual, 1.0)))
    return [min(one, most) for one in earlier]


def _spike(
    about: str,
    calls: Mapping[HourOfDay, int],
    day: date,
    past: Sequence[date],
    hours: tuple[int, int] | None,
) -> Spike:
    span = hours or (0, HOURS)
    usual = median(_total(calls, one, *span) for one in past)
    return Spike(about, day, hours, _total(calls, day, *span), usual)


def _total(calls: Mapping[HourOfDay, int], day: date, begins: int = 0, ends: int = HOURS) -> int:
    return sum(calls.get((day, hour), 0) for hour in range(begins, ends))
