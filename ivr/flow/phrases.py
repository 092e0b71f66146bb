"""Advice: will what callers say be heard as what they meant?"""

from collections.abc import Callable, Iterator
from itertools import combinations

from ivr.errors import FlowError
from ivr.flow.fields import Path
from ivr.flow.model import Ask, Choice, Flow
from ivr.flow.rules import Rule
from ivr.flow.scene import Scene, mistake
from ivr.flow.sounds import Lexicon, distance

ALIKE = 0.35  # distance; "refill" and "reschedule" are 0.31 apart, "confirm" and "cancel" 0.43
MOST_PAIRS = 10_000  # of phrases that are compared in all; the shipped flows have 500
LEXICON_LANGUAGE = "en"  # what the recogniser's dictionary is written in
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

Taken = Callable[[str, str], bool]
"""Whether the line takes a phrase in a language for one of its own: a person, an emergency."""
Found = Iterator[FlowError]
_Menu = tuple[Flow, Path, tuple[Choice, ...]]


def check_phrases(scene: Scene, *, lexicon: Lexicon | None, taken: Taken) -> Found:
    """
    Check the phrases and keys of every menu and every choice slot.

    Args:
        scene: All flows.
        lexicon: The recogniser's dictionary; None: nothing is known about sounds.
        taken: What the line takes for itself.
    """
    budget = MOST_PAIRS
    for flow, path, choices in _menus(scene):
        yield from _without_key(flow, path, choices)
        yield from _overlaps(flow, path, choices, taken)
        if lexicon is not None and flow.language.startswith(LEXICON_LANGUAGE):
            yield from _unknown(flow, path, choices, lexicon)
            pairs = list(_pairs(choices, budget))
            budget -= len(pairs)
            yield from _alike(flow, path, pairs, lexicon)


def _menus(scene: Scene) -> Iterator[_Menu]:
    for flow in scene.flows.values():
        for slot in flow.slots.values():
            yield flow, ("slots", slot.name), slot.choices
    for flow, state in scene.states():
        if isinstance(state, Ask):
            yield flow, ("states", state.name), state.question.choices


def _without_key(flow: Flow, path: Path, choices: tuple[Choice, ...]) -> Found:
    keyed = any(choice.key for choice in choices)
    for place, choice in enumerate(choices):
        if choice.key is None and (keyed or place >= len(NUMBERS)):
            message = f"{choice.name} can be said but not pressed"
            hint = 'give it a key, such as key: "1"; who is not understood needs one'
            yield mistake(flow, (*path, "choices", choice.name), Rule.NO_KEY, message, hint)


# ---------------------------------------------------------------- what overlaps


def _overlaps(flow: Flow, path: Path, choices: tuple[Choice, ...], taken: Taken) -> Found:
    named = {said: choice for choice in choices for said in choice.says}
    for choice in choices:
        where = (*path, "choices", choice.name, "says")
        for said in choice.says:
            if taken(said, flow.language):
                message = f"the line takes {said!r} for one of its own phrases"
                hint = "take other words: these call for a person, or for help in an emergency"
                yield mistake(flow, where, Rule.PHRASES_OVERLAP, message, hint)
            if (other := _number_of(said, choices)) not in {None, choice.name}:
                message = f"{said!r} is also the number of {other}"
                hint = "take another phrase, or give the choice that key"
                yield mistake(flow, where, Rule.PHRASES_OVERLAP, message, hint)
            for within in _inside(said):
                whose = named.get(within)
                if whose is not None and whose.name != choice.name:
                    message = f"{said!r} holds {within!r}, which means {whose.name}"
                    hint = f"who is cut short would be taken for {whose.name}; take other words"
                    yield mistake(flow, where, Rule.PHRASES_OVERLAP, message, hint)


def _inside(phrase: str) -> Iterator[str]:
    """Yield every run of words of *phrase* but all of them."""
    words = phrase.split()
    for first, last in combinations(range(len(words) + 1), 2):
        if last - first < len(words):
            yield " ".join(words[first:last])


def _number_of(phrase: str, choices: tuple[Choice, ...]) -> str | None:
    """Name the choice whose number *phrase* is: by its key, or by its place where none has one."""
    if phrase not in NUMBERS:
        return None
    number = NUMBERS.index(phrase) + 1
    keyed = {choice.key: choice.name for choice in choices if choice.key}
    if keyed:
        return keyed.get(str(number))
    return choices[number - 1].name if number <= len(choices) else None


# ---------------------------------------------------------------- how it sounds


def _unknown(flow: Flow, path: Path, choices: tuple[Choice, ...], lexicon: Lexicon) -> Found:
    for choice in choices:
        words = dict.fromkeys(word for said in choice.says for word in said.split())
        for word in words:
            if not lexicon.knows(word):
                message = f"the recogniser's dictionary lacks {word!r}"
                hint = "check the spelling, or add a phrase without it; its sound is only guessed"
                where = (*path, "choices", choice.name, "says")
                yield mistake(flow, where, Rule.UNKNOWN_WORD, message, hint)


_Pair = tuple[Choice, str, Choice, str]


def _pairs(choices: tuple[Choice, ...], most: int) -> Iterator[_Pair]:
    for one, other in combinations(choices, 2):
        for said in one.says:
            for against in other.says:
                if most <= 0:
                    return
                most -= 1
                yield one, said, other, against


def _alike(flow: Flow, path: Path, pairs: list[_Pair], lexicon: Lexicon) -> Found:
    for one, said, other, against in pairs:
        if said != against and distance(said, against, lexicon) <= ALIKE:
            message = f"{against!r} sounds like {said!r}, which means {one.name}"
            where = (*path, "choices", other.name, "says")
            hint = "take words that begin or end differently for one of them"
            yield mistake(flow, where, Rule.SOUNDS_ALIKE, message, hint)
