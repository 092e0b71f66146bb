"""What a recogniser is told, and that everything it may report is understood."""

import random
import re

import pytest

from ivr.dialog.actions import Wait
from ivr.dialog.grammar.base import Answer, Grammar
from ivr.dialog.grammar.build import grammar_for, listening_for, yes_no_grammar
from ivr.dialog.tripwire import alarm_in
from ivr.dialog.universals import Universal, universal_in
from ivr.errors import MisuseError
from ivr.flow.model import Choice, Question, Slot
from tests.dialog.grammar.cases import ALL, GRAMMARS, TODAY, is_date
from tests.dialog.grammar.sentences import Language

SENTENCES = 200


@pytest.mark.parametrize("name", ALL)
def test_every_sentence_that_may_be_heard_is_understood(name: str) -> None:
    grammar, language = ALL[name]
    listening = listening_for(grammar, question=None, language=language, sensitive=False)
    sentences, chance = Language.of(listening.jsgf), random.Random(name)
    for _ in range(SENTENCES):
        said = sentences.sentence(chance)
        wished = alarm_in(said, language) or universal_in(said, language)
        assert wished or grammar.read(said) or is_date(said, language), said


@pytest.mark.parametrize("name", ALL)
def test_every_sample_phrase_is_understood(name: str) -> None:
    grammar, _ = ALL[name]
    for phrase in grammar.phrases():
        assert grammar.read(phrase), phrase


@pytest.mark.parametrize("name", ALL)
def test_no_answer_is_also_a_wish_or_an_alarm(name: str) -> None:
    grammar, language = ALL[name]
    sentences = Language({"<g>": grammar.rule()})
    chance = random.Random(name)
    for _ in range(SENTENCES):
        said = sentences.sentence(chance)
        assert universal_in(said, language) is None, said
        assert alarm_in(said, language) is None, said


@pytest.mark.parametrize("name", ALL)
def test_the_word_list_is_sorted_and_holds_every_word_of_the_language(name: str) -> None:
    grammar, language = ALL[name]
    listening = listening_for(grammar, question=None, language=language, sensitive=False)
    sentences, chance = Language.of(listening.jsgf), random.Random(name)
    heard = {word for _ in range(SENTENCES) for word in sentences.sentence(chance).split()}
    assert list(listening.words) == sorted(set(listening.words))
    assert heard | grammar.words() <= set(listening.words)
    assert {word for phrase in listening.phrases for word in phrase.split()} <= set(listening.words)


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
def test_read_takes_any_text(grammar: Grammar) -> None:
    chance = random.Random(7)
    alphabet = "abz 019'-\u2019\u0000\u00e9\u0660\U0001f642\ud800|/<>;()[]{}\n"
    for _ in range(300):
        grammar.read("".join(chance.choices(alphabet, k=chance.randrange(80))))
    assert grammar.read("") is None
    assert grammar.read("one " * 5000) is None


@pytest.mark.parametrize("name", ALL)
def test_a_read_back_is_answered_by_yes_by_no_or_by_another_answer(name: str) -> None:
    grammar, language = ALL[name]
    listening = listening_for(
        grammar, question=None, language=language, sensitive=False, yes_no=True
    )
    assert listening.wait is Wait.SHORT
    sentences, chance = Language.of(listening.jsgf), random.Random(name)
    for _ in range(SENTENCES):
        said = sentences.sentence(chance)
        bare = re.sub(r"^(um |uh |eh |este )?no ", "", said)
        settled = yes_no_grammar(language).read(said) or grammar.read(bare)
        wished = alarm_in(said, language) or universal_in(said, language)
        assert settled or wished or is_date(bare, language), said


def test_without_a_question_only_wishes_and_alarms_are_heard() -> None:
    listening = listening_for(None, question=None, language="en", sensitive=False)
    assert "operator" in listening.phrases
    assert "chest pain" in listening.phrases
    assert "<answer>" not in listening.jsgf
    assert universal_in(listening.phrases[0], "en") is not None


def test_a_question_gives_the_limit_and_the_grammar_the_wait() -> None:
    question = Question(prompt="Your number?", slot="rx", utterance_limit=9.0)
    slots = {"rx": Slot("rx", "digits", length=(7, 7))}
    grammar = grammar_for(question, slots, language="en", today=TODAY)
    listening = listening_for(grammar, question=question, language="en", sensitive=True)
    assert (listening.limit, listening.wait, listening.sensitive) == (9.0, Wait.LONG, True)
    short = listening_for(yes_no_grammar("en"), question=None, language="en", sensitive=False)
    assert (short.wait, short.sensitive) == (Wait.SHORT, False)


def test_a_menu_is_heard_by_its_choices_and_a_choice_slot_by_its_own() -> None:
    menu = Question(prompt="What?", choices=(Choice("bill", ("billing",)),))
    assert grammar_for(menu, {}, language="en", today=TODAY).read("billing") == Answer("bill")
    slots = {"day": Slot("day", "choice", choices=(Choice("am", ("morning",)),))}
    asked = Question(prompt="When?", slot="day")
    assert grammar_for(asked, slots, language="en", today=TODAY).read("morning") == Answer("am")


@pytest.mark.parametrize("slots", [{}, {"drug": Slot("drug", "value")}], ids=["unknown", "value"])
def test_a_slot_nobody_can_be_asked_for_is_our_own_bug(slots: dict[str, Slot]) -> None:
    question = Question(prompt="Which drug?", slot="drug")
    with pytest.raises(MisuseError, match="slot"):
        grammar_for(question, slots, language="en", today=TODAY)


def test_a_language_without_words_is_heard_in_english() -> None:
    listening = listening_for(None, question=None, language="fr-CA", sensitive=False)
    assert "operator" in listening.words
    assert universal_in("operator", "fr-CA") is Universal.OPERATOR
    spanish = listening_for(None, question=None, language="es-MX", sensitive=False)
    assert "operadora" in spanish.words


def test_a_menu_without_choices_still_hears_wishes_and_alarms() -> None:
    grammar = grammar_for(Question(prompt="?"), {}, language="en", today=TODAY)
    listening = listening_for(grammar, question=None, language="en", sensitive=False)
    assert "<answer>" not in listening.jsgf


def test_an_author_cannot_write_jsgf_into_the_recogniser() -> None:
    hostile = Choice("x", ("pay ; public <h> = [ now ] | 24 /7/", "---"))
    grammar = grammar_for(Question(prompt="?", choices=(hostile,)), {}, language="en", today=TODAY)
    listening = listening_for(grammar, question=None, language="en", sensitive=False)
    assert grammar.read("pay public h now twenty four seven") == Answer("x")
    assert listening.jsgf.count("public <") == 1
    assert "24" not in listening.jsgf
