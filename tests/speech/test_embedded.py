from collections.abc import Callable

import pytest

from ivr.speech.embedded import TwoOpinions, weighed
from ivr.speech.engines import Reading
from ivr.speech.shipped import TINY
from ivr.speech.vosk_ import VoskEngine

DIGITS_ARE_TAKEN_FROM = 0.85  # `ivr.dialog.confidence`
KNOWN = frozenset(["zero", "oh", "one", "two", "five", "nine", "operator"])


def weigh(first: Reading | None, second: Reading | None) -> tuple[Reading, ...]:
    return weighed(first, second, knows=KNOWN.__contains__)


def test_agreement_makes_surer() -> None:
    (reading,) = weigh(Reading("one two", 0.7), Reading("one two", 0.4))
    assert reading.confidence > DIGITS_ARE_TAKEN_FROM


def test_oh_and_zero_agree_and_the_first_opinion_gives_the_words() -> None:
    (reading,) = weigh(Reading("one oh", 0.7), Reading("one zero", 0.9))
    assert reading.text == "one oh"


def test_however_sure_one_is_disagreement_never_takes_a_number() -> None:
    for sure in (0.2, 0.7, 1.0):
        for other in (0.2, 0.7, 1.0):
            readings = weigh(Reading("five", sure), Reading("nine", other))
            assert {reading.text for reading in readings} == {"five", "nine"}
            assert all(reading.confidence < DIGITS_ARE_TAKEN_FROM for reading in readings)


def test_a_second_opinion_that_heard_nothing_disagrees() -> None:
    (reading,) = weigh(Reading("five", 1.0), None)
    assert reading.confidence < DIGITS_ARE_TAKEN_FROM


def test_a_sure_second_opinion_goes_before_an_unsure_first() -> None:
    readings = weigh(Reading("won't wake up", 0.1), Reading("operator", 1.0))
    assert [reading.text for reading in readings] == ["operator", "won't wake up"]
    assert readings[0].confidence < 0.6


def test_words_the_second_lacks_are_the_firsts_to_judge() -> None:
    (reading,) = weigh(Reading("go back", 0.8), Reading("one", 0.7))
    assert reading == Reading("go back", 0.8)


def test_words_the_second_lacks_hide_no_contradiction_in_those_it_knows() -> None:
    first = Reading("zero ten five two", 0.9)
    (reading,) = weigh(first, Reading("zero nine five", 0.6))
    assert reading.text == first.text
    assert reading.confidence < DIGITS_ARE_TAKEN_FROM
    for in_line in (Reading("oh five two", 0.6), Reading("five", 0.9), Reading("nine", 0.1), None):
        assert weigh(first, in_line) == (first,)


class Decoded:
    """A decoding that is over."""

    def __init__(self, *readings: Reading) -> None:
        self.readings = readings

    def feed(self, _pcm: bytes, /) -> str:
        return ""

    def pause(self, _wanted: Callable[[], bool], /) -> None:
        pass

    def so_far(self, _wanted: Callable[[], bool], /) -> tuple[Reading, ...]:
        return self.readings

    def finish(self) -> tuple[Reading, ...]:
        return self.readings


@pytest.fixture(scope="module")
def tiny() -> VoskEngine:
    return VoskEngine(TINY)


def test_in_a_pause_only_what_nothing_speaks_against_is_told(tiny: VoskEngine) -> None:
    wish = Reading("say that again", 0.87)
    for second, told in ((Reading("six five", 0.8), ()), (Reading("six five", 0.1), (wish,))):
        both = TwoOpinions(Decoded(wish), Decoded(second), tiny)
        assert both.so_far(lambda: True) == told
        assert both.finish() == (wish,)
    assert TwoOpinions(Decoded(wish), Decoded(), tiny).so_far(lambda: False) == ()


def test_what_the_first_did_not_hear_was_not_said() -> None:
    assert weigh(None, Reading("operator", 1.0)) == ()
