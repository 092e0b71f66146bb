"""One grammar of each kind, for what must hold of all of them."""

from datetime import date

from ivr.dialog.grammar.base import Grammar
from ivr.dialog.grammar.choices import Choices
from ivr.dialog.grammar.date_reading import readings
from ivr.dialog.grammar.dates import BirthDates, Dates
from ivr.dialog.grammar.digits import Digits
from ivr.dialog.grammar.phone import Phone
from ivr.dialog.grammar.yes_no import YesNo
from ivr.flow.model import Choice

TODAY = date(2026, 3, 2)  # a Monday

MENU = (
    Choice("refill", ("refill", "refill a prescription", "my prescription"), "1"),
    Choice("appointment", ("appointment", "confirm my appointment"), "2"),
    Choice("insurance", ("insurance", "insurance coverage"), "3"),
)
MENU_ES = (
    Choice("refill", ("receta", "surtir una receta"), "1"),
    Choice("appointment", ("cita", "confirmar mi cita"), "2"),
)
GRAMMARS: dict[str, Grammar] = {
    "yes_no": YesNo("en"),
    "menu": Choices(MENU, "en"),
    "one digit": Digits(1, 1, "en"),
    "two digits": Digits(2, 2, "en"),
    "seven digits": Digits(7, 7, "en"),
    "six to nine digits": Digits(6, 9, "en"),
    "one to three digits": Digits(1, 3, "en"),
    "any digits": Digits(1, 20, "en"),
    "zip": Digits(5, 5, "en"),
    "phone": Phone("en"),
    "date": Dates("en", TODAY),
    "date of birth": BirthDates("en", TODAY),
}
GRAMMARS_ES: dict[str, Grammar] = {
    "sí o no": YesNo("es"),
    "menú": Choices(MENU_ES, "es"),
    "siete dígitos": Digits(7, 7, "es"),
    "teléfono": Phone("es"),
    "fecha": Dates("es", TODAY),
    "fecha de nacimiento": BirthDates("es", TODAY),
}
ALL = {
    **{name: (grammar, "en") for name, grammar in GRAMMARS.items()},
    **{name: (grammar, "es") for name, grammar in GRAMMARS_ES.items()},
}


def is_date(text: str, language: str) -> bool:
    """Whether *text* is a date in words, though the calendar may not have it."""
    return bool(readings(text, language))
