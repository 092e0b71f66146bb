"""The turns of whole calls: told once, measured, and nothing of the patient in them."""

import asyncio

import pytest

from ivr.dialog.actions import HandoffReason
from ivr.dialog.events import Hypothesis
from ivr.dialog.turns import Answered, Judged
from ivr.flow.model import UNAVAILABLE, Value
from ivr.minutes import score_of
from ivr.ports import (
    Heard,
    Onset,
)
from ivr.story.steps import Happened
from tests.support.told_call import (
    LOUD,
    QUIET,
    Clinic,
    Visit,
    call,
    prove,
    refill,
)


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


@pytest.mark.parametrize(
    ("value", "score"),
    [("four", 4), ("5", 5), ("6", None), ("0", None), ("none", None), (None, None), (True, None)],
)
def test_scores_are_one_to_five(value: Value | None, score: int | None) -> None:
    assert score_of(value) == score
