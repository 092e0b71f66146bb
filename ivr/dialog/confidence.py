"""
What a recogniser's confidence means, by kind of answer.

A confidence is the recogniser's estimate that the words are right. The embedded one derives it
from a likelihood ratio that on telephone speech separates answers from other speech at 0.5: 95 %
of right answers lie above 0.77, 95 % of what is no answer below 0.5. When its second opinion
disagrees it gives 0.7 at most; the Vosk model's words have 0.95 on average when right, 0.59 when
wrong. So 0.6 and more is probably right, 0.85 surely, and what lies between 0.4 and that is worth
a question back. A menu choice is undone by "go back", a number taken wrong is told to a clinic's
database: numbers ask for more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Band(StrEnum):
    """What to do with an answer."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class _Bounds:
    accept: float
    confirm: float


ANSWER_ENDS: Final = 0.90
"""
What an answer is believed to be complete from, in the middle of which people pause.

A grammar of seven digits finds seven in five, too: of people's numbers broken off behind the
fourth, fifth or sixth digit some were heard as whole ones, up to 0.89 sure.
"""
WISH_ENDS: Final = 0.70
"""The same for "operator" and the like, which no half of an answer was taken for above 0.3."""

_BOUNDS: Final[Mapping[str, _Bounds]] = {
    "menu": _Bounds(accept=0.60, confirm=0.35),
    "choice": _Bounds(accept=0.65, confirm=0.35),
    "yes_no": _Bounds(accept=0.60, confirm=0.40),
    "digits": _Bounds(accept=0.85, confirm=0.40),
    "phone": _Bounds(accept=0.85, confirm=0.40),
    "zip": _Bounds(accept=0.85, confirm=0.40),
    "date": _Bounds(accept=0.80, confirm=0.40),
    "date_of_birth": _Bounds(accept=0.80, confirm=0.40),
}
_STRICTEST = _Bounds(accept=0.85, confirm=0.40)


def band(slot_type: str, confidence: float) -> Band:
    """
    Judge *confidence* (0 to 1) of an answer of *slot_type*; `menu` for a menu's outcomes.

    A type it does not know is judged like digits; what is no number is rejected.
    """
    bounds = _BOUNDS.get(slot_type, _STRICTEST)
    if confidence >= bounds.accept:
        return Band.ACCEPT
    return Band.CONFIRM if confidence >= bounds.confirm else Band.REJECT
