import pytest

from ivr.dialog.grammar.numbers import DIGITS
from ivr.dialog.tripwire import alarm_in
from ivr.dialog.universals import PHRASES, Universal, reserved_phrases, universal_in

CASES = [
    (language, phrase, universal)
    for language, groups in PHRASES.items()
    for universal, phrases in groups.items()
    for phrase in phrases
]


@pytest.mark.parametrize(("language", "phrase", "universal"), CASES)
def test_each_phrase_is_its_universal_alone_and_asked_politely(
    language: str, phrase: str, universal: Universal
) -> None:
    polite = {"en": "um {} please", "es": "eh {} por favor"}[language].format(phrase)
    assert universal_in(phrase, language) is universal
    assert universal_in(polite.upper(), language) is universal


@pytest.mark.parametrize("language", PHRASES)
def test_no_phrase_has_two_meanings_and_none_is_an_alarm(language: str) -> None:
    phrases = [phrase for group in PHRASES[language].values() for phrase in group]
    assert len(phrases) == len(set(phrases))
    assert set(PHRASES[language]) == set(Universal)
    assert reserved_phrases(language) == frozenset(phrases)
    assert not [phrase for phrase in phrases if alarm_in(phrase, language)]


@pytest.mark.parametrize(
    "said",
    [
        "I want to speak to someone",
        "can I talk to a person please",
        "let me talk to a human",
        "Operator!",
        "I said operator, operator",
        "just give me a real person for heaven's sake",
        "could you get me a representative right now",
        "no no no agent",
        "oh agent",
        "oh for heaven's sake operator",
        "I have one question for the operator",
        "four three operator",
    ],
)
def test_a_person_is_one_word_away(said: str) -> None:
    assert universal_in(said, "en") is Universal.OPERATOR


@pytest.mark.parametrize(
    "said",
    [
        "",
        "um please",
        "one two agent four",
        "refill",
        "repeat prescription",
        "I spoke to someone yesterday about the bill",
        "the person before me helped",
        "my son is a human resources manager",
        "inoperative agents",
    ],
)
def test_what_only_resembles_a_wish_is_none(said: str) -> None:
    assert universal_in(said, "en") is None


@pytest.mark.parametrize("language", PHRASES)
def test_no_universal_is_a_single_digit_or_a_part_of_a_number(language: str) -> None:
    assert not reserved_phrases(language) & set(DIGITS[language])


def test_spanish_is_understood_on_an_english_line_and_an_operator_on_a_spanish_one() -> None:
    assert universal_in("español por favor", "en") is Universal.SPANISH
    assert universal_in("en español", "en") is Universal.SPANISH
    assert universal_in("operator", "es") is Universal.OPERATOR
    assert universal_in("quiero hablar con una persona", "es-MX") is Universal.OPERATOR
