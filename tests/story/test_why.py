"""The account of a call: its verdict, its sentences, its shape on a terminal."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialog.actions import HandoffReason
from ivr.dialog.confidence import Band
from ivr.dialog.turns import Answered
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.events import Refusal
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.story import Story
from ivr.story.telling import OUTCOMES, REASONS, duration, of_media, of_step, of_turn
from ivr.story.turns import Judged, Sound, Turn
from ivr.story.why import next_command, why
from ivr.story.written import WIDTH, as_json, line, text
from tests.story.stories import (
    ASKED,
    BEGAN,
    CALL,
    MEDIA,
    VOICE,
    abandoned,
    clinic,
    story,
    turn,
    with_person,
)

MOMENTS = st.floats(0, 4000).map(lambda seconds: BEGAN + timedelta(seconds=seconds))
SECONDS = st.floats(0, 1000)
LEVELS = st.none() | st.floats(-96, 0)
PLACES = st.sampled_from([*ASKED, "nobody_available.offer"])
COUNTS = st.integers(0, 5000)
CALLS = st.just(CALL)
SOUNDS = st.builds(
    Sound, SECONDS, SECONDS, LEVELS, LEVELS, st.floats(0, 1), st.booleans(), COUNTS, COUNTS
)
TURNS = st.builds(
    Turn,
    CALLS,
    st.integers(1, 99),
    MOMENTS,
    PLACES,
    asked=st.sampled_from(["", "menu", "digits", "read_back"]),
    answered=st.sampled_from(Answered),
    judged=st.sampled_from(Judged),
    band=st.none() | st.sampled_from(Band),
    confidence=st.none() | st.floats(0, 1),
    prompt=SECONDS,
    barged_in=st.booleans(),
    latency=st.none() | SECONDS,
    recognised=st.none() | SECONDS,
    operation=st.sampled_from(["", "refills.status"]),
    outcome=st.sampled_from(["", "ready", "unavailable"]),
    clinic=st.none() | SECONDS,
    sound=SOUNDS,
)
STEPS = st.builds(
    Step, CALLS, MOMENTS, st.sampled_from(Happened), st.sampled_from(["", "Agent 1"]), PLACES
)
SAMPLES = st.builds(
    Media,
    CALLS,
    MOMENTS,
    st.sampled_from(["caller", "agent"]),
    received=COUNTS,
    lost=COUNTS,
    late=COUNTS,
    jitter=SECONDS,
    buffered=SECONDS,
    sent=COUNTS,
    far_lost=st.none() | COUNTS,
    round_trip=st.none() | SECONDS,
    silent=SECONDS,
)
MESSAGES = st.builds(
    Message,
    CALLS,
    MOMENTS,
    st.sampled_from(["caller", "agent"]),
    st.booleans(),
    st.sampled_from(["INVITE", "ACK", "BYE", "CANCEL"]),
    st.sampled_from([0, 180, 200, 302, 487, 503]),
    st.booleans(),
)
WAITS = st.builds(
    Wait,
    SECONDS,
    refusals=st.lists(st.sampled_from(Refusal)).map(tuple),
    troubles=st.lists(st.sampled_from(Trouble)).map(tuple),
)
ROWS = st.builds(
    CallRow,
    CALLS,
    MOMENTS,
    answered=st.none() | MOMENTS,
    ended=st.none() | MOMENTS,
    flow=st.sampled_from(["", "main_menu"]),
    path=st.lists(PLACES).map(tuple),
    outcome=st.none() | st.sampled_from(CallOutcome),
    reason=st.none() | st.sampled_from(HandoffReason),
    handoff=st.none() | st.sampled_from(Outcome),
    wait=st.none() | WAITS,
)
STORIES = st.builds(
    Story,
    ROWS,
    st.lists(TURNS, max_size=6).map(tuple),
    st.lists(STEPS, max_size=6).map(tuple),
    st.lists(SAMPLES, max_size=3).map(tuple),
    st.lists(MESSAGES, max_size=6).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(STORIES)
def test_any_story_has_an_account_that_fits_on_a_terminal_and_is_always_the_same(
    told: Story,
) -> None:
    account = why(told)
    lines = list(text(told, account))
    assert max(map(len, lines)) <= WIDTH
    assert account == why(told)
    whats = [one.what for one in account.suspicions]
    assert len(set(whats)) == len(whats)
    weights = [one.severity for one in account.suspicions]
    assert weights == sorted(weights, reverse=True)
    assert as_json(told, account)["suspects"] == whats


def test_a_turn_is_told_with_what_was_asked_heard_and_decided() -> None:
    one = turn(Judged.READ_BACK, ASKED[2], asked="digits", barged_in=True)
    assert of_turn(one) == (
        "Turn 1, refill_status.ask_number: asked for digits (4.0 s of the prompt heard, spoken "
        "over). Understood 0.60 sure: not sure enough, so read back. 1.2 s of voice at -24 dBFS, "
        "noise at -62. The line answered 0.5 s later."
    )


def test_a_wait_for_the_clinic_is_told_in_its_turn() -> None:
    told = of_turn(clinic("refills.status", "not_found", seconds=6.2))
    assert told.endswith("The clinic's system, asked for refills.status: not found after 6.2 s.")
    pending = of_turn(Turn(CALL, 1, BEGAN, "refill_status.look_up", operation="refills.status"))
    assert pending.endswith("no answer yet.")


@pytest.mark.parametrize("judged", Judged)
def test_each_way_to_judge_an_answer_has_a_sentence(judged: Judged) -> None:
    told = of_turn(turn(judged))
    assert told.count("{") == 0
    assert len(told) > 60


@pytest.mark.parametrize("happened", Happened)
def test_each_step_has_a_sentence(happened: Happened) -> None:
    for who, detail in (("", ""), ("Agent 1", "front_desk")):
        told = of_step(Step(CALL, BEGAN, happened, who=who, detail=detail))
        assert told.endswith(".")
        assert told[0].isupper()
        assert "{" not in told


def test_why_a_caller_goes_to_a_person_is_told_in_words() -> None:
    step = Step(CALL, BEGAN, Happened.WANTED_PERSON, detail=HandoffReason.CLINIC_DOWN)
    assert of_step(step) == ("The caller goes to a person: the clinic's system does not answer.")
    assert set(REASONS) == set(HandoffReason)
    assert set(OUTCOMES) == set(CallOutcome)


def test_both_directions_of_a_leg_are_told() -> None:
    told = of_media(Media(CALL, BEGAN, received=1900, lost=100, sent=2000, far_lost=20))
    assert "1900 packets, 100 lost" in told
    assert told.endswith("of our 2000 the far end missed 1.0%, MOS 4.3.")
    assert of_media(Media(CALL, BEGAN, "agent")) == "The agent's sound: not one packet came."


def test_durations_are_told_as_people_say_them() -> None:
    assert [duration(8.4), duration(72), duration(120)] == ["8 s", "1 min 12 s", "2 min 0 s"]


def test_turns_and_steps_are_told_in_order_of_time_between_beginning_and_end() -> None:
    told = why(with_person())
    first, *_, last = told.moments
    assert first.text == "Answered; flow main_menu."
    assert last.text == "Over after 1 min 52 s: the caller talked to a person."
    assert [one.at for one in told.moments] == sorted(one.at for one in told.moments)


def test_a_call_that_goes_on_has_no_end() -> None:
    told = why(story(turn(Judged.ACCEPTED), outcome=None, ended=None))
    assert told.verdict == "Nothing suspicious: the call is going on."
    assert "Over" not in told.moments[-1].text


def test_what_is_only_worth_a_look_is_not_told_as_the_cause() -> None:
    told = why(
        story(
            turn(Judged.ACCEPTED),
            media=[MEDIA, Media(CALL, BEGAN, received=900, lost=90, sent=990)],
        )
    )
    assert told.verdict == ("Worth a look: packets were lost; the line did what the caller wanted.")


def test_the_command_to_type_names_the_flow_the_suspicion_shows_in() -> None:
    missed = [turn(Judged.NOT_AN_ANSWER, ASKED[2])] * 3
    told = abandoned(turn(Judged.ACCEPTED), *missed, path=(ASKED[0], ASKED[2], "nobody.offer"))
    first, *_ = why(told).suspicions
    assert next_command(first, told) == "ivr flow show refill_status --prompts"


def test_the_line_of_a_list_fits_on_a_terminal() -> None:
    told = abandoned(*[turn(Judged.NO_WORDS, sound=VOICE)] * 3)
    assert len(line(told, why(told))) <= WIDTH
