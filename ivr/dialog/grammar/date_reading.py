"""
Reading spoken dates.

Every way to cut the words into month, day and year is tried; `Dates` and `BirthDates` judge which
of them are dates of their kind, and answer only when exactly one is left.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ivr.dialog.grammar.calendar_words import (
    DAYS,
    MONTH_NAMES,
    MONTH_NUMBERS,
    ORDINAL_DAYS,
    SHORT_YEARS,
    WEEKDAY_NAMES,
    YEARS,
)
from ivr.dialog.grammar.spoken_digits import hear_digits
from ivr.dialog.grammar.text import Words, fold, language_of, strip_carriers

_LINKS = {
    "en": frozenset({"the", "of", "in", "and", "um", "uh", "er"}),
    "es": frozenset({"el", "de", "del", "eh", "este"}),
}
_LONGEST = 6  # words of a year, "mil novecientos ochenta y dos" and one to spare
_MMDD, _MMDDYY, _MMDDYYYY = 4, 6, 8
CENTURIES = ("19", "20")
"""The two digits that a long year begins with."""


@dataclass(frozen=True, slots=True)
class SpokenDate:
    """One reading of a date; `day` alone is "the third", `year` below 100 has two digits."""

    day: int
    month: int | None = None
    year: int | None = None
    weekday: int | None = None


def valid_date(year: int, month: int, day: int) -> date | None:
    """Give the date, or None when the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def readings(text: str, language: str) -> frozenset[SpokenDate]:
    """Give all the readings of *text*, calendar or not; empty when it is not a date at all."""
    tag = language_of(language)
    words = strip_carriers(fold(text), tag)
    core = tuple(word for word in words if word not in _LINKS[tag])
    return frozenset((*_named(core, tag), *_as_digits(core, tag)))


def _weekdays(words: Words, language: str) -> Iterator[tuple[int | None, Words]]:
    """Yield the weekday that *words* begin with, and the rest; at last no weekday at all."""
    for weekday, at in _values(WEEKDAY_NAMES[language], words, 0):
        yield weekday, words[at:]
    yield None, words


def _named(core: Words, language: str) -> Iterator[SpokenDate]:
    for weekday, words in _weekdays(core, language):
        for spoken, at in _month_and_day(words, language):
            for year in _year(words, at, language):
                yield replace(spoken, year=year, weekday=weekday)
        for day, at in _values(ORDINAL_DAYS[language], words, 0):
            if at == len(words):
                yield SpokenDate(day, weekday=weekday)


def _month_and_day(words: Words, language: str) -> Iterator[tuple[SpokenDate, int]]:
    days = DAYS[language]
    for month, at in _values(MONTH_NAMES[language], words, 0):
        yield from ((SpokenDate(day, month), end) for day, end in _values(days, words, at))
    for day, at in _values(days, words, 0):
        for month, end in _values(MONTH_NAMES[language], words, at):
            yield SpokenDate(day, month), end
    if language == "en":
        for month, at in _values(MONTH_NUMBERS[language], words, 0):
            yield from ((SpokenDate(day, month), end) for day, end in _values(days, words, at))


def _year(words: Words, at: int, language: str) -> Iterator[int | None]:
    if at == len(words):
        yield None
    for table in (YEARS[language], SHORT_YEARS[language]):
        yield from (year for year, end in _values(table, words, at) if end == len(words))


def _values(table: Mapping[Words, int], words: Words, at: int) -> Iterator[tuple[int, int]]:
    """Yield the values that *table* has for the words at *at*, with where they end."""
    for end in range(at + 1, min(at + _LONGEST, len(words)) + 1):
        value = table.get(words[at:end])
        if value is not None:
            yield value, end


def _as_digits(core: Words, language: str) -> Iterator[SpokenDate]:
    """Read "oh three oh three eight two" and 03031982, month first as on the keys."""
    heard = hear_digits(core, language)
    if heard is None or len(core) not in (1, len(heard.together)):
        return
    spoken = keyed_date(heard.together)
    if spoken is not None and spoken.year is not None:
        yield spoken


def keyed_date(digits: str) -> SpokenDate | None:
    """Read MMDD, MMDDYY or MMDDYYYY."""
    month, day, year = digits[:2], digits[2:_MMDD], digits[_MMDD:]
    if len(digits) not in (_MMDD, _MMDDYY, _MMDDYYYY):
        return None
    if len(digits) == _MMDDYYYY and year[:2] not in CENTURIES:
        return None
    return SpokenDate(int(day), int(month), int(year) if year else None)
