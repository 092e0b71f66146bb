"""Words of dates: months, weekdays, days of the month and years, and saying dates with them."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from typing import Final

from ivr.dialog.grammar.numbers import DIGITS, ORDINALS_EN, UNDER_HUNDRED, cardinal
from ivr.dialog.grammar.text import PhraseBook, Words, fold, language_of, listed

MONTHS: Final[Mapping[str, Words]] = {
    "en": listed(
        "january|february|march|april|may|june|july|august|september|october|november|december"
    ),
    "es": listed(
        "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    ),
}
WEEKDAYS: Final[Mapping[str, Words]] = {
    "en": listed("monday|tuesday|wednesday|thursday|friday|saturday|sunday"),
    "es": listed("lunes|martes|miércoles|jueves|viernes|sábado|domingo"),
}
_LAST_DAY = 31
_CENTURY = 100
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
"""Years that are understood, and said in two halves; nobody at a clinic means another."""


def day_word(day: int, language: str) -> str:
    """Say a day of the month: "third", "twenty first"; in Spanish "primero", "veintiuno"."""
    if language_of(language) == "es":
        return "primero" if day == 1 else cardinal(day, "es")
    return ORDINALS_EN[day - 1]


def year_words(year: int, language: str) -> str:
    """Say a year the usual way: "nineteen eighty two", "two thousand five"."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return cardinal(year, language)
    return next(_year_forms(year, language_of(language)))


def say_date(day: date, language: str, *, weekday: bool, year: bool) -> str:
    """Say a date with a pause after the weekday and before the year."""
    tag = language_of(language)
    name, month = WEEKDAYS[tag][day.weekday()], MONTHS[tag][day.month - 1]
    number = day_word(day.day, tag)
    if tag == "es":
        lead = f"{name}, " if weekday else ""
        tail = f" de {year_words(day.year, tag)}" if year else ""
        return f"{lead}{number} de {month}{tail}"
    lead = f"{name.capitalize()}, " if weekday else ""
    tail = f", {year_words(day.year, tag)}" if year else ""
    return f"{lead}{month.capitalize()} {number}{tail}"


def _year_forms(year: int, language: str) -> Iterator[str]:
    """Yield the ways to say *year*, the usual one first, without "and", which reading drops."""
    if language == "es":
        yield cardinal(year, "es")
        return
    century, rest = divmod(year, _CENTURY)
    number = UNDER_HUNDRED["en"][rest] if rest else ""
    single = 0 < rest < len(DIGITS["en"])
    if century == _FIRST_YEAR // _CENTURY:
        yield f"nineteen {'oh ' if single else ''}{number or 'hundred'}"
        yield f"nineteen hundred {number}".strip()
        return
    if rest and not single:
        yield f"twenty {number}"
    yield f"two thousand {number}".strip()
    if single:
        yield f"twenty oh {number}"


def _digit_forms(digits: str, language: str) -> Iterator[str]:
    zeros = ("zero", "oh", "o") if language == "en" else ("cero",)
    names = [zeros if digit == "0" else (DIGITS[language][int(digit)],) for digit in digits]
    return map(" ".join, product(*names))


def _years(language: str) -> dict[Words, int]:
    table: dict[Words, int] = {}
    for year in range(_FIRST_YEAR, _LAST_YEAR + 1):
        forms = (*_year_forms(year, language), *_digit_forms(str(year), language), str(year))
        table |= {fold(said): year for said in forms}
    return table


def _short_years(language: str) -> dict[Words, int]:
    """Two digits of a year: "eighty two", "oh five", "eight two"; never one digit alone."""
    table: dict[Words, int] = {}
    for year, name in enumerate(UNDER_HUNDRED[language]):
        forms = (*_digit_forms(f"{year:02}", language), f"{year:02}")
        table |= {fold(said): year for said in forms}
        if year >= len(DIGITS[language]):
            table[fold(name)] = year
    return table


def _numbers(highest: int, language: str) -> dict[Words, int]:
    """Give 1 … *highest* as words and as figures, those of one digit also as "oh three"."""
    table: dict[Words, int] = {}
    for number in range(1, highest + 1):
        forms = [UNDER_HUNDRED[language][number], str(number), f"{number:02}"]
        if number < len(DIGITS[language]):
            forms += _digit_forms(f"0{number}", language)
        table |= {fold(said): number for said in forms}
    return table


def _ordinal_days(language: str) -> dict[Words, int]:
    if language == "es":
        return {fold("primero"): 1}
    table: dict[Words, int] = {}
    for day in range(1, _LAST_DAY + 1):
        forms = (ORDINALS_EN[day - 1], *(f"{day}{ending}" for ending in ("st", "nd", "rd", "th")))
        table |= {fold(said): day for said in forms}
    return table


def _month_names(language: str) -> dict[Words, int]:
    table = {fold(name): number for number, name in enumerate(MONTHS[language], 1)}
    if language == "es":
        return table | {fold("setiembre"): 9}
    short = {fold(name[:3]): number for number, name in enumerate(MONTHS["en"], 1)}
    return table | short | {fold("sept"): 9}


MONTH_NAMES: Final = {tag: PhraseBook(_month_names(tag)) for tag in MONTHS}
MONTH_NUMBERS: Final = {tag: PhraseBook(_numbers(len(MONTHS[tag]), tag)) for tag in MONTHS}
ORDINAL_DAYS: Final = {tag: PhraseBook(_ordinal_days(tag)) for tag in MONTHS}
DAYS: Final = {tag: PhraseBook(_numbers(_LAST_DAY, tag) | _ordinal_days(tag)) for tag in MONTHS}
YEARS: Final = {tag: PhraseBook(_years(tag)) for tag in MONTHS}
SHORT_YEARS: Final = {tag: PhraseBook(_short_years(tag)) for tag in MONTHS}
WEEKDAY_NAMES: Final[Mapping[str, Mapping[Words, int]]] = {
    tag: {fold(name): number for number, name in enumerate(names)}
    for tag, names in WEEKDAYS.items()
}
"""All of these: folded words to numbers; Monday is 0, as in `date.weekday`."""
