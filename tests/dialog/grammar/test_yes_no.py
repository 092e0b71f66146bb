import pytest

from ivr.dialog.grammar.base import Answer, KeysComplete, KeysPartial, KeysWrong
from ivr.dialog.grammar.text import listed
from ivr.dialog.grammar.yes_no import YesNo

ENGLISH = YesNo("en")


@pytest.mark.parametrize(
    "said",
    listed(
        "yes|yeah|yep|yup|correct|that's right|that's correct|right|sure|of course|uh huh"
        "|I think so|yes yes|yeah, sure|um yes please|well yes|Yes.|yes it is|oh yes that's right"
        "|okay|it is|yes thank you"
    ),
)
def test_yes_is_understood(said: str) -> None:
    assert ENGLISH.read(said) == Answer(value=True)


@pytest.mark.parametrize(
    "said",
    listed(
        "no|nope|nah|not really|that's wrong|incorrect|I don't think so|no, that's wrong|no no no"
        "|um no|no thank you|that is not correct|well no not really|it\u2019s not|no please"
    ),
)
def test_no_is_understood(said: str) -> None:
    assert ENGLISH.read(said) == Answer(value=False)


@pytest.mark.parametrize(
    "said", ["yes no", "yeah nope", "no that's right", "maybe", "yes billing", "um", "please", ""]
)
def test_what_is_neither_is_not_guessed(said: str) -> None:
    assert ENGLISH.read(said) is None


@pytest.mark.parametrize(
    ("said", "value"),
    [("sí", True), ("si por favor", True), ("claro que sí", True), ("no gracias", False)],
)
def test_spanish_is_understood_with_and_without_accents(said: str, value: bool) -> None:  # noqa: FBT001 - the expected answer
    assert YesNo("es-US").read(said) == Answer(value)


def test_one_is_yes_and_two_is_no() -> None:
    assert ENGLISH.read_keys("1") == KeysComplete(value=True)
    assert ENGLISH.read_keys("2") == KeysComplete(value=False)
    assert ENGLISH.read_keys("") == KeysPartial()
    assert ENGLISH.read_keys("3") == ENGLISH.read_keys("11") == KeysWrong()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_answer_is_read_back_as_it_is_read(language: str) -> None:
    grammar = YesNo(language)
    for value in (True, False):
        assert grammar.read(grammar.read_back(value)) == Answer(value)


def test_the_keys_are_named() -> None:
    assert ENGLISH.key_prompt() == "For yes, press one. For no, press two."
    assert YesNo("es").key_prompt() == "Para sí, oprima uno. Para no, oprima dos."
