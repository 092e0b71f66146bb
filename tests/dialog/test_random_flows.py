"""Any caller in any flow that passes the check, whatever breaks: a person, or a spoken end."""

from functools import cache
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialog.actions import HandOff
from ivr.dialog.dialog import Dialog
from ivr.dialog.guide import MOST_TURNS
from ivr.flow.compiler import compile_book
from ivr.flow.escape import escape_proof
from ivr.flow.machine import FlowBook
from ivr.flow.model import Record
from ivr.ports import OperationResult
from ivr.terminal import Late, Rehearsal, Senses
from tests.dialog.conversation import TODAY, wording
from tests.flow.random_texts import OPERATIONS, WORDS, book

STEPS = 4 * MOST_TURNS  # a caller may act more than once in a turn
SAYINGS = (
    *WORDS,
    "",
    "mumble",
    "yes",
    "no",
    "one two",
    "two one two five five five zero one four two",
)
WISHES = ("help", "repeat that", "slower", "go back", "start over", "message")
SEEDS = st.integers(0, 2**32)


@cache
def line(seed: int) -> FlowBook:
    """Compile the flows of *seed*; that they are well-formed is a promise of their author."""
    return compile_book(book(seed), OPERATIONS, start="main", queues={"front_desk"})


class Clinic:
    """Answers as it likes, late, wrongly, or not at all."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw

    def __call__(self, operation: str, _arguments: object) -> OperationResult | Late:
        outcomes = (*OPERATIONS[operation].outcomes, "unavailable", "nonsense")
        values = {"hours": "nine to five"} if self._draw.random() < 0.7 else {}
        result = OperationResult(self._draw.choice(outcomes), values)
        return Late(result, self._draw.uniform(0, 40)) if self._draw.random() < 0.2 else result


def call(seed: int, draw: Random, *, impatient: bool) -> tuple[Rehearsal, Senses]:
    senses = Senses()
    dialog = Dialog(line(seed), wording(), start="main", today=TODAY)
    return Rehearsal(dialog, Clinic(draw), senses=senses, impatient=impatient), senses


def act(caller: Rehearsal, senses: Senses, draw: Random) -> None:
    """Do anything but ask for a person."""
    match draw.randrange(10):
        case 0:
            senses.deaf = not senses.deaf
        case 1:
            senses.mute = not senses.mute
        case 2 | 3:
            caller.wait()
        case 4 | 5:
            caller.press("".join(draw.choice("123456789*#") for _ in range(draw.randint(1, 4))))
        case 6:
            caller.say(draw.choice(WISHES))
        case _:
            caller.say(draw.choice(SAYINGS), confidence=draw.choice((0.3, 0.6, 1.0)))


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_random_flows_are_well_formed_and_every_state_is_near_a_person(seed: int) -> None:
    assert all(way.holds for way in escape_proof(line(seed)))


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, luck=SEEDS, impatient=st.booleans())
def test_a_call_comes_to_a_person_or_a_spoken_end(seed: int, luck: int, *, impatient: bool) -> None:
    draw = Random(luck)
    caller, senses = call(seed, draw, impatient=impatient)
    for _ in range(STEPS):
        if caller.ending is None:
            act(caller, senses, draw)
    assert caller.ending is not None
    assert isinstance(caller.ending, HandOff) or caller.said or senses.mute


@settings(max_examples=150, deadline=None)
@given(SEEDS, SEEDS, st.integers(0, 20))
def test_key_zero_gets_a_person_wherever_the_caller_is_and_whatever_broke(
    seed: int, luck: int, steps: int
) -> None:
    caller = somewhere(seed, Random(luck), steps=steps)
    if caller.ending is None:
        # The star clears what was keyed, so that 0 is no digit; a message ends with any key.
        caller.press("0" if recording(seed, caller) else "*0")
        caller.wait()
        assert isinstance(caller.ending, HandOff)


@settings(max_examples=150, deadline=None)
@given(SEEDS, SEEDS, st.integers(0, 20), st.sampled_from(["operator", "i have chest pain"]))
def test_a_word_gets_a_person_wherever_the_line_hears(
    seed: int, luck: int, steps: int, word: str
) -> None:
    caller = somewhere(seed, Random(luck), steps=steps, deaf=False)
    if caller.ending is None and not recording(seed, caller):  # there it would be a message
        caller.say(word)
        assert isinstance(caller.ending, HandOff)


def somewhere(seed: int, draw: Random, *, steps: int, deaf: bool = True) -> Rehearsal:
    """Let a caller come as far as *steps* take them; *deaf*: hearing may be lost on the way."""
    caller, senses = call(seed, draw, impatient=False)
    for _ in range(steps):
        if caller.ending is None:
            act(caller, senses, draw)
            senses.deaf = senses.deaf and deaf
    return caller


def recording(seed: int, caller: Rehearsal) -> bool:
    flow, _, state = caller.spoken[-1].place.partition(".")
    return isinstance(line(seed).flows[flow].states[state], Record)


@settings(max_examples=60, deadline=None)
@given(SEEDS, SEEDS)
def test_silence_for_ever_ends_too(seed: int, luck: int) -> None:
    caller, _ = call(seed, Random(luck), impatient=False)
    for _ in range(STEPS):
        if caller.ending is None:
            caller.wait()
    assert caller.ending is not None
