"""Which facts are kept, and which go when there is room for few."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr.records.choosing import CALLS, MESSAGES, SAMPLES, WORSE, Backlog, Choosing, Entry, Kept
from ivr.story.facts import Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from tests.records.stories import CALL, FULL_TURN, NINE, at, call

GOOD = Media(CALL, NINE, received=100, jitter=0.002, round_trip=0.01)


def kept(samples: list[Media]) -> list[Media]:
    """What stands in the table in the end, the last sample first."""
    choosing = Choosing()
    found: dict[int, Kept] = {}
    for sample in samples:
        found |= {entry.number: entry.fact for entry in choosing.entries(sample)}
    return [fact for _, fact in sorted(found.items()) if isinstance(fact, Media)]


def test_of_an_even_leg_the_last_sample_is_kept() -> None:
    samples = [replace(GOOD, at=at(n), received=n, jitter=0.002 + n / 1e6) for n in range(50)]
    assert kept(samples) == [samples[-1]]


def test_a_sample_that_is_worse_than_all_before_is_kept_beside_the_last() -> None:
    jitters = (0.002, 0.040, 0.030, 0.060, 0.061, 0.002)
    samples = [replace(GOOD, at=at(n), jitter=jitter) for n, jitter in enumerate(jitters)]
    assert kept(samples) == [samples[-1], samples[1], samples[3]]


def test_loss_is_that_since_the_sample_before() -> None:
    lost = (0, 0, 50, 51, 52, 152)
    samples = [replace(GOOD, at=at(n), lost=count) for n, count in enumerate(lost)]
    assert kept(samples) == [samples[-1], samples[2], samples[5]]


def test_legs_are_apart() -> None:
    choosing = Choosing()
    for leg in ("caller", "agent"):
        choosing.entries(replace(GOOD, leg=leg))
    bad = replace(GOOD, leg="agent", silent=9.0)
    assert [entry.key for entry in choosing.entries(bad)] == [
        ("media", CALL, "agent", "0"),
        ("media", CALL, "agent", "1"),
    ]


@given(st.lists(st.floats(0, 1e6), max_size=200))
def test_a_leg_that_gets_worse_for_ever_has_a_bounded_number_of_samples(found: list[float]) -> None:
    worse = [WORSE**n for n in range(3, 90)]
    samples = [replace(GOOD, jitter=jitter) for jitter in (*found, *worse)]
    assert len(kept(samples)) <= SAMPLES + 1


def test_a_ladder_of_messages_is_kept_up_to_a_bound() -> None:
    choosing = Choosing()
    message = Message(CALL, NINE, "caller", outward=True, method="INVITE")
    entries = [entry for _ in range(MESSAGES + 50) for entry in choosing.entries(message)]
    assert len({entry.key for entry in entries}) == MESSAGES
    assert choosing.entries(replace(message, call="0badcafe"))


def test_what_is_remembered_of_calls_is_bounded() -> None:
    choosing = Choosing()
    for number in range(CALLS + 100):
        choosing.entries(replace(GOOD, call=f"{number:08x}"))
    assert len(choosing._calls) == CALLS


def test_a_glimpse_is_never_kept() -> None:
    assert Choosing().entries(Glimpse(CALL, NINE, NINE)) == ()


def test_steps_at_the_same_moment_are_all_kept_in_order() -> None:
    choosing = Choosing()
    step = Step(CALL, NINE, Happened.RANG)
    numbers = [entry.number for _ in range(3) for entry in choosing.entries(step)]
    assert numbers == sorted(set(numbers))


# ---------------------------------------------------------------- room


def entries(ranks: list[int]) -> list[Entry]:
    facts = (call(1), FULL_TURN, GOOD)
    return [Entry(rank, ("x", str(n)), facts[rank]) for n, rank in enumerate(ranks)]


@given(st.lists(st.integers(0, 2), max_size=60), st.integers(1, 20))
def test_rows_go_last_and_what_goes_is_counted(ranks: list[int], most: int) -> None:
    backlog, told = Backlog(most), entries(ranks)
    for entry in told:
        backlog.put(entry)
    left = backlog.first(1000)
    assert len(left) == len(backlog) == min(len(told), most)
    assert backlog.lost == len(told) - len(left)
    assert backlog.lost_rows == ranks.count(0) - backlog.rows
    assert [entry.rank for entry in left] == sorted(entry.rank for entry in left)
    assert backlog.rows == min(ranks.count(0), most)


def test_what_was_replaced_meanwhile_is_not_done() -> None:
    backlog = Backlog(10)
    old, new = Entry(0, ("calls", CALL), call(1)), Entry(0, ("calls", CALL), call(2))
    backlog.put(old)
    part = backlog.first(5)
    backlog.put(new)
    backlog.done(part)
    assert backlog.first(5) == (new,)
