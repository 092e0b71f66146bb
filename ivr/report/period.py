"""The days a report is about, by the clinic's clock."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.errors import MisuseError

SLOT = 900
"""Seconds; clocks of all time zones differ from UTC by whole quarters of an hour."""
SLOTS_AN_HOUR = 3600 // SLOT
LONGEST = 366  # days; a year, so that the page stays one that people read
WEEK = timedelta(days=7)
DAY = timedelta(days=1)

Hour = tuple[int, int]
"""Day of the week, 0 for Monday, and hour of the day."""
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of one day to the beginning of a later one."""

    first: date
    after: date
    """The day behind the last."""
    zone: ZoneInfo | None = None
    """None: the time zone of this machine."""

    def __post_init__(self) -> None:
        """Refuse a period without a day."""
        if self.after <= self.first:
            raise MisuseError("a period has one day at least")

    @property
    def last(self) -> date:
        """The last day."""
        return self.after - DAY

    @property
    def days(self) -> tuple[date, ...]:
        """Each day."""
        return tuple(self.first + DAY * n for n in range((self.after - self.first).days))

    @property
    def begins(self) -> datetime:
        """The first moment, UTC."""
        return self.clock(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment behind it, UTC."""
        return self.clock(self.after)

    @property
    def before(self) -> "Period":
        """The period it is compared with: the month before a month, else as many days."""
        if self._is_month:
            return Period((self.first - DAY).replace(day=1), self.first, self.zone)
        return Period(self.first - (self.after - self.first), self.first, self.zone)

    def local(self, moment: datetime) -> datetime:
        """Tell what the clinic's clock showed at *moment*."""
        return moment.astimezone(self.zone)

    def clock(self, day: date, hour: int = 0) -> datetime:
        """Return the moment, UTC, at which the clock shows *hour* (0 to 24) on *day*."""
        shown = datetime.combine(day, time()) + timedelta(hours=hour)
        local = shown.astimezone() if self.zone is None else shown.replace(tzinfo=self.zone)
        return local.astimezone(UTC)

    def hours(self) -> Mapping[Hour, float]:
        """Count the hours of each kind: where the clock is set one is missing, or there twice."""
        slots: Counter[Hour] = Counter()
        at, ends = round(self.begins.timestamp()), round(self.ends.timestamp())
        for second in range(at, ends, SLOT):
            local = self.local(datetime.fromtimestamp(second, UTC))
            slots[local.weekday(), local.hour] += 1
        return {hour: count / SLOTS_AN_HOUR for hour, count in slots.items()}

    @property
    def short(self) -> str:
        """Name it for a file: `2026-10`, or `2026-10-05-to-2026-10-11`."""
        return f"{self.first:%Y-%m}" if self._is_month else f"{self.first}-to-{self.last}"

    def __str__(self) -> str:
        """Write it as people do: a month by its name, else from when to when."""
        if self._is_month:
            return f"{self.first:%B %Y}"
        if self.first == self.last:
            return in_full(self.first)
        return f"{in_full(self.first)} to {in_full(self.last)}"

    @property
    def _is_month(self) -> bool:
        return self.first.day == 1 and self.after == _month_after(self.first)


def month(written: str, zone: ZoneInfo | None) -> Period | None:
    """Read `2026-10`; None when it is no month."""
    found = _MONTH.fullmatch(written)
    try:
        first = date(int(found[1]), int(found[2]), 1) if found else None
        return Period(first, _month_after(first), zone) if first else None
    except (ValueError, OverflowError):
        return None


def week(written: str, zone: ZoneInfo | None) -> Period | None:
    """Read `2026-W41`, a week of ISO 8601; None when it is none."""
    found = _WEEK.fullmatch(written)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
        return Period(monday, monday + WEEK, zone) if monday else None
    except (ValueError, OverflowError):
        return None


def last_month(today: date, zone: ZoneInfo | None) -> Period:
    """Return the whole month before the one of *today*."""
    this = today.replace(day=1)
    return Period((this - DAY).replace(day=1), this, zone)


def in_full(day: date) -> str:
    """Write a day, such as `October 4, 2026`."""
    return f"{day:%B} {day.day}, {day.year}"


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
