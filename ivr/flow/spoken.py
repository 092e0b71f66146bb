"""Advice: can a caller follow what is said, once, at the pace of a telephone?"""

import re
from collections.abc import Collection, Iterator

from ivr.errors import FlowError
from ivr.flow.fields import Path
from ivr.flow.model import Ask, Flow, Question, State
from ivr.flow.phrases import NUMBERS
from ivr.flow.reading import reading_level, seconds_to_say
from ivr.flow.rules import Rule, shown
from ivr.flow.scene import Scene, Wording, mistake, wordings_of

LONGEST_PROMPT = 10.0  # seconds; after that, callers stop listening
HARDEST = 8.0  # school grade; health agencies recommend the sixth to the eighth for patients
LEVEL_LANGUAGE = "en"  # the formula of the reading level holds for English alone

_DIGITS = rf"\d|zero|{'|'.join(NUMBERS)}"
_PRESS = re.compile(
    rf"\b(?:press|dial|hit|push|touch|oprima|marque|presione|pulse) "
    rf"(?P<key>{_DIGITS})\b(?! ?(?:{_DIGITS})\b)",  # "dial nine one one" is no key of a menu
    re.IGNORECASE,
)
_KEY_FIRST = re.compile(_PRESS.pattern + r" (?:for|to|if|para|si)\b", re.IGNORECASE)
_PURPOSE_FIRST = re.compile(r"(?:for|to|if|para|si)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.?!])\s+")
_DIGIT = {"zero": "0", **{word: str(number) for number, word in enumerate(NUMBERS, start=1)}}

Found = Iterator[FlowError]


def check_spoken(scene: Scene, *, words_a_minute: float, languages: Collection[str]) -> Found:
    """
    Check every prompt.

    Args:
        scene: All flows.
        words_a_minute: How fast the line speaks.
        languages: Those in which the line has words of its own.
    """
    for flow in scene.flows.values():
        yield from _language(flow, languages)
    for flow, state in scene.states():
        for wording in wordings_of(state):
            if wording.spoken:
                yield from _length(flow, wording, words_a_minute)
                yield from _level(flow, wording)
                yield from _keys(flow, state, wording)


def _language(flow: Flow, languages: Collection[str]) -> Found:
    if flow.language.partition("-")[0] not in languages:
        message = f"the line's own words are not written in {flow.language}"
        hint = f"they are in: {', '.join(sorted(languages))}"
        yield mistake(flow, ("language",), Rule.UNTRANSLATED, message, hint)


def _length(flow: Flow, wording: Wording, words_a_minute: float) -> Found:
    seconds = seconds_to_say(wording.template, words_a_minute=words_a_minute)
    if seconds > LONGEST_PROMPT:
        message = f"this takes about {seconds:.0f} s to say; {LONGEST_PROMPT:.0f} are the most"
        hint = "say less, or split it into two states"
        yield mistake(flow, wording.path, Rule.LONG_PROMPT, message, hint)


def _level(flow: Flow, wording: Wording) -> Found:
    if flow.language.partition("-")[0] != LEVEL_LANGUAGE:
        return
    level = reading_level(wording.template)
    if level is not None and level > HARDEST:
        message = f"this needs school grade {level:.0f} to follow; {HARDEST:.0f} is the most"
        yield mistake(
            flow, wording.path, Rule.HARD_WORDS, message, "shorter sentences, shorter words"
        )


def _keys(flow: Flow, state: State, wording: Wording) -> Found:
    for sentence in _SENTENCES.split(wording.template):
        found = None if _PURPOSE_FIRST.match(sentence) else _KEY_FIRST.search(sentence)
        if found:
            message = f"{shown(found[0])!r} names the key before what it is for"
            hint = "say what it is for first: for refills, press 2"
            yield mistake(flow, wording.path, Rule.KEY_FIRST, message, hint)
    if isinstance(state, Ask) and (known := _keys_of(state.question)):
        yield from _no_such_keys(flow, wording.path, wording.template, known)


def _keys_of(question: Question) -> frozenset[str]:
    """Name the keys a menu takes; nothing for a question, whose keys are its answer."""
    given = frozenset(choice.key for choice in question.choices if choice.key)
    places = frozenset(str(place + 1) for place in range(len(question.choices)))
    return (given or places) | {"0"} if question.choices else frozenset()


def _no_such_keys(flow: Flow, path: Path, template: str, known: frozenset[str]) -> Found:
    for found in _PRESS.finditer(template):
        word = found["key"].lower()
        key = _DIGIT.get(word, word)
        if key not in known:
            message = f"{shown(found[0])!r}: no choice here has key {key}"
            hint = f"the keys are {', '.join(sorted(known - {'0'}))}, and 0 for a person"
            yield mistake(flow, path, Rule.NO_SUCH_KEY, message, hint)
