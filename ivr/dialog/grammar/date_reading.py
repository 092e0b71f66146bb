"""
Reading spoken dates.

Every way to cut the words into month, day and year is tried; `Dates` and `BirthDates` judge which
of them are dates of their kind, and answer only when exactly one is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
from ivr.dialog.grammar.text import PhraseBook, Words, fold, language_of, strip_carriers

_LINKS = {
    "en": frozenset({"the", "of", "in", "and", "um", "uh", "er"}),
    "es": frozenset({"el", "de", "del", "eh", "este"}),
}
_WEEKDAYS = {language: PhraseBook(names) for language, names in WEEKDAY_NAMES.items()}
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
    for at, weekday in _WEEKDAYS[language].at(words, 0):
        yield weekday, words[at:]
    yield None, words


def _named(core: Words, language: str) -> Iterator[SpokenDate]:
    for weekday, words in _weekdays(core, language):
        for month, day, at in _month_and_day(words, language):
            for year in _year(words, at, language):
                yield SpokenDate(day, month, year, weekday)
        for at, day in ORDINAL_DAYS[language].at(words, 0):
            if at == len(words):
                yield SpokenDate(day, weekday=weekday)


def _month_and_day(words: Words, language: str) -> Iterator[tuple[int, int, int]]:
    """Yield month, day and where they end."""
    days = DAYS[language]
    for at, month in MONTH_NAMES[language].at(words, 0):
        yield from ((month, day, end) for end, day in days.at(words, at))
    for at, day in days.at(words, 0):
        for end, month in MONTH_NAMES[language].at(words, at):
            yield month, day, end
    if language == "en":
        for at, month in MONTH_NUMBERS[language].at(words, 0):
            yield from ((month, day, end) for end, day in days.at(words, at))


def _year(words: Words, at: int, language: str) -> Iterator[int | None]:
    if at == len(words):
        yield None
    for book in (YEARS[language], SHORT_YEARS[language]):
        yield from (year for end, year in book.at(words, at) if end == len(words))


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
