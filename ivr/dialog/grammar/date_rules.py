"""JSGF of spoken dates."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from ivr.dialog.grammar import jsgf
from ivr.dialog.grammar.calendar_words import MONTHS, WEEKDAYS, say_date, year_words
from ivr.dialog.grammar.numbers import DIGITS, ORDINALS_EN, UNDER_HUNDRED
from ivr.dialog.grammar.relative_days import AHEAD

_LEADS: Final[Mapping[str, str]] = {
    "en": "it's | i was born | i was born on | my birthday is | my date of birth is",
    "es": "es | es el | nací el | mi fecha de nacimiento es",
}
_ZERO = "( oh | zero )"
_DAYS = 31
_MONTHS = 12
_SAMPLE_START = date(1930, 1, 1)
_SAMPLE_STEP = 384  # days; a year and some, so that months and days all come by
_SAMPLES = 88
_CENTURY = 100
_FIRST_TEEN = 10  # years are said "twenty ten", before that "two thousand nine"


def birth_date_rule(language: str, *, today: date) -> str:
    """Write dates with their year, none of which is after this one."""
    lead = f"[ {_LEADS[language]} ]"
    latest = max(today.year % _CENTURY, _FIRST_TEEN)
    return f"{lead} {_birth_date_es(latest) if language == 'es' else _birth_date_en(latest)}"


def date_rule(language: str, *, today: date) -> str:
    """Write days by name and dates; only this year and the next can be said with them."""
    near = jsgf.any_of(*(year_words(today.year + ahead, language) for ahead in (0, 1)))
    weekday = jsgf.any_of(*WEEKDAYS[language])
    month = jsgf.any_of(*MONTHS[language])
    if language == "es":
        dated = f"[ el ] {_day_es()} de {month} [ ( de | del ) {near} ]"
        return jsgf.any_of(
            *("hoy", "mañana", "pasado mañana", f"[ el | este | el próximo ] {weekday}"),
            f"[ [ el ] {weekday} ] {dated}",
        )
    return jsgf.any_of(
        *("today", "tomorrow", "[ the ] day after tomorrow", f"[ this | next ] {weekday}"),
        f"[ {weekday} ] {month} {_day_en()} [ {near} ]",
        f"[ {weekday} ] [ the ] {_ordinals()} [ [ of ] {month} [ {near} ] ]",
        f"{_month_number()} {_day_number()}",
    )


def birth_date_phrases(language: str) -> tuple[str, ...]:
    """Give a sample of dates in which each word follows those it usually follows."""
    days = (_SAMPLE_START + timedelta(days=_SAMPLE_STEP * count) for count in range(_SAMPLES))
    return tuple(_spoken(day, language) for day in days)


def date_phrases(language: str, *, today: date) -> tuple[str, ...]:
    """Give the days by name, and a sample of the dates of a year."""
    named = tuple(name for name, ahead in AHEAD[language].items() if ahead >= 0)
    days = (today + timedelta(days=ahead) for ahead in range(0, 366, 3))
    return (*named, *WEEKDAYS[language], *(_spoken(day, language) for day in days))


def _spoken(day: date, language: str) -> str:
    return say_date(day, language, weekday=False, year=True).replace(",", "").lower()


# ---------------------------------------------------------------- English


def _birth_date_en(latest: int) -> str:
    month = jsgf.any_of(*MONTHS["en"])
    day = jsgf.any_of(
        f"{month} {_day_en()}",
        f"[ the ] {_ordinals()} [ of ] {month}",
        f"{_month_number()} {_day_number()}",
    )
    return jsgf.weighted({f"{day} {_birth_year_en(latest)}": 0.95, _eight_digits(): 0.05})


def _birth_year_en(latest: int) -> str:
    two = jsgf.any_of(_numbers("en", 10, _CENTURY), f"oh {_numbers('en', 1, 10)}")
    return jsgf.weighted(
        {
            f"nineteen {jsgf.any_of(two, 'hundred')}": 0.65,
            f"two thousand [ [ and ] {_numbers('en', 1, latest + 1)} ]": 0.1,
            f"twenty {_numbers('en', _FIRST_TEEN, latest + 1)}": 0.1,
            two: 0.15,
        }
    )


def _day_en() -> str:
    return jsgf.any_of(f"[ the ] {_ordinals()}", _numbers("en", 1, _DAYS + 1))


def _ordinals() -> str:
    return jsgf.phrases(ORDINALS_EN)


def _month_number() -> str:
    return jsgf.any_of(f"{_ZERO} {_numbers('en', 1, 10)}", _numbers("en", 1, _MONTHS + 1))


def _day_number() -> str:
    return jsgf.any_of(f"{_ZERO} {_numbers('en', 1, 10)}", _numbers("en", 1, _DAYS + 1))


def _eight_digits() -> str:
    digit = jsgf.any_of("oh", *DIGITS["en"])
    month = jsgf.any_of(f"{_ZERO} {_numbers('en', 1, 10)}", "one ( zero | oh | one | two )")
    day = f"( oh | zero | one | two | three ) {digit}"
    return f"{month} {day} ( one nine | two {_ZERO} ) {digit} {digit}"


def _numbers(language: str, first: int, end: int) -> str:
    return jsgf.phrases(UNDER_HUNDRED[language][first:end])


# ---------------------------------------------------------------- Spanish


def _birth_date_es(latest: int) -> str:
    month = jsgf.any_of(*MONTHS["es"])
    two = _numbers("es", 10, _CENTURY)
    year = jsgf.weighted(
        {
            f"mil novecientos {two}": 0.7,
            f"dos mil [ {_numbers('es', 1, latest + 1)} ]": 0.15,
            two: 0.15,
        }
    )
    return f"[ el ] {_day_es()} de {month} ( de | del ) {year}"


def _day_es() -> str:
    return jsgf.any_of("primero", _numbers("es", 1, _DAYS + 1))
