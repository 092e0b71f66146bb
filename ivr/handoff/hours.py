"""When people answer: opening hours, holidays and closures, as the practice's clock shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MIDNIGHT = 24 * 60  # minutes; where a span that lasts until the end of the day ends
FURTHEST = 370  # days looked ahead for the next opening: a yearly clinic day is still found


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when on one day, in minutes after midnight; `closes` is the greater one."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Closure:
    """Closed out of turn, by the practice's clock."""

    begins: datetime
    """Without time zone, as the one below."""
    ends: datetime
    says: str
    """A sentence for callers."""


@dataclass(frozen=True, slots=True)
class Open:
    """Somebody answers at this hour."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nobody answers at this hour."""

    says: str
    """What callers are told, in whole sentences."""
    opens_next: float | None
    """Unix time; None: not within a year."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When one queue is open."""

    week: tuple[tuple[Span, ...], ...] = ()
    """Seven days from Monday on; empty: day and night, save holidays and closures."""
    holidays: Mapping[date, str] = field(default_factory=dict)
    """Days that are closed, with their names."""
    closures: tuple[Closure, ...] = ()
    zone: ZoneInfo | None = None
    """None: the time zone of this machine."""

    def open_at(self, when: float, *, language: str = "en") -> Open | Closed:
        """
        Look at the clock and the calendar.

        Args:
            when: Unix time in seconds.
            language: Of the caller who is told; holidays and closures stay as they are written.
        """
        if self.is_open(when):
            return Open()
        opens = next((at for at in self._candidates(when) if self.is_open(at)), None)
        sentences = (self._why(when, language), self._when(opens, when, language))
        return Closed(" ".join(part for part in sentences if part), opens)

    def is_open(self, when: float) -> bool:
        """Whether it is open at the Unix time *when*: as `open_at`, without words for callers."""
        today = self._local(when).date()
        if today in self.holidays or self._closure(when) is not None:
            return False
        if not self.week:
            return True
        return any(begins <= when < ends for begins, ends in self._spans(today))

    # ------------------------------------------------------------ the clock

    def _local(self, when: float) -> datetime:
        return datetime.fromtimestamp(when, UTC).astimezone(self.zone)

    def _unix(self, local: datetime) -> float:
        """Turn a wall clock's time into Unix time; in the hour that is twice the first counts."""
        return local.replace(tzinfo=self.zone).timestamp()

    def _spans(self, day: date) -> Iterator[tuple[float, float]]:
        start = datetime.combine(day, time())
        for span in self.week[day.weekday()]:
            begins, ends = (start + timedelta(minutes=at) for at in (span.opens, span.closes))
            yield self._unix(begins), self._unix(ends)

    def _closure(self, when: float) -> Closure | None:
        return next(
            (c for c in self.closures if self._unix(c.begins) <= when < self._unix(c.ends)), None
        )

    def _candidates(self, when: float) -> Iterator[float]:
        """Yield the moments after *when* at which it may open, in order."""
        ends = [self._unix(closure.ends) for closure in self.closures]
        today = self._local(when).date()
        for ahead in range(FURTHEST):
            day = today + timedelta(days=ahead)
            begins = self._unix(datetime.combine(day, time()))
            until = self._unix(datetime.combine(day + timedelta(days=1), time()))
            moments = {begins, *(end for end in ends if begins <= end < until)}
            if self.week:
                moments |= {opens for opens, _ in self._spans(day)}
            yield from sorted(moment for moment in moments if moment > when)

    # ------------------------------------------------------------ the words

    def _why(self, when: float, language: str) -> str:
        if (closure := self._closure(when)) is not None:
            return closure.says
        words = _WORDS.get(language, _WORDS["en"])
        if name := self.holidays.get(self._local(when).date()):
            return words.holiday.format(name=name)
        return words.closed

    def _when(self, opens: float | None, when: float, language: str) -> str:
        if opens is None:
            return ""
        words = _WORDS.get(language, _WORDS["en"])
        now, then = self._local(when), self._local(opens)
        days = (then.date() - now.date()).days
        if days == 0:
            day = words.today
        elif days == 1:
            day = words.tomorrow
        else:
            name = words.days[then.weekday()]
            # A bare weekday means the coming one; further away the date is needed.
            form = words.weekday if days < len(DAYS) else words.date
            month = words.months[then.month - 1]
            day = form.format(weekday=name, month=month, day=then.day)
        return words.opens.format(day=day, time=words.clock(then))


# ---------------------------------------------------------------- languages


@dataclass(frozen=True, slots=True)
class _Words:
    closed: str
    holiday: str
    opens: str
    today: str
    tomorrow: str
    weekday: str
    date: str
    days: tuple[str, ...]
    months: tuple[str, ...]
    noon: str
    midnight: str
    am: str
    pm: str
    at: tuple[str, str]
    """What stands before one o'clock, and before the other hours."""

    def clock(self, moment: datetime) -> str:
        """Speak the time of day on twelve hours."""
        if moment.minute == 0 and moment.hour in (0, 12):
            return self.noon if moment.hour else self.midnight
        hour = moment.hour % 12 or 12
        minutes = f":{moment.minute:02}" if moment.minute else ""
        half = self.pm if moment.hour >= 12 else self.am  # noqa: PLR2004 - noon
        return f"{self.at[hour != 1]} {hour}{minutes} {half}"


_WORDS = {
    "en": _Words(
        closed="We are closed now.",
        holiday="We are closed today for {name}.",
        opens="We open again {day} {time}.",
        today="today",
        tomorrow="tomorrow",
        weekday="on {weekday}",
        date="on {weekday}, {month} {day},",
        days=tuple(day.capitalize() for day in DAYS),
        months=(
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        noon="at noon",
        midnight="at midnight",
        am="AM",
        pm="PM",
        at=("at", "at"),
    ),
    "es": _Words(
        closed="Ahora estamos cerrados.",
        holiday="Hoy estamos cerrados por {name}.",
        opens="Abrimos de nuevo {day} {time}.",
        today="hoy",
        tomorrow="mañana",
        weekday="el {weekday}",
        date="el {weekday} {day} de {month}",
        days=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        months=(
            *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
            *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ),
        noon="al mediodía",
        midnight="a medianoche",
        am="de la mañana",
        pm="de la tarde",
        at=("a la", "a las"),
    ),
}
