"""The facts of whole calls on a virtual clock: what is told of them, and what never is."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.attendant import Attendant
from ivr.audio.pcm import FRAME_BYTES
from ivr.clinic.operations import SPECS
from ivr.desk import Offered, Placed, QueueEvent, Shut
from ivr.dialog.actions import HandoffReason
from ivr.dialog.events import Hypothesis
from ivr.dialog.turns import Answered, Judged
from ivr.dialog.view import HIDDEN
from ivr.errors import ClinicError, LegLost
from ivr.flow.model import UNAVAILABLE, OperationSpec, Value
from ivr.handoff.agents import Agent
from ivr.minutes import score_of
from ivr.ports import (
    Deaf,
    Gone,
    Heard,
    Keyed,
    LegEvent,
    MediaHeld,
    MediaResumed,
    Onset,
    OperationResult,
    Partial,
    Restarted,
)
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.facts import Facts, Glimpse
from ivr.story.steps import Happened, Step
from ivr.story.turns import Turn
from tests.support.virtual_loop import run
from tests.test_attendant import CALL, DANA, MARIA
from tests.test_attendant import Visit as Scene

BIRTH, PHONE, NUMBER = "03051980", "5555550123", "5550100"
LOUD, QUIET = b"\x00\x20" * (FRAME_BYTES // 2), bytes(FRAME_BYTES)


class Clinic:
    """Knows every patient and answers after a while, or not at all."""

    def __init__(self, *, after: float = 0.0, down: bool = False) -> None:
        self.after = after
        self.down = down

    @property
    def operations(self) -> Mapping[str, OperationSpec]:
        return SPECS

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        del arguments
        await asyncio.sleep(self.after)
        if self.down:
            raise ClinicError("the clinic does not answer")
        if operation == "identity.verify":
            proved: dict[str, Value] = {"patient": "p1", "caller_name": "Alex Sample"}
            return OperationResult("verified", {**proved, "verified_by": "date of birth and phone"})
        return OperationResult("in_progress", {"drug": "Placebex"})


class Visit(Scene):
    """A call whose facts are read."""

    def __init__(self, agents: tuple[Agent, ...], clinic: Clinic) -> None:
        super().__init__(*agents, number="+12125550142")
        self.line = replace(self.line, clinic=clinic, cell="north", pseudonym=lambda _: "c0ffee")
        self.attendant = Attendant(self.line)

    def hear_frame(self, frame: bytes) -> None:
        assert self.leg.sink is not None
        self.leg.sink(frame)

    async def wait_in_queue(self) -> None:
        await self.press("0")
        await asyncio.sleep(1)

    @property
    def turns(self) -> list[Turn]:
        return [fact for fact in self.facts if isinstance(fact, Turn)]

    @property
    def glimpses(self) -> list[Glimpse]:
        return [fact for fact in self.facts if isinstance(fact, Glimpse)]

    @property
    def told(self) -> list[CallRow]:
        return [fact for fact in self.facts if isinstance(fact, CallRow)]

    @property
    def steps(self) -> list[tuple[Happened, str, str]]:
        steps = [fact for fact in self.facts if isinstance(fact, Step)]
        return [(step.happened, step.who, step.detail) for step in steps]

    @property
    def happened(self) -> list[Happened]:
        return [happened for happened, _, _ in self.steps]

    def turn_at(self, state: str) -> Turn:
        """Give the first turn in *state*."""
        return next(turn for turn in self.turns if turn.state.endswith(f".{state}"))

    def ear(self, event: Onset | Partial | Heard | Restarted | Deaf) -> None:
        self.ears.ears[-1].happen(event)

    async def say(self, words: str, sure: float = 0.95) -> None:
        """Speak for a second; silence is noticed after 0.38 s, understood in 0.05 s."""
        await asyncio.sleep(3)
        self.ear(Onset())
        await asyncio.sleep(1)
        self.ear(Heard((Hypothesis(words, sure),), silence=0.38, took=0.05))
        await asyncio.sleep(0.1)

    async def key(self, keys: str) -> None:
        await asyncio.sleep(3)
        await self.press(keys)


def call(
    scenario: Callable[[Visit], Awaitable[None]], *agents: Agent, clinic: Clinic | None = None
) -> Visit:
    """Let *scenario* happen to a call, then hang up, unless it is over."""

    async def main() -> Visit:
        visit = Visit(agents, clinic or Clinic())
        ringing = visit.ring()
        await scenario(visit)
        if not ringing.done():
            visit.leg.happen(Gone())
        await ringing
        return visit

    return run(main())


async def prove(visit: Visit) -> None:
    """Ask for a refill by voice, prove who one is by keys."""
    await visit.say("refill")
    for keys in (BIRTH, PHONE):
        await visit.key(keys)
        await asyncio.sleep(1)


async def refill(visit: Visit) -> None:
    """Do so, and key the number of the prescription."""
    await prove(visit)
    await visit.key(NUMBER)
    await asyncio.sleep(1)


# ---------------------------------------------------------------- turns


def test_every_turn_is_told_once_in_order_and_the_row_counts_them() -> None:
    visit = call(refill, clinic=Clinic())
    assert [turn.number for turn in visit.turns] == list(range(1, len(visit.turns) + 1))
    last = visit.told[-1]
    assert last.turns == len(visit.turns)
    assert last.latencies == tuple(t.latency for t in visit.turns if t.latency is not None)
    assert last.ended is not None
    assert visit.facts[-1] is last
    assert {turn.version for turn in visit.turns} == {last.version}


def test_a_spoken_answer_is_told_with_its_times() -> None:
    turn = call(refill, clinic=Clinic()).turn_at("menu")
    assert (turn.asked, turn.answered, turn.judged) == ("menu", Answered.SPEECH, Judged.ACCEPTED)
    assert (turn.band, turn.confidence) == ("accept", 0.95)
    assert turn.latency == pytest.approx(0.43), "from the last sound to the next prompt"
    assert turn.recognised == pytest.approx(0.05)
    assert turn.patience == 7.0


def test_a_keyed_answer_is_told_with_its_times() -> None:
    turn = call(refill, clinic=Clinic()).turn_at("ask_birth")
    assert (turn.asked, turn.judged) == ("date_of_birth", Judged.KEYED)
    assert (turn.band, turn.confidence, turn.recognised) == (None, None, None)
    assert turn.latency == pytest.approx(0.0)


def test_what_the_clinic_took_and_answered_is_told() -> None:
    turns = call(refill, clinic=Clinic(after=0.7)).turns
    asked = [turn for turn in turns if turn.operation]
    assert [turn.operation for turn in asked] == ["identity.verify", "refills.status"]
    assert [turn.outcome for turn in asked] == ["verified", "in_progress"]
    assert [turn.clinic for turn in asked] == [pytest.approx(0.7)] * 2
    before = turns[turns.index(asked[0]) - 1]
    assert before.latency == pytest.approx(0.7), "the caller waits for the clinic, too"


def test_a_slow_clinic_is_waited_for_and_told_at_the_limit() -> None:
    async def scenario(visit: Visit) -> None:
        await prove(visit)
        await asyncio.sleep(20)

    visit = call(scenario, clinic=Clinic(after=60))
    turn = next(turn for turn in visit.turns if turn.operation)
    assert turn.outcome == UNAVAILABLE
    assert turn.clinic == pytest.approx(10, abs=0.1)
    assert visit.row.reason is HandoffReason.CLINIC_DOWN
    waiting = [seen.asks_clinic for seen in visit.glimpses]
    assert "identity.verify" in waiting
    assert waiting[-1] == ""


def test_a_clinic_that_is_down_is_told_at_once() -> None:
    visit = call(refill, clinic=Clinic(down=True))
    turn = next(turn for turn in visit.turns if turn.operation)
    assert turn.outcome == UNAVAILABLE
    assert turn.clinic == pytest.approx(0.0)
    assert (Happened.WANTED_PERSON, "", "clinic_down") in visit.steps


def test_who_speaks_over_the_prompt_barges_in_and_hears_less_of_it() -> None:
    async def scenario(visit: Visit) -> None:
        await asyncio.sleep(2.5)
        visit.ear(Onset())
        await asyncio.sleep(1)
        visit.ear(Heard((Hypothesis("refill", 0.95),)))
        await asyncio.sleep(3)

    visit = call(scenario)
    menu, birth = visit.turn_at("menu"), visit.turn_at("ask_birth")
    assert menu.barged_in
    assert menu.prompt == pytest.approx(0.5)
    assert not birth.barged_in
    assert birth.prompt == pytest.approx(2.0)


def test_three_misunderstandings_cost_patience_and_lead_to_a_person() -> None:
    async def scenario(visit: Visit) -> None:
        for _ in range(3):
            await visit.say("my name is sample")
        await asyncio.sleep(3)

    visit = call(scenario)
    missed = [turn for turn in visit.turns if turn.judged is Judged.NOT_AN_ANSWER]
    assert [turn.patience for turn in missed] == [6.0, 5.0, 4.0]
    assert visit.steps[:2] == [
        (Happened.WANTED_PERSON, "", "not_understood"),
        (Happened.QUEUED, "", "front_desk"),
    ]


def test_silence_has_no_latency() -> None:
    async def scenario(visit: Visit) -> None:
        await asyncio.sleep(14)

    silent = [turn for turn in call(scenario).turns if turn.judged is Judged.SILENT]
    assert silent
    assert all(turn.latency is None for turn in silent)


def test_turns_are_numbered_through_all_conversations_of_a_call() -> None:
    async def scenario(visit: Visit) -> None:
        await visit.wait_in_queue()
        await visit.press("1")  # asks for the number to be called back at
        await asyncio.sleep(4)

    visit = call(scenario)
    assert [turn.number for turn in visit.turns] == list(range(1, len(visit.turns) + 1))
    flows = {turn.state.partition(".")[0] for turn in visit.turns}
    assert flows == {"main_menu", "keep_my_place"}
    assert visit.told[-1].turns == len(visit.turns)


def test_what_the_ear_received_is_told_in_levels() -> None:
    async def scenario(visit: Visit) -> None:
        await asyncio.sleep(5)
        for _ in range(50):
            visit.hear_frame(QUIET)
        visit.ear(Onset())
        await asyncio.sleep(0)
        for _ in range(25):
            visit.hear_frame(LOUD)
        visit.ear(Heard((Hypothesis("refill", 0.95),), dropped=3))
        await asyncio.sleep(3)

    sound = call(scenario).turn_at("menu").sound
    assert sound.heard == pytest.approx(1.5)
    assert sound.speech_dbfs == pytest.approx(-12.04, abs=0.1)
    assert sound.noise_dbfs == pytest.approx(-90)
    assert (sound.cut_in, sound.dropped, sound.clipped) == (False, 3, 0.0)


# ---------------------------------------------------------------- steps


async def take_and_part(visit: Visit) -> None:
    """Wait for a person; Maria is busy, Dana takes the call and hangs up later."""
    visit.phones.refusals["Maria"] = LegLost("busy", 486)
    await visit.wait_in_queue()
    await asyncio.sleep(10)
    visit.phones.legs["Dana"].happen(Keyed("1"))
    await asyncio.sleep(5)
    visit.phones.legs["Dana"].happen(Gone())
    await asyncio.sleep(20)


def test_the_way_to_a_person_is_told_step_by_step() -> None:
    assert call(take_and_part, MARIA, DANA).steps == [
        (Happened.WANTED_PERSON, "", "asked"),
        (Happened.QUEUED, "", "front_desk"),
        (Happened.RANG, "Maria", ""),
        (Happened.REFUSED, "Maria", "busy"),
        (Happened.RANG, "Dana", ""),
        (Happened.BRIEFED, "Dana", ""),
        (Happened.BRIDGED, "Dana", ""),
        (Happened.UNBRIDGED, "Dana", ""),
        (Happened.WE_HUNG_UP, "", ""),
    ]


def test_who_has_a_screen_is_briefed_by_it() -> None:
    async def scenario(visit: Visit) -> None:
        await visit.wait_in_queue()
        await asyncio.sleep(5)

    visit = call(scenario, MARIA)
    assert visit.happened[2:] == [
        Happened.RANG,
        Happened.BRIEFED,
        Happened.BRIDGED,
        Happened.CALLER_LEFT,
        Happened.UNBRIDGED,
    ]


def test_a_place_that_is_kept_is_told() -> None:
    async def scenario(visit: Visit) -> None:
        await visit.wait_in_queue()
        await visit.press("1")
        await asyncio.sleep(4)
        await visit.press("1")
        await asyncio.sleep(20)

    visit = call(scenario)
    assert visit.happened[2:] == [Happened.LED_ASIDE, Happened.KEPT_PLACE, Happened.WE_HUNG_UP]
    assert visit.row.outcome is CallOutcome.CALLBACK


def test_nobody_is_told_with_the_trouble() -> None:
    async def scenario(visit: Visit) -> None:
        await visit.wait_in_queue()
        visit.switchboard.places[0].decide(Shut(closed=True))
        await asyncio.sleep(1)

    assert (Happened.NOBODY, "", "closed") in call(scenario).steps


def test_a_caller_who_is_moved_is_told_to_wait_in_the_other_queue() -> None:
    async def scenario(visit: Visit) -> None:
        await visit.wait_in_queue()
        living = visit.attendant.visit(CALL)
        assert living is not None
        living.hand_off("billing", who="Olga")
        await asyncio.sleep(1)

    visit = call(scenario)
    assert visit.steps[2:4] == [
        (Happened.OPERATOR_ACTED, "Olga", "hand_off"),
        (Happened.QUEUED, "", "billing"),
    ]
    assert visit.row.queue == "billing"


def test_holds_are_told_wherever_the_caller_is() -> None:
    async def scenario(visit: Visit) -> None:
        for place in (visit.wait_in_queue, None):
            visit.leg.happen(MediaHeld())
            await asyncio.sleep(2)
            visit.leg.happen(MediaResumed())
            await asyncio.sleep(2)
            if place is not None:
                await place()

    happened = [one for one in call(scenario).happened if one in (Happened.HELD, Happened.RESUMED)]
    assert happened == [Happened.HELD, Happened.RESUMED] * 2


def test_trouble_with_speech_is_told() -> None:
    async def scenario(visit: Visit) -> None:
        await asyncio.sleep(3)
        visit.ear(Restarted())
        await asyncio.sleep(3)
        visit.ear(Deaf())
        await asyncio.sleep(1)
        visit.ear(Deaf())
        await asyncio.sleep(1)

    visit = call(scenario)
    assert visit.happened[:2] == [Happened.SPEECH_RESTARTED, Happened.SPEECH_LOST]
    assert Happened.SPEECH_LOST not in visit.happened[2:], "once is enough"


def test_a_prompt_that_cannot_be_spoken_is_told() -> None:
    async def scenario(visit: Visit) -> None:
        visit.speaker.dumb = True
        await asyncio.sleep(5)

    assert Happened.NOT_SPOKEN in call(scenario).happened


class Broken(Clinic):
    """Breaks as no clinic may."""

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        raise KeyError(operation, arguments)


def test_a_fault_of_ours_is_told_by_kind_and_leads_to_a_person() -> None:
    visit = call(refill, clinic=Broken())
    broke = visit.happened.index(Happened.BROKE)
    assert visit.steps[broke : broke + 2] == [
        (Happened.BROKE, "", "KeyError"),
        (Happened.WANTED_PERSON, "", "line_trouble"),
    ]


@pytest.mark.parametrize(
    ("gone", "how"),
    [(Gone(), Happened.CALLER_LEFT), (Gone(lost=True), Happened.MEDIA_LOST)],
)
def test_a_call_tells_once_how_it_ended(gone: Gone, how: Happened) -> None:
    async def scenario(visit: Visit) -> None:
        await asyncio.sleep(3)
        visit.leg.happen(gone)

    assert call(scenario).happened == [how]


# ---------------------------------------------------------------- rows


def test_a_row_tells_who_rang_only_by_pseudonym_and_what_for() -> None:
    row = call(refill, clinic=Clinic()).row
    assert (row.cell, row.caller, row.about) == ("north", "c0ffee", "refill_status")


def test_rows_grow_with_the_call_and_end_with_it() -> None:
    rows = call(refill, clinic=Clinic()).told
    assert [row.ended is None for row in rows] == [True] * (len(rows) - 1) + [False]
    for before, after in pairwise(rows):
        assert after.path[: len(before.path)] == before.path
        assert after.turns >= before.turns
        assert after != before


def test_who_chose_nothing_rang_about_nothing() -> None:
    async def scenario(visit: Visit) -> None:
        await visit.wait_in_queue()

    assert call(scenario).row.about == ""


@pytest.mark.parametrize(
    ("value", "score"),
    [("four", 4), ("5", 5), ("6", None), ("0", None), ("none", None), (None, None), (True, None)],
)
def test_scores_are_one_to_five(value: Value | None, score: int | None) -> None:
    assert score_of(value) == score


# ---------------------------------------------------------------- glimpses


def test_glimpses_follow_the_call_from_place_to_place() -> None:
    visit = call(refill, clinic=Clinic())
    first, last = visit.glimpses[0], visit.glimpses[-1]
    assert first.places == ("main_menu.welcome",)
    assert last.places[:2] == ("main_menu.refill", "refill_status.in_progress")
    assert all(one != other for one, other in pairwise(visit.glimpses))
    assert last.slots["rx_number"] == HIDDEN
    assert last.patience == 7.0


def test_glimpses_tell_who_speaks_and_the_way_to_a_person() -> None:
    visit = call(take_and_part, MARIA, DANA)
    phases = [seen.phase for seen in visit.glimpses]
    assert list(dict.fromkeys(phases)) == ["talking", "waiting", "bridged"]
    assert phases[-1] == "talking"
    agents = list(dict.fromkeys(seen.agent for seen in visit.glimpses))
    assert agents == ["", "Maria", "Dana"]
    waiting = next(seen for seen in visit.glimpses if seen.phase == "waiting")
    assert (waiting.queue, waiting.reason) == ("front_desk", "asked")


def test_who_gives_a_number_is_seen_aside() -> None:
    async def scenario(visit: Visit) -> None:
        await visit.wait_in_queue()
        await visit.press("1")
        await asyncio.sleep(4)

    seen = call(scenario).glimpses
    assert next(one for one in seen if one.phase == "aside").queue == "front_desk"


def test_words_are_shown_masked_as_they_come_and_whole_to_supervisors_only() -> None:
    async def scenario(visit: Visit) -> None:
        await asyncio.sleep(3)
        visit.ear(Onset())
        visit.ear(Partial("refill for alex"))
        await asyncio.sleep(0.1)
        visit.ear(Partial("refill for alex sample"))
        await asyncio.sleep(1)

    visit = call(scenario)
    words = [(seen.words, seen.said) for seen in visit.glimpses if seen.said]
    assert set(words) == {(f"refill {HIDDEN} {HIDDEN}", "refill for alex")}, "five a second at most"
    assert "alex" not in repr(visit.glimpses)


def test_no_word_is_shown_where_the_question_is_private() -> None:
    async def scenario(visit: Visit) -> None:
        await visit.say("refill")
        await asyncio.sleep(3)
        visit.ear(Partial("march fifth"))
        await asyncio.sleep(1)

    visit = call(scenario)
    seen = next(one for one in visit.glimpses if one.said == "march fifth")
    assert seen.words == f"{HIDDEN} {HIDDEN}"


def test_nothing_said_or_keyed_is_in_any_fact() -> None:
    async def scenario(visit: Visit) -> None:
        await refill(visit)
        await visit.say("my name is sample")
        await asyncio.sleep(3)

    told = repr(call(scenario, clinic=Clinic()).facts)
    for secret in (BIRTH, PHONE, NUMBER, "sample", "Sample", "Placebex", "2125550142"):
        assert secret not in told


def test_a_listener_that_fails_costs_nobody_the_call() -> None:
    def fail(fact: object) -> None:
        raise RuntimeError(type(fact).__name__)

    async def main() -> None:
        visit = Visit((MARIA,), Clinic())
        facts = Facts()
        facts.subscribe(fail)
        visit.line = replace(visit.line, tell=facts.tell)
        visit.attendant = Attendant(visit.line)
        ringing = visit.ring()
        await visit.wait_in_queue()
        await asyncio.sleep(5)
        assert visit.switchboard.log == ["settle Maria"]
        visit.leg.happen(Gone())
        await ringing

    run(main())


EVENTS = st.sampled_from(
    [
        Onset(),
        Partial("refill"),
        Heard((Hypothesis("refill", 0.9),), silence=0.4, took=0.1),
        Heard((Hypothesis("refill", 0.5),)),
        Heard(()),
        Restarted(),
        Deaf(),
        Keyed("1"),
        Keyed("2"),
        Keyed("0"),
        MediaHeld(),
        MediaResumed(),
        Offered(MARIA),
        Offered(DANA),
        Shut(closed=False),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.sampled_from([0.0, 0.1, 1.0, 5.0])), max_size=25))
def test_whatever_happens_the_facts_of_a_call_agree(
    happens: list[tuple[Onset | Partial | Heard | Restarted | Deaf | LegEvent | QueueEvent, float]],
) -> None:
    async def scenario(visit: Visit) -> None:
        for event, after in happens:
            await asyncio.sleep(after)
            match event:
                case Offered() | Shut() | Placed():
                    for place in visit.switchboard.places[-1:]:
                        place.decide(event)
                case Onset() | Partial() | Heard() | Restarted() | Deaf():
                    for ear in visit.ears.ears[-1:]:
                        ear.happen(event)
                case _:
                    visit.leg.happen(event)

    with catching_logs() as logged:
        visit = call(scenario)
    assert "a note was not taken" not in logged
    numbers = [turn.number for turn in visit.turns]
    assert numbers == list(range(1, len(numbers) + 1))
    row = visit.told[-1]
    assert visit.facts[-1] is row
    assert row.ended is not None
    assert row.turns == len(numbers)
    assert row.latencies == tuple(t.latency for t in visit.turns if t.latency is not None)
    assert all(latency >= 0 for latency in row.latencies)
    ends = {Happened.CALLER_LEFT, Happened.WE_HUNG_UP, Happened.MEDIA_LOST}
    assert len([one for one in visit.happened if one in ends]) == 1
    last = visit.glimpses[-1]
    assert (last.phase, last.playing, last.speaking, last.asks_clinic) == (
        "talking",
        False,
        False,
        "",
    )


@contextmanager
def catching_logs() -> Iterator[list[str]]:
    """Catch what is logged; a fixture may not be shared by the examples of a property."""
    caught: list[str] = []

    class Catcher(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            caught.append(str(record.msg))

    catcher = Catcher()
    logging.getLogger("ivr.journal").addHandler(catcher)
    try:
        yield caught
    finally:
        logging.getLogger("ivr.journal").removeHandler(catcher)
