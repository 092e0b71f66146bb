import pytest

from ivr.flow.reading import reading_level, seconds_to_say, syllables


@pytest.mark.parametrize(
    ("word", "number"),
    [
        *(("the", 1), ("code", 1), ("used", 1), ("closes", 2), ("table", 2), ("needed", 2)),
        *(("refill", 2), ("insurance", 3), ("appointment", 3), ("prescription", 3), ("7", 1)),
    ],
)
def test_syllables_are_counted_by_the_letters(word: str, number: int) -> None:
    assert syllables(word) == number


def test_a_slot_takes_as_long_as_three_words() -> None:
    assert seconds_to_say("Your {drug} is ready.", words_a_minute=60) == 6
    assert seconds_to_say("") == 0


def test_the_level_is_that_of_flesch_and_kincaid() -> None:
    easy = reading_level("The cat sat on the mat. The dog ran to the door.")
    assert easy == 0.0  # 0.39 x 6 + 11.8 x 1 - 15.59 is below the first grade
    text = "Please remember to bring your insurance card to your next visit."
    assert reading_level(text) == pytest.approx(0.39 * 11 + 11.8 * 16 / 11 - 15.59)


def test_a_short_text_has_no_level() -> None:
    assert reading_level("Prescription medication authorization.") is None


def test_what_a_slot_says_is_not_counted() -> None:
    plain = "We will call you when it is ready for you to fetch."
    assert reading_level(plain.replace("it", "{medication}")) is not None
    assert reading_level("{a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k}") is None
