"""What is called complete can neither go on nor be half of an answer."""

import random
import re

import pytest

from ivr.dialog.actions import Wait
from ivr.dialog.grammar.build import listening_for
from ivr.dialog.grammar.ending import endings, sentences
from ivr.dialog.tripwire import alarm_in
from ivr.dialog.universals import universal_in
from tests.dialog.grammar.cases import ALL, is_date
from tests.dialog.grammar.sentences import Language

SENTENCES = 150
LONG = [name for name, (grammar, _) in ALL.items() if grammar.wait is Wait.LONG]


def fits(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, "".join(f"{word} " for word in text.split())) is not None


def is_complete(name: str, said: str) -> bool:
    grammar, language = ALL[name]
    listening = listening_for(grammar, question=None, language=language, sensitive=False)
    return any(fits(ending.pattern, said) for ending in listening.endings)


@pytest.mark.parametrize("name", ALL)
def test_what_begins_another_sentence_is_no_ending(name: str) -> None:
    rule = ALL[name][0].rule()
    language, pattern, chance = Language({"<g>": rule}), endings(rule), random.Random(name)
    for _ in range(SENTENCES):
        words = language.sentence(chance).split()
        for size in range(len(words)):
            assert not fits(pattern, " ".join(words[:size])), words


@pytest.mark.parametrize("name", ALL)
def test_every_sentence_fits_its_rule_and_ends_or_goes_on(name: str) -> None:
    rule = ALL[name][0].rule()
    language, whole, chance = Language({"<g>": rule}), sentences(rule), random.Random(name)
    for _ in range(SENTENCES):
        said = language.sentence(chance)
        assert fits(whole, said), said
        assert not fits(whole, f"{said} nonsense"), said


@pytest.mark.parametrize("name", LONG)
def test_what_is_complete_is_understood(name: str) -> None:
    grammar, language = ALL[name]
    listening = listening_for(grammar, question=None, language=language, sensitive=False)
    said_of, chance = Language.of(listening.jsgf), random.Random(name)
    for said in (said_of.sentence(chance) for _ in range(SENTENCES)):
        if is_complete(name, said):
            wished = alarm_in(said, language) or universal_in(said, language)
            assert wished or grammar.read(said) or is_date(said, language), said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("seven digits", "one two three four five six seven"),
        ("seven digits", "um it's one two three double five twenty three please"),
        ("six to nine digits", "one two three four five six seven eight nine"),
        ("phone", "two one two five five five oh one four two"),
        ("date of birth", "march third nineteen eighty two"),
        ("date of birth", "the fifth of june two thousand six"),
        ("date of birth", "oh three oh three nineteen oh five"),
        ("date of birth", "three three eighty two"),
        ("date", "tomorrow"),
        ("date", "next tuesday"),
        ("date of birth", "operator"),
        ("seven digits", "i want to talk to someone please"),
        ("seven digits", "help"),
        ("phone", "chest pain"),
        ("fecha de nacimiento", "tres de marzo de mil novecientos ochenta y dos"),
        ("fecha de nacimiento", "operadora"),
    ],
)
def test_a_whole_answer_or_wish_is_complete(name: str, said: str) -> None:
    assert is_complete(name, said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("seven digits", "one two three four five six"),
        ("seven digits", "one two three four five six seven eight"),
        ("six to nine digits", "one two three four five six"),
        ("any digits", "one two three four five six seven"),
        ("phone", "two one two five five five"),
        ("date of birth", "march third"),
        ("date of birth", "march third nineteen"),
        ("date of birth", "march third nineteen eighty"),
        ("date of birth", "march third two thousand"),
        ("date of birth", "march third two thousand twenty"),
        ("date", "tuesday"),
        ("date", "march third"),
        ("date", "operator tomorrow"),
        ("date of birth", "go back"),
        ("date of birth", "i want to"),
        ("date of birth", ""),
        ("fecha de nacimiento", "tres de marzo de mil novecientos ochenta"),
    ],
)
def test_what_may_go_on_is_not_complete(name: str, said: str) -> None:
    assert not is_complete(name, said)


@pytest.mark.parametrize("name", sorted(set(ALL) - set(LONG)))
def test_where_nobody_pauses_nothing_ends_early(name: str) -> None:
    grammar, language = ALL[name]
    listening = listening_for(grammar, question=None, language=language, sensitive=False)
    assert listening.endings == ()
