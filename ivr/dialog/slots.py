"""Saying the values of slots: words a synthesiser cannot misread, in the caller's language."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, assert_never

from ivr.dialog.grammar.calendar_words import say_date
from ivr.dialog.grammar.numbers import cardinal, counted, say_digits
from ivr.dialog.grammar.phone import Phone
from ivr.dialog.grammar.text import language_of
from ivr.dialog.grammar.yes_no import YesNo
from ivr.flow.model import Value

_DIGITS = frozenset({"digits", "zip"})
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
_NUMBER = re.compile(r"\d{5,}", re.ASCII)  # shorter ones are amounts, read as numbers
_PHONE_SIZE = 10
_FAR = 180  # days; within half a year nobody says the year
_NEAR: Final = {
    "en": {0: "today", 1: "tomorrow", -1: "yesterday"},
    "es": {0: "hoy", 1: "mañana", -1: "ayer"},
}
_NOON, _EVENING, _NIGHT = 12, 18, 21  # hours
_HALF_DAY = 12


@dataclass(frozen=True, slots=True)
class _MoneyWords:
    dollar: tuple[str, str]
    cent: tuple[str, str]
    link: str
    minus: str


_CENTS = 100
_MONEY: Final = {
    "en": _MoneyWords(("dollar", "dollars"), ("cent", "cents"), " and ", "minus "),
    "es": _MoneyWords(("dólar", "dólares"), ("centavo", "centavos"), " con ", "menos "),
}


def speak(value: Value, slot_type: str, *, language: str, today: date) -> str:
    """
    Say *value* of a slot of *slot_type* (`value`: one that operations fill).

    Text that is a date or a long number in disguise is said as what it is.
    """
    tag = language_of(language)
    match value:
        case bool():
            return YesNo(tag).read_back(value)
        case int():
            return cardinal(value, tag)
        case Decimal():
            return _money(value, tag)
        case datetime():
            return _moment(value, tag, today)
        case date():
            return _day(value, slot_type, tag, today)
        case time():
            return _hour(value, tag)
        case str():
            return _text(value, slot_type, tag, today)
        case _:
            assert_never(value)


def _text(value: str, slot_type: str, language: str, today: date) -> str:
    if _ISO.fullmatch(value):
        return _iso(value, slot_type, language, today)
    if not (value.isascii() and value.isdecimal()):
        return value.replace("_", " ")
    if slot_type == "phone" or (slot_type not in _DIGITS and len(value) == _PHONE_SIZE):
        return Phone(language).read_back(value)
    if slot_type in _DIGITS or _NUMBER.fullmatch(value):
        return say_digits(value, language)
    return cardinal(int(value), language)


def _iso(value: str, slot_type: str, language: str, today: date) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if len(value) > len("2026-03-03"):
        return _moment(moment, language, today)
    return _day(moment.date(), slot_type, language, today)


def _day(value: date, slot_type: str, language: str, today: date) -> str:
    if slot_type == "date_of_birth":
        return say_date(value, language, weekday=False, year=True)
    away = (value - today).days
    far = abs(away) > _FAR and value.year != today.year
    said = say_date(value, language, weekday=True, year=far)
    return f"{_NEAR[language][away]}, {said}" if away in _NEAR[language] else said


def _moment(value: datetime, language: str, today: date) -> str:
    day, hour = _day(value.date(), "date", language, today), _hour(value.time(), language)
    return f"{day}, a {hour}" if language == "es" else f"{day}, at {hour}"


def _hour(value: time, language: str) -> str:
    if value.minute == 0 and value.hour % _HALF_DAY == 0:
        names = ("midnight", "noon") if language == "en" else ("la medianoche", "el mediodía")
        return names[value.hour // _HALF_DAY]
    hour = (value.hour - 1) % _HALF_DAY + 1
    if language == "es":
        article, name = ("la", "una") if hour == 1 else ("las", cardinal(hour, "es"))
        minute = f" y {cardinal(value.minute, 'es')}" if value.minute else ""
        return f"{article} {name}{minute} {_part_of_day_es(value.hour)}"
    minute = f" {_minute(value.minute)}" if value.minute else ""
    return f"{cardinal(hour, 'en')}{minute} {_part_of_day(value.hour)}"


def _minute(minute: int) -> str:
    said = cardinal(minute, "en")
    return said if minute >= len("0123456789") else f"oh {said}"


def _part_of_day(hour: int) -> str:
    if hour < _NOON:
        return "in the morning"
    if hour < _EVENING:
        return "in the afternoon"
    return "in the evening" if hour < _NIGHT else "at night"


def _part_of_day_es(hour: int) -> str:
    if hour < _NOON:
        return "de la mañana"
    return "de la tarde" if hour < _NIGHT else "de la noche"


def _money(value: Decimal, language: str) -> str:
    if not value.is_finite():
        return "una cantidad desconocida" if language == "es" else "an unknown amount"
    total = int((abs(value) * _CENTS).to_integral_value(ROUND_HALF_UP))
    dollars, cents = divmod(total, _CENTS)
    words = _MONEY[language]
    parts = [] if cents and not dollars else [_amount(dollars, words.dollar, language)]
    if cents:
        parts.append(_amount(cents, words.cent, language))
    sign = words.minus if value < 0 and total else ""
    return sign + words.link.join(parts)


def _amount(number: int, unit: tuple[str, str], language: str) -> str:
    one, several = unit
    return f"{counted(number, language)} {one if number == 1 else several}"
