"""
Masks for what must not be shown, and for what people say by the way.

A mask tells that something is there and nothing about it: not its length, not its kind.
Telephone numbers keep their last two digits where a person must tell two of them apart.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal

from ivr.privacy.classes import Role, may_see

MASK = "•••"
_TAIL = 2  # digits of a number that remain
_SHORT = 4  # digits; fewer identify nobody
_SHOWABLE = re.compile(r"[a-z][a-z0-9]*(?:[_.-][a-z0-9]+){0,5}", re.ASCII)

_NUMBER_WORDS = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    "fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    "ninety|hundred|thousand|double|triple|first|second|third|fourth|fifth|sixth|seventh|eighth|"
    "ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|"
    "eighteenth|nineteenth|twentieth|thirtieth"
)
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_TOLD = re.compile(
    rf"(?:\b(?:{_NUMBER_WORDS}|{_MONTHS})\b|\b\w*\d\w*)"
    rf"(?:[\s,./():+-]*(?:\b(?:and|of|the|{_NUMBER_WORDS}|{_MONTHS})\b|\b\w*\d\w*))*",
    re.IGNORECASE,
)
"""Numbers and dates, in digits and in words, with what stands between their parts."""


def mask(value: object, *, phi: str, role: Role = Role.OPERATOR) -> str:
    """
    Return how a slot's *value* may be shown to *role*.

    What is beyond the role's class is `•••`. Of the rest, an operator sees names of
    choices, yes and no, and short numbers; anything else might have been said by a caller
    in passing and is masked as well.
    """
    if not may_see(role, phi):
        return MASK
    if may_see(role, "medical"):
        return str(value)
    match value:
        case bool():
            return "yes" if value else "no"
        case date() | datetime() | time() | Decimal():
            return MASK
        case str() if value.isascii() and value.isdigit() and len(value) > _SHORT:
            return mask_number(value)
        case int() | str() if str(value).isdigit() and len(str(value)) <= _SHORT:
            return str(value)
        case str() if _SHOWABLE.fullmatch(value) and not _TOLD.search(value):
            return value
        case _:
            return MASK


def mask_number(number: str) -> str:
    """Return *number* with all but its last two digits masked; a short one goes whole."""
    digits = "".join(character for character in number if character in "0123456789")
    if not digits:
        return MASK if number else ""
    return f"•••••{digits[-_TAIL:]}" if len(digits) > _SHORT else MASK


def count_words(text: str) -> str:
    """Return how many words were said, instead of them: `3 words`."""
    count = len(text.split())
    return f"{count} word" if count == 1 else f"{count} words"


def scrub(text: str) -> str:
    """
    Take numbers and dates out of *text*, written or spoken.

    Names and plain words remain: this is for texts of programs that may quote a number,
    not for what a caller said. Nothing is left of that, see `count_words`.
    """
    scrubbed = _TOLD.sub(MASK, text)
    return "".join(MASK if c.isnumeric() else c for c in scrubbed)
