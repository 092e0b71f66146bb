"""What one question needs from its grammar, built once and shared by all calls of a day."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ivr.dialog.actions import Listening
from ivr.dialog.grammar.base import Grammar, KeysPartial, KeysPossible, KeysWrong
from ivr.dialog.grammar.build import grammar_for, listening_for, yes_no_grammar
from ivr.flow.model import Question, Slot

MENU = "menu"  # the kind of answer a question without a slot takes
YES_NO = "yes_no"
DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Plan:
    """How one question is listened to, in one language, today."""

    kind: str
    """Slot type of the answer, or `MENU`."""
    grammar: Grammar
    yes_no: Grammar
    """Reads what is said to a read-back."""
    listening: Listening
    confirming: Listening
    """The question's own answers, and yes and no."""
    has_keys: bool
    """Whether the answer can be keyed."""
    many_keys: bool
    """Whether the answer can have several keys."""
    private: bool
    """Whether the answer is kept out of records."""


@lru_cache(maxsize=2048)
def plan_for(question: Question, slot: Slot | None, *, language: str, today: date) -> Plan:
    """Build the plan of *question*, whose answer goes to *slot* (None: a menu)."""
    slots = {} if slot is None else {slot.name: slot}
    grammar = grammar_for(question, slots, language=language, today=today)
    private = slot is not None and slot.sensitive
    first = [grammar.read_keys(key) for key in DIGITS]
    return Plan(
        kind=MENU if slot is None else slot.type,
        grammar=grammar,
        yes_no=yes_no_grammar(language),
        listening=listening_for(grammar, question=question, language=language, sensitive=private),
        confirming=listening_for(
            grammar, question=question, language=language, sensitive=private, yes_no=True
        ),
        has_keys=any(not isinstance(reading, KeysWrong) for reading in first),
        many_keys=any(isinstance(reading, KeysPartial | KeysPossible) for reading in first),
        private=private,
    )


@lru_cache(maxsize=16)
def ear_for(language: str) -> Listening:
    """Say what is listened for while nothing is asked: the universals and the tripwire."""
    nothing = Question(prompt="")
    return listening_for(None, question=nothing, language=language, sensitive=False)
