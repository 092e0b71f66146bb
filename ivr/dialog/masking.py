"""Words and keys that mean to a question what the caller's meant, and are not the caller's."""

import re
from dataclasses import dataclass
from datetime import date

from ivr.dialog.grammar.base import Grammar, KeysComplete, KeysPartial, KeysPossible, KeysWrong
from ivr.dialog.keypad import OPERATOR_KEY
from ivr.dialog.plan import Plan
from ivr.dialog.stand_ins import StandIns
from ivr.dialog.tripwire import alarm_in
from ivr.dialog.universals import PHRASES, Universal, universal_in
from ivr.flow.model import Slot, Value

ALARM = {"en": "emergency", "es": "emergencia"}
"""Stands for every alarm: which one it was is the patient's."""
_NO_WORD = re.compile(r"[^\w' ]+")
_OPEN = frozenset({"yes_no", "choice"})
_LONGEST = 20  # digits of an answer whose length is open


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question."""

    place: str
    slot: Slot | None
    """None: a menu."""
    plan: Plan
    confirming: bool = False


class Masks:
    """Masks what was said and keyed in one conversation."""

    def __init__(self, stand_ins: StandIns) -> None:
        self._stand_ins = stand_ins

    def words(self, text: str, asked: Asked | None, language: str) -> str:
        """Give words that mean here what *text* means."""
        if not text:
            return ""
        if alarm_in(text, language) is not None:
            return ALARM[language]
        wish, answer = universal_in(text, language), self._answer(text, asked)
        if wish is not None and (wish is Universal.OPERATOR or not answer):
            return PHRASES[language][wish][0]
        return answer

    def _answer(self, text: str, asked: Asked | None) -> str:
        if asked is None:
            return ""
        plan, head, tail = asked.plan, *_halves(text)
        if asked.confirming:
            settled = plan.yes_no.read(text)
            if settled is not None:
                return _spoken(plan.yes_no, settled.value)
            refused = plan.yes_no.read(head)
            if tail and refused is not None and refused.value is not True:
                corrected = self._answer_of(tail, asked)
                return f"{head} {corrected}" if corrected else ""
        return self._answer_of(text, asked)

    def _answer_of(self, text: str, asked: Asked) -> str:
        read = asked.plan.grammar.read(text)
        return "" if read is None else _spoken(asked.plan.grammar, self._for(asked, read.value))

    def _for(self, asked: Asked, value: Value) -> Value:
        return value if asked.slot is None else self._stand_ins.answer(asked.slot, value)

    def keys(self, keys: str, asked: Asked) -> str:
        """Give keys that do here what *keys* do."""
        slot = asked.slot
        if asked.confirming or slot is None or (slot.type in _OPEN and not slot.sensitive):
            return keys
        parts = re.split(r"([*#])", keys)
        return "".join(one if one in "*#" else self._masked_part(one, asked) for one in parts)

    def _masked_part(self, keys: str, asked: Asked) -> str:
        grammar = asked.plan.grammar
        match grammar.read_keys(keys):
            case KeysComplete(value=value) | KeysPossible(value=value):
                return _keys_of(grammar, self._for(asked, value), len(keys))
            case KeysPartial():
                example = self._example(asked)
                return keys if keys in ("", OPERATOR_KEY) else example[: len(keys)]
            case KeysWrong():
                wrong = (digit * len(keys) for digit in "95731")
                return next((w for w in wrong if grammar.read_keys(w) == KeysWrong()), "")

    def _example(self, asked: Asked) -> str:
        if asked.slot is None:
            return ""
        length = asked.slot.length[1] if asked.slot.length else _LONGEST
        examples = {"date_of_birth": "12011950", "phone": "2025550100", "zip": "99999"}
        return examples.get(asked.slot.type, "9" * length)


def _halves(text: str) -> tuple[str, str]:
    head, _, tail = text.partition(" ")
    return head, tail


def _spoken(grammar: Grammar, value: Value) -> str:
    return " ".join(_NO_WORD.sub(" ", grammar.read_back(value).lower()).split())


def _keys_of(grammar: Grammar, value: Value, length: int) -> str:
    """Find keys of that *length* that mean *value*."""
    if isinstance(value, date):
        forms = (f"{value:%m%d%Y}", f"{value:%m%d%y}", f"{value:%m%d}")
        return next((form for form in forms if len(form) == length), forms[0])
    if isinstance(value, str) and value.isdecimal():
        return value if len(value) == length else f"1{value}"
    singles = (str(digit) for digit in range(10))
    return next((key for key in singles if grammar.read_keys(key) == KeysComplete(value)), "")
