"""Finding expected words among heard ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.caller.matching import Place, contradicted, find, words_of

few_words = st.lists(
    st.sampled_from(["one", "two", "three", "four", "five", "six"]), max_size=8
).map(tuple)


def test_numbers_and_their_words_are_the_same() -> None:
    assert words_of("Press 1, or 22.") == words_of("press one or twenty two")
    assert words_of("dial 911") == words_of("dial nine one one")
    assert words_of("0303") == words_of("zero three zero three")


def test_case_and_punctuation_do_not_count_but_apostrophes_do() -> None:
    assert words_of("Sorry \u2013 I didn\u2019t GET that!") == (
        "sorry",
        "i",
        "didn't",
        "get",
        "that",
    )
    assert words_of("?!") == ()


@pytest.mark.parametrize(
    ("expected", "heard", "share", "place"),
    [
        ("is ready", "your refill is ready now", 1.0, Place(2, 4)),
        ("is ready", "your refill is not ready", 1.0, None),
        ("is ready", "your refill is not ready", 0.7, None),
        ("is ready", "your refill is read", 0.7, None),
        ("how can i help you", "now how can i held you", 0.7, Place(1, 6)),
        ("the insurance is active", "your insurances is active", 0.7, Place(1, 4)),
        ("seven digit prescription number", "seven the digit number", 0.7, Place(0, 4)),
        ("seven digit prescription number", "seven the number", 0.7, None),
        ("seven digit prescription number", "seven digit prescription um number", 0.7, Place(0, 5)),
        ("your refill is ready", "your refill is not ready", 0.7, None),
        ("your refill is ready", "your refill isn't ready", 0.7, None),
        ("your refill is ready", "your refill is not there", 0.7, None),
        ("I didn't hear you", "i hear you", 0.7, None),
        ("I didn't hear you", "i didn't hear it", 0.7, Place(0, 3)),
        ("your insurance is active", "the insurance on file is active", 0.7, None),
        ("operator", "say operator", 0.7, Place(1, 2)),
        ("operator", "", 0.7, None),
        ("", "anything", 0.7, None),
    ],
)
def test_enough_of_the_words_in_order_suffice(
    expected: str, heard: str, share: float, place: Place | None
) -> None:
    assert find(words_of(expected), words_of(heard), share=share) == place


@pytest.mark.parametrize(
    ("heard", "is_contrary"),
    [
        ("your refill is not ready", True),
        ("your refill is ready", False),
        ("not today your refill is ready", False),
        ("i do not know", False),
    ],
)
def test_what_says_the_contrary_is_told(heard: str, is_contrary: bool) -> None:  # noqa: FBT001 - a parameter of the table
    wanted = words_of("your refill is ready")
    assert contradicted(wanted, words_of(heard), share=0.7) is is_contrary


@given(before=few_words, expected=few_words, after=few_words, share=st.floats(0.5, 1.0))
def test_what_was_said_word_for_word_is_always_found(
    before: tuple[str, ...], expected: tuple[str, ...], after: tuple[str, ...], share: float
) -> None:
    place = find(expected, before + expected + after, share=share)
    assert (place is None) == (not expected)
    assert place is None or 0 <= place.start < place.end <= len(before + expected + after)


@given(heard=few_words, share=st.floats(0.01, 1.0))
def test_what_was_not_said_at_all_is_never_found(heard: tuple[str, ...], share: float) -> None:
    assert find(("never", "ever"), heard, share=share) is None
