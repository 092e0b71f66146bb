"""
Stand-ins: what is kept in the place of what a patient said, keyed or is.

The same value of one call has the same stand-in, another value another one. They are drawn from
a fixed row, whatever the value is, so they tell nothing of it. Where a guard asks for a value, or
an answer is yes or no, `Witness` finds by trying which of a few stand-ins takes the same way: that
tells what the way tells, which is kept anyway.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import assert_never

from ivr.flow.machine import FlowBook
from ivr.flow.model import Slot, Value

TRIES = 64  # combinations of stand-ins; few calls answer more than one private yes or no
_BORN = date(1950, 12, 1)  # its keys begin with no 0, which alone is a person
_FICTION = "20255501{:02}"  # telephone numbers that nobody has: 555-0100 to 0199
_SOON = 20  # days


class StandIns:
    """The stand-ins of one conversation."""

    def __init__(self, book: FlowBook, today: date) -> None:
        self._today = today
        self._literals: dict[str, list[str]] = {}
        for name, literal in _compared(book):
            self._literals.setdefault(name, []).append(literal)
        self._numbers: dict[tuple[str, Value], int] = {}
        self._counts: dict[str, int] = {}
        self._shifts: Mapping[str, int] = {}

    def others(self) -> Iterator[bool]:
        """Change to another choice of stand-ins, and another, for up to `TRIES` times."""
        names = [name for name, count in self._counts.items() if count > 1]
        ranges = (range(self._counts[name]) for name in names)
        for shifts in islice(product(*ranges), 1, TRIES):
            self._shifts = dict(zip(names, shifts, strict=True))
            yield True

    def answer(self, slot: Slot, value: Value) -> Value:
        """Give the stand-in of an answer to a question; what is no secret stands for itself."""
        number = self._number(slot.type, value)
        match slot.type:
            case "yes_no":
                return value if not slot.sensitive else self._pick(slot.name, (True, False), number)
            case "choice":
                names = tuple(choice.name for choice in slot.choices)
                return value if not slot.sensitive else self._pick(slot.name, names, number)
            case "digits" | "zip":
                return str(10 ** len(str(value)) - 1 - number)
            case "phone":
                return _FICTION.format(number % 100)
            case "date_of_birth":
                return _BORN + timedelta(days=number)
            case _:
                return self._today + timedelta(days=_SOON + number)

    def fact(self, name: str, value: Value) -> Value:
        """Give the stand-in of what the clinic knows, or of what was known before the call."""
        number = self._number(type(value).__name__, value)
        literals = self._literals.get(name, [])
        match value:
            case bool():
                return self._pick(name, (True, False), number)
            case int():
                numbers = (int(text) for text in literals if text.isdecimal())
                return self._pick(name, (number + 1, *numbers), 0)
            case Decimal():
                return Decimal(number + 1)
            case datetime():
                return datetime.combine(self._today + timedelta(days=_SOON + number), time(6, 40))
            case date():
                return self._today + timedelta(days=_SOON + number)
            case time():
                return time(6, number % 60)
            case str() if value.isascii() and value.isdecimal() and not literals:
                return str(10 ** len(value) - 1 - number)
            case str():
                return self._pick(name, (f"sample {number + 1}", *literals), 0)
            case unknown:
                assert_never(unknown)

    def _number(self, kind: str, value: Value) -> int:
        """Count the different values of a *kind*, from 0."""
        size = f"{kind} {len(value)}" if isinstance(value, str) else kind
        known = sum(1 for each, _ in self._numbers if each == size)
        return self._numbers.setdefault((size, value), known)

    def _pick(self, name: str, options: tuple[Value, ...], number: int) -> Value:
        self._counts[name] = len(options)
        return options[(number + self._shifts.get(name, 0)) % len(options)]


def _compared(book: FlowBook) -> Iterator[tuple[str, str]]:
    """Yield every slot with every text that a guard compares it with."""
    for flow in book.flows.values():
        for state in flow.states.values():
            for ways in getattr(state, "on", {}).values():
                for way in ways:
                    if way.when is not None:
                        yield from way.when.compared()
