"""From a question to its grammar, and from a grammar to what a recogniser is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ivr.dialog import tripwire, universals
from ivr.dialog.actions import Ending, Listening, Wait
from ivr.dialog.confidence import ANSWER_ENDS, WISH_ENDS
from ivr.dialog.grammar import ending, jsgf
from ivr.dialog.grammar.base import Grammar
from ivr.dialog.grammar.choices import Choices
from ivr.dialog.grammar.dates import BirthDates, Dates
from ivr.dialog.grammar.digits import Digits
from ivr.dialog.grammar.phone import Phone
from ivr.dialog.grammar.text import language_of
from ivr.dialog.grammar.yes_no import YesNo
from ivr.errors import MisuseError
from ivr.flow.model import Question, Slot

_HESITATIONS = {"en": "um | uh", "es": "eh | este"}
_LEADS = {
    "en": "i want to | i'd like to | i need to | can i | let me | please | i have | i'm having",
    "es": "quiero | quisiera | necesito | por favor | tengo",
}
_PLEASE = {"en": "please", "es": "por favor"}
_SHARES = {"<answer>": 0.9, "<anytime>": 0.1}
"""What callers say at a question, roughly; the search leans towards answers by so much."""

_ZIP = (5, 5)  # digits; the four behind the dash are never asked for
_DEFAULT_DIGITS = (1, 20)
_LIMIT = 15.0  # seconds; what a question has by default


def grammar_for(
    question: Question, slots: Mapping[str, Slot], *, language: str, today: date
) -> Grammar:
    """
    Give the grammar of *question*.

    Raises:
        MisuseError: Its slot is unknown or of a type only an operation fills.
    """
    if question.slot is None:
        return Choices(question.choices, language)
    slot = slots.get(question.slot)
    if slot is None:
        raise MisuseError("a question names a slot its flow does not have")
    return _for_slot(slot, language=language, today=today)


def yes_no_grammar(language: str) -> Grammar:
    """Give the grammar of "is that right?"; its values are True and False."""
    return YesNo(language)


def listening_for(
    grammar: Grammar | None,
    *,
    question: Question | None,
    language: str,
    sensitive: bool,
    yes_no: bool = False,
) -> Listening:
    """
    Tell a recogniser what may be heard: *grammar* if any, the universals, the tripwire.

    With *yes_no* the answer is read back: yes, no, or another answer with a "no" before it.
    """
    tag = language_of(language)
    limit = question.utterance_limit if question else _LIMIT
    return _listening(_Ear(grammar, tag, yes_no=yes_no), limit, sensitive=sensitive)


def _for_slot(slot: Slot, *, language: str, today: date) -> Grammar:
    match slot.type:
        case "yes_no":
            return YesNo(language)
        case "choice":
            return Choices(slot.choices, language)
        case "digits":
            return Digits(*(slot.length or _DEFAULT_DIGITS), language)
        case "zip":
            return Digits(*_ZIP, language)
        case "phone":
            return Phone(language)
        case "date":
            return Dates(language, today)
        case "date_of_birth":
            return BirthDates(language, today)
        case _:
            raise MisuseError(f"nobody can be asked for a slot of type '{slot.type}'")


@dataclass(frozen=True, slots=True)
class _Ear:
    grammar: Grammar | None
    language: str
    yes_no: bool

    def rule(self) -> str:
        if self.grammar is None:
            return ""
        if not self.yes_no or isinstance(self.grammar, YesNo):
            return self.grammar.rule()
        corrected = f"[ no ] {self.grammar.rule()}"
        return jsgf.weighted({YesNo(self.language).rule(): 0.9, corrected: 0.1})

    def phrases(self) -> tuple[str, ...]:
        own = self.grammar.phrases() if self.grammar else ()
        return (*YesNo(self.language).phrases(), *own) if self.yes_no else own

    @property
    def wait(self) -> Wait:
        return Wait.SHORT if self.yes_no or self.grammar is None else self.grammar.wait


# A recogniser is told the same things call after call; writing them takes far longer than a turn.
@lru_cache(maxsize=512)
def _listening(ear: _Ear, limit: float, *, sensitive: bool) -> Listening:
    tag = ear.language
    rules = {"<anytime>": _anytime(_common_phrases(tag), tag)}
    rule = ear.rule()
    if rule:
        rules = {"<answer>": f"[ {_HESITATIONS[tag]} ] {rule} [ {_PLEASE[tag]} ]", **rules}
    shares = {name: _SHARES[name] for name in rules}
    body = "\n".join(f"{name} = {text};" for name, text in rules.items())
    return Listening(
        jsgf=f"#JSGF V1.0;\ngrammar g;\n{body}\npublic <g> = {jsgf.weighted(shares)};\n",
        words=tuple(sorted(frozenset().union(*map(jsgf.words_in, rules.values())))),
        phrases=tuple(dict.fromkeys((*ear.phrases(), *_common_phrases(tag)))),
        wait=ear.wait,
        limit=limit,
        sensitive=sensitive,
        endings=_endings(rule, tag) if rule and ear.wait is Wait.LONG else (),
    )


def _endings(rule: str, language: str) -> tuple[Ending, ...]:
    """Say what ends a question whose answers have pauses in them: a whole answer, or a wish."""
    um = ending.sentences(f"[ {_HESITATIONS[language]} ]")
    please = ending.sentences(f"[ {_PLEASE[language]} ]")
    wish = ending.sentences(_anytime(_settled_phrases(language), language))
    return (
        Ending(f"{um}{ending.endings(rule)}{please}", ANSWER_ENDS),
        Ending(wish, WISH_ENDS),
    )


def _anytime(phrases: tuple[str, ...], language: str) -> str:
    """Write *phrases* as they are understood at every question, and while nothing is asked."""
    lead = f"{_HESITATIONS[language]} | {_LEADS[language]}"
    return f"[ {lead} ] {jsgf.phrases(phrases)} [ {_PLEASE[language]} ]"


@lru_cache(maxsize=8)
def _common_phrases(language: str) -> tuple[str, ...]:
    alarms = (phrase for group in tripwire.PHRASES[language].values() for phrase in group)
    listened_for = (phrase for phrase in alarms if phrase not in tripwire.TOO_SHORT_ALONE)
    return (*sorted(universals.reserved_phrases(language)), *listened_for)


@lru_cache(maxsize=8)
def _settled_phrases(language: str) -> tuple[str, ...]:
    """Give the phrases that mean the same however they go on, unlike "go back"."""

    def meaning(phrase: str) -> object:
        return tripwire.alarm_in(phrase, language) or universals.universal_in(phrase, language)

    listened_for = _common_phrases(language)
    unsettled = {
        phrase
        for phrase in listened_for
        for longer in listened_for
        if longer.startswith(f"{phrase} ") and meaning(longer) != meaning(phrase)
    }
    return tuple(phrase for phrase in listened_for if phrase not in unsettled)
