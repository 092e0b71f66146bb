"""Dates: of birth, which lie behind us and need their year, and others, which mostly lie ahead."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ivr.dialog.actions import Wait
from ivr.dialog.grammar import date_rules, jsgf
from ivr.dialog.grammar.base import (
    Answer,
    KeyReading,
    KeysComplete,
    KeysPartial,
    KeysPossible,
    KeysWrong,
)
from ivr.dialog.grammar.calendar_words import say_date
from ivr.dialog.grammar.date_reading import (
    CENTURIES,
    SpokenDate,
    keyed_date,
    readings,
    valid_date,
)
from ivr.dialog.grammar.digits import is_keys
from ivr.dialog.grammar.relative_days import relative_day
from ivr.dialog.grammar.text import fold, language_of, strip_carriers
from ivr.flow.model import Value

OLDEST: Final = 125  # years; nobody lives longer
AHEAD: Final = 62  # days in which "the third" is looked for: the next month may lack a 31st
_CENTURY = 100
_MMDD, _MMDDYY, _MMDDYYYY = 4, 6, 8
_LEAP = date(2000, 1, 1)  # first day of a year that has every day a month can have
_DAYS = tuple(f"{_LEAP + timedelta(days=ahead):%m%d}" for ahead in range(366))
_BEGINNINGS = frozenset(day[:size] for day in _DAYS for size in range(_MMDD + 1))
"""What the keys of some day of some year (MMDD) begin with."""


@dataclass(frozen=True, slots=True)
class BirthDates:
    """The grammar of dates of birth; its answer is a date with its year, not in the future."""

    language: str
    today: date

    @property
    def wait(self) -> Wait:
        """People pause between day and year."""
        return Wait.LONG

    def rule(self) -> str:
        """Give dates in words, in numbers and as eight digits."""
        return date_rules.birth_date_rule(language_of(self.language), today=self.today)

    def words(self) -> frozenset[str]:
        """Give months, days, years and the carriers."""
        return jsgf.words_in(self.rule())

    def phrases(self) -> tuple[str, ...]:
        """Give a sample of dates."""
        return date_rules.birth_date_phrases(language_of(self.language))

    def read(self, text: str) -> Answer | None:
        """Read a date with its year; two digits of a year mean the latest that is past."""
        return _only({self._resolve(spoken) for spoken in readings(text, self.language)})

    def read_keys(self, keys: str) -> KeyReading:
        """
        Read MMDDYYYY, or MMDDYY if the caller stops there.

        MMDD19 and MMDD20 are taken for the beginning of a long year: a caller who hesitates
        behind them was not born in 2019 or 2020 as likely as he is not finished.
        """
        if not is_keys(keys) or len(keys) > _MMDDYYYY or keys[:_MMDD] not in _BEGINNINGS:
            return KeysWrong()
        if len(keys) == _MMDDYYYY:
            return _complete(self._keyed(keys))
        if self._begins_long_year(keys):
            return KeysPartial()
        if len(keys) == _MMDDYY:
            value = self._keyed(keys)
            return KeysWrong() if value is None else KeysPossible(value)
        return KeysPartial() if len(keys) < _MMDDYY else KeysWrong()

    def read_back(self, value: Value) -> str:
        """Say the date with its year."""
        return _say(value, self.language, weekday=False, year=True)

    def key_prompt(self) -> str:
        """Ask for eight digits."""
        if language_of(self.language) == "es":
            return "Por favor marque el mes, el día y el año: ocho dígitos en total."
        return "Please key in the month, the day and the year, eight digits in all."

    def _resolve(self, spoken: SpokenDate) -> date | None:
        if spoken.month is None or spoken.year is None:
            return None
        year = spoken.year
        if year < _CENTURY:
            century = self.today.year - self.today.year % _CENTURY
            recent = valid_date(century + year, spoken.month, spoken.day)
            year += century if recent and recent <= self.today else century - _CENTURY
        found = valid_date(year, spoken.month, spoken.day)
        if found is None or not self.today.year - OLDEST <= found.year or found > self.today:
            return None
        return found if _on(spoken.weekday, found) else None

    def _keyed(self, keys: str) -> date | None:
        spoken = keyed_date(keys)
        return None if spoken is None else self._resolve(spoken)

    def _begins_long_year(self, keys: str) -> bool:
        """Whether some date of birth begins with *keys*, as far as its year."""
        if len(keys) < _MMDD:
            return True
        span = 10 ** (_MMDDYYYY - len(keys))
        first = int(keys[_MMDD:] or "0") * span
        years = range(max(first, self.today.year - OLDEST), min(first + span, self.today.year + 1))
        return any(self._keyed(f"{keys[:_MMDD]}{year}") for year in years)


@dataclass(frozen=True, slots=True)
class Dates:
    """The grammar of days; said without a year, its answer is the next day of that name."""

    language: str
    today: date

    @property
    def wait(self) -> Wait:
        """People pause between day and month."""
        return Wait.LONG

    def rule(self) -> str:
        """Give days by name and dates."""
        return date_rules.date_rule(language_of(self.language), today=self.today)

    def words(self) -> frozenset[str]:
        """Give weekdays, months and days."""
        return jsgf.words_in(self.rule())

    def phrases(self) -> tuple[str, ...]:
        """Give a sample of dates."""
        return date_rules.date_phrases(language_of(self.language), today=self.today)

    def read(self, text: str) -> Answer | None:
        """Read "tomorrow", "next Tuesday" or a date; a weekday that contradicts it is no answer."""
        tag = language_of(self.language)
        words = tuple(word for word in fold(text) if word not in ("um", "uh", "the"))
        named = relative_day(strip_carriers(words, tag), tag, today=self.today)
        if named is not None:
            return Answer(named)
        return _only({self._resolve(spoken) for spoken in readings(text, tag)})

    def read_keys(self, keys: str) -> KeyReading:
        """Read MMDD, the next of that name; MMDDYY and MMDDYYYY if the caller goes on."""
        if not is_keys(keys) or len(keys) > _MMDDYYYY or keys[:_MMDD] not in _BEGINNINGS:
            return KeysWrong()
        value = self._keyed(keys)
        if len(keys) == _MMDDYYYY:
            return _complete(value)
        long_year = keys[_MMDD:_MMDDYY] in CENTURIES
        if value is not None and not long_year:
            return KeysPossible(value)
        return KeysPartial() if len(keys) < _MMDDYY or long_year else KeysWrong()

    def read_back(self, value: Value) -> str:
        """Say the date with its weekday, and its year when it is not the next of that name."""
        return _say(value, self.language, weekday=True, year=not self._is_next(value))

    def key_prompt(self) -> str:
        """Ask for four digits."""
        if language_of(self.language) == "es":
            return "Por favor marque el mes y el día: cuatro dígitos."
        return "Please key in the month and the day, four digits."

    def _resolve(self, spoken: SpokenDate) -> date | None:
        if spoken.month is None:
            return self._next_of(spoken)
        years = [self.today.year, self.today.year + 1]
        if spoken.year is not None:
            century = self.today.year - self.today.year % _CENTURY
            years = [spoken.year + (century if spoken.year < _CENTURY else 0)]
        for year in years:
            found = valid_date(year, spoken.month, spoken.day)
            if found and (spoken.year is not None or found >= self.today):
                return found if _on(spoken.weekday, found) else None
        return None

    def _keyed(self, keys: str) -> date | None:
        spoken = keyed_date(keys)
        return None if spoken is None else self._resolve(spoken)

    def _next_of(self, spoken: SpokenDate) -> date | None:
        days = (self.today + timedelta(days=ahead) for ahead in range(AHEAD))
        fits = (day for day in days if day.day == spoken.day and _on(spoken.weekday, day))
        return next(fits, None)

    def _is_next(self, value: Value) -> bool:
        return isinstance(value, date) and value == self._resolve(
            SpokenDate(value.day, value.month)
        )


def _only(found: set[date | None]) -> Answer | None:
    """Answer when all readings that are dates are the same date."""
    dates = found - {None}
    return Answer(value) if len(dates) == 1 and (value := next(iter(dates))) else None


def _on(weekday: int | None, day: date) -> bool:
    return weekday is None or weekday == day.weekday()


def _complete(value: date | None) -> KeyReading:
    return KeysWrong() if value is None else KeysComplete(value)


def _say(value: Value, language: str, *, weekday: bool, year: bool) -> str:
    if not isinstance(value, date):
        return str(value)
    return say_date(value, language, weekday=weekday, year=year)
