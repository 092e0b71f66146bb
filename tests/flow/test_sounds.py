import pytest

from ivr.flow.phrases import ALIKE
from ivr.flow.sounds import distance
from tests.flow.judging import around


def between(one: str, other: str) -> float:
    lexicon = around().lexicon
    assert lexicon is not None
    return distance(one, other, lexicon)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("two", "too"), ("refill", "reschedule"), ("refill", "referral"), ("bill", "pill")),
        *(("billing", "building"), ("hours", "ours"), ("fifteen", "fifty"), ("fax", "tax")),
        *(("today", "tuesday"), ("appointment", "apartment"), ("doctor", "daughter")),
    ],
)
def test_what_people_mix_up_is_alike(one: str, other: str) -> None:
    assert between(one, other) == between(other, one) <= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("yes", "no"), ("confirm", "cancel"), ("refill", "appointment"), ("tea", "coffee")),
        *(("billing", "refilling"), ("hours", "directions"), ("north", "south")),
        *(("medicine", "my coverage"), ("insurance", "prescription"), ("message", "call back")),
    ],
)
def test_what_people_tell_apart_is_not(one: str, other: str) -> None:
    assert between(one, other) > ALIKE


def test_words_that_both_have_in_common_count_for_nothing() -> None:
    assert between("check my refill", "check my insurance") == between("refill", "insurance")
    assert between("move it", "move it today") > 1


def test_of_several_pronunciations_the_nearest_counts() -> None:
    sounds = {"read": ("R IY D", "R EH D"), "red": ("R EH D",)}

    class Lexicon:
        def __call__(self, word: str, /) -> tuple[str, ...]:
            return sounds[word]

        def knows(self, word: str, /) -> bool:
            return word in sounds

    assert distance("read", "red", Lexicon()) == 0
