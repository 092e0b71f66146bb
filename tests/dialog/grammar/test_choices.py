import pytest

from ivr.dialog.grammar.base import Answer, KeysComplete, KeysPartial, KeysWrong
from ivr.dialog.grammar.choices import Choices
from ivr.flow.model import Choice
from tests.dialog.grammar.cases import MENU, MENU_ES

GRAMMAR = Choices(MENU, "en")
KEYLESS = Choices((Choice("am", ("morning",)), Choice("pm", ("afternoon",))), "en")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("refill", "refill"),
        ("Refill, please.", "refill"),
        ("um I'd like to refill a prescription please", "refill"),
        ("can I confirm my appointment", "appointment"),
        ("yes the insurance", "insurance"),
        ("I'm calling about my prescription", "refill"),
        ("hi there it's about my insurance coverage for my son", "insurance"),
        ("about my prescription drugs", "refill"),
        ("number two", "appointment"),
        ("option one please", "refill"),
        ("three", "insurance"),
        ("the first one", "refill"),
        ("the third option", "insurance"),
    ],
)
def test_a_choice_is_understood(said: str, name: str) -> None:
    assert GRAMMAR.read(said) == Answer(name)


@pytest.mark.parametrize(
    "said",
    [
        "refill or insurance",
        "I don't want a refill",
        "not insurance",
        "four",
        "the fourth one",
        "refilling",
        "pizza",
        "",
    ],
)
def test_what_is_unclear_is_not_guessed(said: str) -> None:
    assert GRAMMAR.read(said) is None


def test_a_longer_phrase_hides_the_shorter_one_in_it() -> None:
    grammar = Choices((Choice("a", ("bill",)), Choice("b", ("hospital bill",))), "en")
    assert grammar.read("well about that hospital bill of mine") == Answer("b")


def test_a_phrase_of_the_author_goes_before_a_number() -> None:
    grammar = Choices((Choice("a", ("two",), "1"), Choice("b", ("other",), "2")), "en")
    assert grammar.read("two") == Answer("a")


@pytest.mark.parametrize(
    ("said", "name"),
    [("yep", "more"), ("yes please", "more"), ("not really", "done"), ("no thanks", "done")],
)
def test_an_author_who_writes_yes_and_no_means_all_ways_to_say_them(said: str, name: str) -> None:
    grammar = Choices((Choice("more", ("yes",)), Choice("done", ("no", "goodbye"))), "en")
    assert grammar.read(said) == Answer(name)
    assert "yep" in grammar.words()


def test_a_phrase_of_the_author_goes_before_a_way_to_say_yes() -> None:
    grammar = Choices((Choice("a", ("yes",)), Choice("b", ("right", "left"))), "en")
    assert grammar.read("right") == Answer("b")
    assert grammar.read("yes I want to go right") == Answer("b")


def test_keys_are_those_of_the_author() -> None:
    assert GRAMMAR.read_keys("2") == KeysComplete("appointment")
    assert GRAMMAR.read_keys("") == KeysPartial()
    assert GRAMMAR.read_keys("9") == GRAMMAR.read_keys("22") == KeysWrong()


def test_without_keys_of_the_author_positions_are_keys() -> None:
    assert KEYLESS.read_keys("2") == KeysComplete("pm")
    assert KEYLESS.read("number one") == Answer("am")
    assert KEYLESS.key_prompt() == "For morning, press one. For afternoon, press two."


def test_the_first_phrase_is_read_back() -> None:
    assert GRAMMAR.read_back("appointment") == "appointment"
    assert GRAMMAR.read_back("next_week") == "next week"
    assert GRAMMAR.key_prompt() == (
        "For refill, press one. For appointment, press two. For insurance, press three."
    )


@pytest.mark.parametrize(
    ("says", "language", "spelled"),
    [
        ("I don\u2019t know", "en", "i don't know"),
        ("Caf\u00e9 \u2014 R\u00e9sum\u00e9!", "en", "cafe resume"),
        ("Ma\u00f1ana; s\u00ed", "es", "ma\u00f1ana s\u00ed"),
    ],
)
def test_phrases_are_spelled_as_a_dictionary_spells(says: str, language: str, spelled: str) -> None:
    grammar = Choices((Choice("x", (says,)),), language)
    assert grammar.phrases()[0] == spelled
    assert grammar.read(says) == grammar.read(spelled) == Answer("x")


def test_figures_in_a_phrase_are_heard_as_words() -> None:
    grammar = Choices((Choice("urgent", ("24 hour line",)), Choice("other", ("other",))), "en")
    assert "twenty four hour line" in grammar.phrases()
    assert grammar.read("the twenty four hour line") == Answer("urgent")
    assert grammar.read("24 hour line") == Answer("urgent")


def test_a_choice_by_key_alone_needs_no_phrase() -> None:
    grammar = Choices((Choice("done", (), "#"),), "en")
    assert grammar.read_keys("#") == KeysComplete("done")
    assert grammar.key_prompt() == "For done, press pound."
    assert grammar.read("done") is None


@pytest.mark.parametrize("said", ["cita", "quisiera confirmar mi cita por favor", "la segunda"])
def test_spanish_is_understood(said: str) -> None:
    assert Choices(MENU_ES, "es").read(said) == Answer("appointment")
