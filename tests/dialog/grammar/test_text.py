import pytest

from ivr.dialog.grammar.text import PhraseBook, cores, fold, segments

NUMBERS = PhraseBook({("twenty",): 20, ("twenty", "three"): 23, ("three",): 3})


def test_the_longest_phrase_comes_first() -> None:
    assert NUMBERS.at(fold("one twenty three four"), 1) == [(3, 23), (2, 20)]


def test_a_phrase_is_not_found_where_the_words_end_before_it() -> None:
    assert NUMBERS.at(fold("one twenty"), 1) == [(2, 20)]


@pytest.mark.parametrize("start", [0, 2])
def test_no_phrase_begins_with_another_word_or_behind_the_last(start: int) -> None:
    assert NUMBERS.at(fold("one twenty"), start) == []


def test_phrases_are_found_anywhere_and_inside_each_other() -> None:
    assert list(NUMBERS.within(fold("I said twenty three"))) == [23, 20, 3]


def test_words_are_cut_into_phrases_and_fillers() -> None:
    assert segments(fold("um twenty three three"), NUMBERS, {"um"}) == [23, 3]
    assert segments(fold("twenty four"), NUMBERS, {"um"}) is None


def test_small_talk_is_taken_away_from_both_ends_the_words_as_they_are_first() -> None:
    found = list(cores(fold("I need my refill please"), "en"))
    assert found[0] == fold("I need my refill please")
    assert ("refill",) in found
    assert len(found) == len(set(found))
    assert list(cores((), "en")) == []


@pytest.mark.parametrize("said", ["Can't", "can\u2019t", "can\u00b4t", "CAN`T", "\uff43an't"])
def test_an_apostrophe_ends_no_word(said: str) -> None:
    assert fold(said) == ("cant",)
