"""The steps, rows and glimpses of whole calls: what is told of them, and what never is."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.attendant import Attendant
from ivr.desk import Offered, Placed, QueueEvent, Shut
from ivr.dialog.events import Hypothesis
from ivr.dialog.view import HIDDEN
from ivr.flow.model import Value
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
from ivr.story.calls import CallOutcome
from ivr.story.facts import Facts
from ivr.story.steps import Happened
from tests.support.told_call import (
    BIRTH,
    NUMBER,
    PHONE,
    Clinic,
    Visit,
    call,
    refill,
    take_and_part,
)
from tests.support.virtual_loop import run
from tests.test_attendant import CALL, DANA, MARIA


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


def test_a_line_for_keys_alone_loses_no_recogniser() -> None:
    async def scenario(visit: Visit) -> None:
        await asyncio.sleep(3)
        visit.ear(Deaf())
        await asyncio.sleep(1)

    assert Happened.SPEECH_LOST not in call(scenario, hears=False).happened


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
