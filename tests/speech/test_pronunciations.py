from pathlib import Path

import pytest

from ivr.speech.pronunciations import Pronunciations, spelt

DICTIONARY = """\
a AH
a(2) EY
operator AA P ER EY T ER
zero Z IH R OW
zero(2) Z IY R OW
zeros Z IH R OW Z
"""


@pytest.fixture
def sounds(tmp_path: Path) -> Pronunciations:
    path = tmp_path / "words.dict"
    path.write_text(DICTIONARY, encoding="utf-8")
    return Pronunciations(path)


def test_all_ways_to_say_a_word_are_found_in_order(sounds: Pronunciations) -> None:
    assert sounds("zero") == ("Z IH R OW", "Z IY R OW")
    assert sounds("a") == ("AH", "EY")
    assert sounds("zeros") == ("Z IH R OW Z",)


def test_words_of_clinics_are_added(sounds: Pronunciations) -> None:
    assert sounds("metformin") == ("M EH T F AO R M IH N",)
    assert sounds.knows("metformin")


def test_an_unknown_word_sounds_as_it_is_spelt(sounds: Pronunciations) -> None:
    assert sounds("zorvalex") == ("Z AO R V AE L EH K S",)
    assert not sounds.knows("zorvalex")


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("phone", "F AA N"),
        ("bright", "B R AY T"),
        ("station", "S T AE SH AH N"),
        ("pepper", "P EH P ER"),
        ("mañana", "M AE N IY AE N AE"),
        ("operación", "AA P ER AE S IH AA N"),
        ("be", "B EH"),
    ],
)
def test_letters_sound_by_rule(word: str, phones: str) -> None:
    assert spelt(word) == (phones,)


def test_what_has_no_letters_has_no_sound() -> None:
    assert spelt("911") == ()
    assert spelt("日本") == ()
