import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.grammar.base import Answer, KeysComplete, KeysPartial, KeysWrong
from ivr.dialog.grammar.phone import Phone

PHONE = Phone("en")
NUMBER = "2025550143"

numbers = st.from_regex(r"\A[2-9][0-9]{2}[2-9][0-9]{6}\Z")


@pytest.mark.parametrize(
    "said",
    [
        "two oh two five five five oh one four three",
        "two zero two, five five five, zero one four three",
        "one two oh two five five five oh one four three",
        "my number is area code two oh two triple five oh one forty three",
        "two oh two five fifty five oh one forty three",
        "it's (202) 555-0143",
        "+1 202 555 0143",
    ],
)
def test_a_number_is_understood_however_it_is_said(said: str) -> None:
    assert PHONE.read(said) == Answer(NUMBER)


@pytest.mark.parametrize(
    "said",
    [
        "five five five oh one four three",
        "two oh two five five five oh one four three nine",
        "one oh two five five five oh one four three",
        "two oh two one five five oh one four three",
        "",
    ],
)
def test_what_nobody_can_ring_is_no_number(said: str) -> None:
    assert PHONE.read(said) is None


@given(numbers)
def test_a_number_is_read_as_it_is_read_back(number: str) -> None:
    for language in ("en", "es"):
        grammar = Phone(language)
        assert grammar.read(grammar.read_back(number)) == Answer(number)


@given(numbers, st.sampled_from(["", "1"]))
def test_keys_are_complete_at_the_last_and_never_wrong_before(number: str, lead: str) -> None:
    keys = lead + number
    for size in range(len(keys)):
        assert PHONE.read_keys(keys[:size]) == KeysPartial()
    assert PHONE.read_keys(keys) == KeysComplete(number)
    assert PHONE.read_keys(keys + "1") == KeysWrong()


@pytest.mark.parametrize("keys", ["0", "10", "11", "2021", "202#", "٢"])
def test_keys_no_number_begins_with_are_wrong(keys: str) -> None:
    assert PHONE.read_keys(keys) == KeysWrong()


def test_it_is_read_back_in_three_groups() -> None:
    assert PHONE.read_back(NUMBER) == "two zero two, five five five, zero one four three"
    assert "ten digits" in PHONE.key_prompt()
    assert "diez dígitos" in Phone("es").key_prompt()
