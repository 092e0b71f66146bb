from dataclasses import fields, replace

import pytest

from ivr.dialog.wording import PLACES, Phrases, Wording, mistakes_in
from ivr.errors import MisuseError
from tests.dialog.conversation import phrases, wording

LONGEST = 45  # words; sixteen seconds of speech, and only an emergency's wording comes near it


def texts(language: str) -> list[str]:
    found: list[str] = []
    for part in fields(Phrases):
        value = getattr(phrases(language), part.name)
        found += [value] if isinstance(value, str) else value
    return found


def test_there_is_wording_in_english_and_spanish() -> None:
    assert wording().languages == ("en", "es")


def test_a_language_without_wording_is_spoken_to_in_english() -> None:
    assert wording()("fr") is wording()("en")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_lines_own_words_are_complete(language: str) -> None:
    assert mistakes_in(phrases(language)) == ()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_lines_own_words_are_short(language: str) -> None:
    assert [text for text in texts(language) if len(text.split()) > LONGEST] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_lines_own_words_grow_kinder_three_times(language: str) -> None:
    for ladder in (phrases(language).no_input, phrases(language).no_match):
        assert len(set(ladder)) == 3
        assert "0" in ladder[-1]


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_emergency_names_its_number(language: str) -> None:
    assert "9 1 1" in phrases(language).emergency_medical
    assert "9 8 8" in phrases(language).emergency_crisis


@pytest.mark.parametrize(
    ("language", "operator", "machine"),
    [("en", "operator", "automated"), ("es", "operador", "automático")],
)
def test_help_says_what_is_talking_and_how_to_reach_a_person(
    language: str, operator: str, machine: str
) -> None:
    assert operator in phrases(language).help
    assert machine in phrases(language).help
    assert "0" in phrases(language).help


def test_the_spanish_words_for_someone_who_speaks_it_are_spanish_in_every_language() -> None:
    assert phrases("en").spanish == phrases("es").spanish


@pytest.mark.parametrize("name", sorted(PLACES))
def test_a_text_that_lost_its_place_is_a_mistake(name: str) -> None:
    wrong = replace(phrases(), **{name: "Nothing here."})  # type: ignore[arg-type] # all texts
    assert mistakes_in(wrong) == (f"{name} must hold {_holds(name)}",)


@pytest.mark.parametrize("text", ["{", "a } b", "{name}", "{}"])
def test_a_text_with_braces_that_mean_nothing_is_a_mistake(text: str) -> None:
    assert mistakes_in(replace(phrases(), help=text)) == ("help must hold no braces",)


def test_an_empty_text_or_list_is_a_mistake() -> None:
    wrong = replace(phrases(), help=" ", no_input=(), no_match=("Sorry.", ""))
    assert mistakes_in(wrong) == ("no_input is empty", "no_match is empty", "help is empty")


def test_wording_with_a_mistake_cannot_be_made() -> None:
    with pytest.raises(MisuseError, match="wording es: help is empty"):
        Wording({"en": phrases("en"), "es": replace(phrases("es"), help="")})


def test_wording_without_its_default_cannot_be_made() -> None:
    with pytest.raises(MisuseError, match="default language en"):
        Wording({"es": phrases("es")})


def _holds(name: str) -> str:
    return " and ".join(f"{{{place}}}" for place in PLACES[name])
