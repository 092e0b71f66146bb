from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.grammar.base import Grammar
from ivr.dialog.grammar.build import grammar_for
from ivr.dialog.keypad import (
    KEYS,
    MOST_KEYS,
    Entered,
    Entry,
    Gathering,
    Keypad,
    Misdialled,
    Nothing,
    ZeroAlone,
)
from ivr.flow.model import Question, Slot
from tests.dialog.conversation import TODAY


def digits(shortest: int, longest: int) -> Grammar:
    slot = Slot("pin", "digits", length=(shortest, longest))
    question = Question("Your number?", slot="pin")
    return grammar_for(question, {"pin": slot}, language="en", today=TODAY)


def press(pad: Keypad, keys: str, grammar: Grammar) -> Entry:
    entry: Entry = Nothing()
    for key in keys:
        entry = pad.press(key, grammar, term_key="#", many=True)
    return entry


def test_keys_gather_until_they_are_complete() -> None:
    pad = Keypad()
    assert press(pad, "123", digits(4, 4)) == Gathering()
    assert press(pad, "4", digits(4, 4)) == Entered("1234")
    assert pad.keys == ""


def test_keys_of_open_length_are_ended_by_the_termination_key() -> None:
    assert press(Keypad(), "123#", digits(2, 4)) == Entered("123")


def test_keys_of_open_length_are_ended_by_a_pause() -> None:
    pad = Keypad()
    press(pad, "123", digits(2, 4))
    assert pad.finish() == Entered("123")


def test_too_few_keys_are_misdialled() -> None:
    assert press(Keypad(), "12#", digits(4, 4)) == Misdialled()


def test_keys_that_cannot_become_an_answer_run_out() -> None:
    pad = Keypad()
    assert press(pad, "12*3", digits(4, 4)) == Gathering()
    assert pad.finish() == Misdialled()


def test_one_zero_alone_is_a_wish() -> None:
    pad = Keypad()
    press(pad, "0", digits(4, 4))
    assert pad.finish() == ZeroAlone()


def test_one_zero_that_is_an_answer_is_the_answer() -> None:
    pad = Keypad()
    press(pad, "0", digits(1, 4))
    assert pad.finish() == Entered("0")


@given(st.text(alphabet=sorted(KEYS), max_size=100))
def test_any_keys_come_to_an_end(keys: str) -> None:
    pad = Keypad()
    press(pad, keys, digits(2, 6))
    assert len(pad.keys) <= MOST_KEYS
    assert isinstance(pad.finish(), Entered | Misdialled | ZeroAlone)
    assert pad.keys == ""


@given(st.lists(st.sampled_from(sorted(KEYS)), max_size=100))
def test_keys_kept_ahead_come_back_in_order_and_are_bounded(keys: list[str]) -> None:
    pad = Keypad()
    for key in keys:
        pad.keep(key)
    kept = []
    while pad.waiting_ahead:
        kept.append(pad.take_ahead())
    assert kept == keys[:MOST_KEYS]
