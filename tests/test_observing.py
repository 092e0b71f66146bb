"""What is told of a leg's network, when, and how often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.observing import MESSAGES, Measures, Observed
from ivr.story.facts import Fact
from ivr.story.media import Media
from ivr.story.signalling import Message

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def message(second: int = 0) -> Message:
    return Message("", NOON + timedelta(seconds=second), "", outward=True, method="INVITE")


GOOD = Media("", NOON, received=50)


def sample(second: int, media: Media = GOOD) -> Media:
    return replace(media, at=NOON + timedelta(seconds=second))


def observed() -> tuple[Observed, list[Fact]]:
    facts: list[Fact] = []
    leg = Observed()
    leg.observe(call="0123456789ab", role="agent", tell=facts.append)
    return leg, facts


def seconds(facts: list[Fact]) -> list[int]:
    return [round((f.at - NOON).total_seconds()) for f in facts if isinstance(f, Media)]


def test_what_was_before_somebody_asked_is_told_in_order_and_once() -> None:
    leg, first, second = Observed(), list[Fact](), list[Fact]()
    leg.message(message(1))
    leg.measured(sample(2, replace(GOOD, received=50)))
    leg.message(message(3))
    leg.observe(call="0123456789ab", role="caller", tell=first.append)
    leg.observe(call="ba9876543210", role="agent", tell=second.append)
    leg.message(message(4))
    assert [(type(f).__name__, f.call) for f in (*first, *second)] == [
        ("Message", "0123456789ab"),
        ("Message", "0123456789ab"),
        ("Media", "0123456789ab"),
        ("Message", "ba9876543210"),
    ]
    assert isinstance(second[0], Message)
    assert second[0].leg == "agent"


def test_a_leg_that_floods_is_cut() -> None:
    leg, facts = observed()
    for _ in range(MESSAGES * 2):
        leg.message(message())
    assert len(facts) == MESSAGES


def test_a_leg_that_floods_before_anybody_asks_is_cut_too() -> None:
    leg, facts = Observed(), list[Fact]()
    for _ in range(MESSAGES * 2):
        leg.message(message())
    leg.observe(call="0123456789ab", role="caller", tell=facts.append)
    assert len(facts) == MESSAGES


def test_a_stream_that_stays_good_is_told_now_and_then() -> None:
    leg, facts = observed()
    for second in range(12):
        leg.measured(sample(second, replace(GOOD, received=50 * second + 50, sent=50 * second)))
    assert seconds(facts) == [0, 5, 10]


def test_what_gets_worse_is_told_at_once_and_each_doubling_after() -> None:
    leg, facts = observed()
    for second, lost in enumerate((0, 1, 1, 2, 3)):
        leg.measured(sample(second, replace(GOOD, lost=lost)))
    assert seconds(facts) == [0, 1, 3]


def test_jitter_that_comes_and_goes_is_told_once() -> None:
    leg, facts = observed()
    for second, jitter in enumerate((0.0, 0.030, 0.0, 0.030)):
        leg.measured(sample(second, replace(GOOD, jitter=jitter)))
    assert seconds(facts) == [0, 1]


def test_silence_is_told_as_it_grows_and_when_it_ends() -> None:
    leg, facts = observed()
    for second, silent in enumerate((0.0, 1.0, 2.0, 3.0, 0.0)):
        leg.measured(sample(second, replace(GOOD, silent=silent)))
    assert seconds(facts) == [0, 1, 2, 4]


def test_the_first_word_of_the_far_end_is_told() -> None:
    leg, facts = observed()
    leg.measured(sample(0))
    leg.measured(sample(1, replace(GOOD, far_lost=0)))
    assert seconds(facts) == [0, 1]


def test_the_last_sample_is_always_told_but_not_twice() -> None:
    leg, facts = observed()
    leg.measured(sample(0))
    leg.measured(sample(1, replace(GOOD, received=99)), last=True)
    leg.measured(sample(1, replace(GOOD, received=99)), last=True)
    assert seconds(facts) == [0, 1]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 10**4)), min_size=1, max_size=300))
def test_whatever_a_network_does_the_samples_told_are_few(figures: list[tuple[int, float]]) -> None:
    """A steadily worse call costs its logarithm, beside one fact in five seconds."""
    leg, facts = observed()
    for second, (lost, jitter) in enumerate(figures):
        leg.measured(sample(second, replace(GOOD, lost=lost, jitter=jitter)))
    assert len(facts) <= 1 + 20 + 24 + len(figures) // 5


# ---------------------------------------------------------------- streams that follow another

FIRST = replace(GOOD, received=100, lost=3, late=2, sent=110)


def test_one_stream_is_told_as_it_is() -> None:
    measures = Measures()
    assert measures.latest is None
    measures.read(FIRST)
    assert measures.latest == FIRST


def test_a_stream_that_begins_anew_goes_on_counting() -> None:
    measures = Measures()
    measures.read(replace(FIRST, far_lost=4, jitter=0.5))
    measures.read(replace(FIRST, received=10, lost=1, late=0, sent=12, jitter=0.1, codec="PCMA"))
    measures.read(replace(FIRST, received=20, lost=1, late=1, sent=22, jitter=0.2, codec="PCMA"))
    assert measures.latest == replace(
        FIRST, received=120, lost=4, late=3, sent=132, far_lost=4, jitter=0.2, codec="PCMA"
    )


def test_three_streams_add_up() -> None:
    measures = Measures()
    for received in (50, 20, 10):
        measures.read(replace(FIRST, received=received, lost=1, far_lost=2))
    assert measures.latest is not None
    assert (measures.latest.received, measures.latest.lost) == (80, 3)
    assert measures.latest.far_lost == 6
