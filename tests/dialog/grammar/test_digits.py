import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.grammar.base import (
    Answer,
    KeysComplete,
    KeysPartial,
    KeysPossible,
    KeysWrong,
)
from ivr.dialog.grammar.digits import Digits
from tests.dialog.grammar.sentences import Language

SEVEN = Digits(7, 7, "en")
OPEN = Digits(6, 9, "en")


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("one two three four five six seven", "1234567"),
        ("five five five, oh one oh two", "5550102"),
        ("it's five five five zero one zero two", "5550102"),
        ("um my number is triple five oh one oh two", "5550102"),
        ("triple five double oh one two", "5550012"),
        ("fifty five fifty one twenty one oh", "5551210"),
        ("seventy two fourteen oh three nine", "7214039"),
        ("five five five four thousand", "5554000"),
        ("eight hundred five five five five", "8005555"),
        ("seven um three three dash five one two nine", "7335129"),
        ("7 3 3 5129", "7335129"),
        ("twenty three four five six seven eight", "2345678"),
        ("twenty three four five six seven", "2034567"),
    ],
)
def test_a_seven_digit_number_is_understood(said: str, digits: str) -> None:
    assert SEVEN.read(said) == Answer(digits)


@pytest.mark.parametrize(
    "said",
    [
        "one two three",
        "one two three four five six seven eight",
        "one two three four five six billing",
        "one two three four twenty",
        "one two three four nineteen",
        "twenty three twenty three twenty three",
        "double",
        "um",
        "",
    ],
)
def test_a_number_of_the_wrong_length_is_not_guessed(said: str) -> None:
    assert SEVEN.read(said) is None


@given(st.text(alphabet="0123456789", min_size=6, max_size=9))
def test_digits_are_read_as_they_are_read_back(digits: str) -> None:
    for language in ("en", "es"):
        grammar = Digits(6, 9, language)
        assert grammar.read(grammar.read_back(digits)) == Answer(digits)


@given(st.text(alphabet="0123456789", max_size=12))
def test_the_beginning_of_a_possible_number_is_never_wrong(keys: str) -> None:
    match OPEN.read_keys(keys):
        case KeysWrong():
            assert len(keys) > 9
        case KeysPartial():
            assert len(keys) < 6
        case KeysPossible(value):
            assert value == keys
            assert 6 <= len(keys) < 9
        case KeysComplete(value):
            assert value == keys
            assert len(keys) == 9


@pytest.mark.parametrize("shortest", range(1, 6))
@pytest.mark.parametrize("more", range(5))
def test_numbers_of_every_length_asked_for_are_heard_and_no_others(
    shortest: int, more: int
) -> None:
    longest = shortest + more
    grammar, chance = Digits(shortest, longest, "en"), random.Random(shortest)
    sentences = Language({"<g>": grammar.rule()})
    heard = [grammar.read(sentences.sentence(chance)) for _ in range(150)]
    lengths = {len(str(answer.value)) for answer in heard if answer}
    assert None not in heard
    assert lengths == set(range(shortest, longest + 1))


@pytest.mark.parametrize("keys", ["12*", "12#", "1a", "١٢", "1 2"])
def test_other_keys_are_wrong(keys: str) -> None:
    assert SEVEN.read_keys(keys) == KeysWrong()


@pytest.mark.parametrize(
    ("digits", "spoken"),
    [
        ("1234", "one two three four"),
        ("90210", "nine zero two, one zero"),
        ("5550102", "five five five, zero one zero two"),
        ("12345678", "one two three, four five six, seven eight"),
    ],
)
def test_digits_are_read_back_in_groups(digits: str, spoken: str) -> None:
    assert OPEN.read_back(digits) == spoken


def test_keys_are_asked_for_in_a_sentence() -> None:
    assert SEVEN.key_prompt() == "Please key in the seven digits."
    assert OPEN.key_prompt() == "Please key in the six to nine digits, then press pound."
    assert Digits(7, 7, "es").key_prompt() == "Por favor marque los siete dígitos."


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("cinco cinco cinco cero uno cero dos", "5550102"),
        ("cinco cincuenta y cinco doble cero veintitrés", "5550023"),
    ],
)
def test_spanish_digits_are_understood(said: str, digits: str) -> None:
    assert Digits(7, 7, "es").read(said) == Answer(digits)
