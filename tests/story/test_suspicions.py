"""Twenty faults and more are named first, and calls that went well are left in peace."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ivr.dialog.actions import HandoffReason
from ivr.flow.model import UNAVAILABLE
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.events import Refusal
from ivr.story.calls import CallOutcome, Wait
from ivr.story.lore import LORE
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.story import Story
from ivr.story.suspects import Severity, Suspect
from ivr.story.suspicions import SIGNS, suspicions
from ivr.story.turns import Judged, Sound
from tests.story.stories import (
    ASKED,
    BEGAN,
    CALL,
    DIGITAL_SILENCE,
    MEDIA,
    VOICE,
    abandoned,
    at,
    clinic,
    given_up,
    story,
    turn,
    with_person,
)

OK = Judged.ACCEPTED
NOISY = replace(VOICE, speech_dbfs=-26.0, noise_dbfs=-32.0)
QUIET = replace(VOICE, speech_dbfs=-46.0, noise_dbfs=-66.0)
CLIPPED = replace(VOICE, speech_dbfs=-4.0, clipped=0.12)
LOST_BEGINNING = replace(VOICE, cut_in=True)
MISSED = [turn(Judged.NO_WORDS), turn(Judged.NOT_AN_ANSWER), turn(Judged.TOO_UNSURE)]


def step(seconds: float, happened: Happened, detail: str = "", who: str = "") -> Step:
    return Step(CALL, at(seconds), happened, who=who, detail=detail)


def message(method: str, status: int = 0, *, inward: bool = False, again: bool = False) -> Message:
    return Message(CALL, BEGAN, "caller", not inward, method, status, again)


def missed(sound: Sound) -> list[Story]:
    """Make calls in which what was heard like *sound* was not understood."""
    return [
        given_up(*(replace(one, sound=sound) for one in MISSED)),
        abandoned(turn(OK, sound=sound), *(replace(one, sound=sound) for one in MISSED)),
    ]


def nobody(
    *refusals: Refusal, trouble: Trouble = Trouble.NOBODY_THERE, waited: float = 40
) -> Story:
    wait = Wait(waited, refusals=refusals, troubles=(trouble,))
    return with_person(wait=wait, handoff=Outcome.NOBODY, outcome=CallOutcome.MESSAGE, steps=())


FAULTS: Mapping[Suspect, list[Story]] = {
    Suspect.CRASHED: [story(turn(OK), outcome=CallOutcome.CRASHED)],
    Suspect.BROKE: [
        story(turn(OK), outcome=CallOutcome.FAILED, steps=[step(9, Happened.BROKE, "KeyError")]),
        with_person(reason=HandoffReason.LINE_TROUBLE, steps=[step(9, Happened.BROKE, "KeyError")]),
    ],
    Suspect.LINE_FULL: [
        story(outcome=CallOutcome.REDIRECTED, answered=None, media=(), seconds=0),
    ],
    Suspect.REFUSED: [
        abandoned(
            messages=[message("INVITE", inward=True), message("INVITE", 488)], media=(), seconds=0
        ),
    ],
    Suspect.NO_ACK: [
        abandoned(
            turn(Judged.SILENT),
            messages=[
                message("INVITE", inward=True),
                message("INVITE", 200),
                *(message("INVITE", 200, again=True) for _ in range(9)),
            ],
            media=[replace(MEDIA, received=0)],
        ),
    ],
    Suspect.CANCELLED: [
        abandoned(
            messages=[
                message("INVITE", inward=True),
                message("CANCEL", inward=True),
                message("INVITE", 487),
            ],
            media=(),
            seconds=2,
        ),
    ],
    Suspect.NOTHING_HEARD: [
        abandoned(
            turn(Judged.SILENT, sound=Sound()),
            turn(Judged.SILENT, sound=Sound()),
            media=[replace(MEDIA, received=0)],
            steps=[step(40, Happened.MEDIA_LOST)],
        ),
    ],
    Suspect.SOUND_STOPPED: [
        abandoned(turn(OK), turn(Judged.SILENT), media=[replace(MEDIA, silent=21.0)]),
        abandoned(turn(OK), steps=[step(40, Happened.MEDIA_LOST)]),
    ],
    Suspect.NOT_HEARD_BY_CALLER: [
        abandoned(turn(Judged.SILENT), turn(Judged.SILENT), media=[replace(MEDIA, far_lost=1900)]),
        abandoned(turn(Judged.NO_WORDS), media=[replace(MEDIA, sent=0)]),
    ],
    Suspect.MUTED: [abandoned(*[turn(Judged.SILENT, sound=DIGITAL_SILENCE)] * 3)],
    Suspect.SPEECH_LOST: [
        abandoned(turn(Judged.EAR_LOST), steps=[step(9, Happened.SPEECH_LOST)]),
    ],
    Suspect.SPEECH_DIED: [
        story(turn(Judged.EAR_LOST), turn(OK), steps=[step(9, Happened.SPEECH_RESTARTED)]),
    ],
    Suspect.NOT_SPOKEN: [
        with_person(
            steps=[step(2, Happened.NOT_SPOKEN), step(4, Happened.NOT_SPOKEN)],
            reason=HandoffReason.LINE_TROUBLE,
        ),
    ],
    Suspect.CLINIC_DOWN: [
        with_person(reason=HandoffReason.CLINIC_DOWN, steps=()),
        story(turn(OK), clinic("refills.status", UNAVAILABLE), reason=HandoffReason.CLINIC_DOWN),
    ],
    Suspect.CLINIC_SLOW: [
        story(turn(OK), clinic("refills.status", "ready", seconds=6.2)),
        abandoned(turn(OK), replace(clinic("refills.status", ""), clinic=None), seconds=30),
    ],
    Suspect.HELD: [abandoned(turn(OK), steps=[step(10, Happened.HELD)])],
    Suspect.PACKET_LOSS: [
        given_up(*MISSED, media=[replace(MEDIA, received=1840, lost=160)]),
        story(turn(OK), turn(Judged.NO_WORDS), media=[replace(MEDIA, lost=160)]),
    ],
    Suspect.JITTER: [
        given_up(*MISSED, media=[replace(MEDIA, jitter=0.09), MEDIA]),
        given_up(*MISSED, media=[replace(MEDIA, late=100)]),
    ],
    Suspect.DELAY: [story(turn(OK), turn(Judged.NO_WORDS), media=[replace(MEDIA, round_trip=1.2)])],
    Suspect.SIGNALLING_LOSS: [story(turn(OK), messages=[message("BYE", again=True)] * 3)],
    Suspect.KEYS_AS_SOUND: [
        abandoned(*[turn(Judged.SILENT, sound=replace(VOICE, tones=1, speech_dbfs=None))] * 3),
        given_up(*(replace(one, sound=replace(VOICE, tones=7)) for one in MISSED)),
    ],
    Suspect.NOISE: missed(NOISY),
    Suspect.TOO_QUIET: missed(QUIET),
    Suspect.TOO_LOUD: missed(CLIPPED),
    Suspect.CUT_IN: missed(LOST_BEGINNING),
    Suspect.ECHO: [
        given_up(*[turn(Judged.NO_WORDS, barged_in=True, prompt=0.7)] * 3),
        abandoned(*[turn(Judged.TOO_UNSURE, barged_in=True, prompt=0.3)] * 3),
    ],
    Suspect.CUT_SHORT: [
        given_up(
            turn(Judged.TOO_UNSURE, ASKED[2], asked="digits"),
            turn(Judged.TOO_UNSURE, ASKED[2], asked="digits", barged_in=True, prompt=0.4),
            turn(Judged.NO_WORDS, ASKED[2], asked="digits"),
        ),
    ],
    Suspect.RECOGNISER_SLOW: [
        story(turn(OK, recognised=1.8, latency=2.3), turn(OK, recognised=1.2, latency=1.9)),
        given_up(*(replace(one, sound=replace(VOICE, dropped=60)) for one in MISSED)),
    ],
    Suspect.LOOP: [
        abandoned(*[turn(OK, "reminder.a"), turn(OK, "reminder.b")] * 4, path=("r.a", "r.b") * 4),
    ],
    Suspect.WRONG_GRAMMAR: [
        given_up(turn(OK), *[turn(Judged.NOT_AN_ANSWER, "intake.ask_colour")] * 3),
    ],
    Suspect.WRONG_KEYS: [given_up(turn(OK), *[turn(Judged.WRONG_KEYS, ASKED[2])] * 3)],
    Suspect.MISHEARD: [
        given_up(turn(Judged.DENIED), turn(Judged.TOO_UNSURE, ASKED[1]), turn(Judged.DENIED)),
    ],
    Suspect.UNCLEAR: [
        given_up(turn(OK), *[turn(Judged.SILENT, "intake.ask_form")] * 3),
        abandoned(*[turn(Judged.WISH, "intake.ask_form")] * 4),
    ],
    Suspect.SILENT: [abandoned(*[turn(Judged.SILENT)] * 3)],
    Suspect.SLOW_ANSWERS: [story(turn(OK, latency=3.4), turn(OK, latency=2.9))],
    Suspect.AGENT_NOT_HEARD: [
        with_person(media=[MEDIA, replace(MEDIA, leg="agent", received=0, sent=1500)]),
        with_person(media=[MEDIA, replace(MEDIA, leg="agent", far_lost=1800)]),
    ],
    Suspect.AGENT_DROPPED: [
        with_person(talked=30, wait=Wait(12, agent="Agent 1", troubles=(Trouble.AGENT_GONE,))),
    ],
    Suspect.NOBODY_SIGNED_IN: [nobody()],
    Suspect.NOBODY_ANSWERED: [
        nobody(Refusal.NO_ANSWER, Refusal.NO_ANSWER),
        nobody(Refusal.UNREACHABLE),
    ],
    Suspect.LONG_WAIT: [with_person(waited=240)],
    Suspect.LEFT_WAITING: [
        with_person(
            wait=Wait(55), handoff=Outcome.CALLER_LEFT, outcome=CallOutcome.ABANDONED, steps=()
        ),
    ],
    Suspect.SHORT_TALK: [with_person(talked=2)],
    Suspect.PATIENCE: [given_up(turn(Judged.NO_WORDS), turn(OK), turn(Judged.SILENT))],
}
PLANTED = [(suspect, one) for suspect, stories in FAULTS.items() for one in stories]

READ_BACK = [turn(Judged.READ_BACK), turn(Judged.CONFIRMED, asked="read_back")]
GOOD: Mapping[str, Story] = {
    "spoken": story(turn(OK), turn(OK, ASKED[1]), turn(OK, ASKED[2])),
    "keyed, the handset silent meanwhile": story(
        *[turn(Judged.KEYED, state, sound=DIGITAL_SILENCE) for state in ASKED]
    ),
    "read back": story(turn(OK), *READ_BACK, *READ_BACK),
    "misunderstood once": story(turn(Judged.NO_WORDS), turn(OK), turn(OK, ASKED[1])),
    "silent once": story(turn(Judged.SILENT), turn(OK), turn(OK, ASKED[1])),
    "denied once": story(turn(Judged.READ_BACK), turn(Judged.DENIED), turn(OK)),
    "interrupting": story(*[turn(OK, state, barged_in=True, prompt=0.8) for state in ASKED]),
    "asking for help": story(turn(Judged.WISH), turn(OK), turn(OK, ASKED[1])),
    "asking for help twice": story(turn(Judged.WISH), turn(Judged.WISH), turn(OK)),
    "from a street, understood": story(
        *[turn(OK, state, sound=replace(VOICE, noise_dbfs=-44.0)) for state in ASKED]
    ),
    "a soft voice in a silent room": story(
        *[turn(OK, state, sound=replace(VOICE, speech_dbfs=-36.0)) for state in ASKED]
    ),
    "hung up at once": abandoned(turn(Judged.NOT_ASKED), seconds=2, media=()),
    "hung up at the second question": abandoned(turn(OK), turn(Judged.NOT_ASKED, ASKED[1])),
    "a person": with_person(),
    "a person, the second who was rung": with_person(
        wait=Wait(30, agent="Agent 2", refusals=(Refusal.NO_ANSWER,))
    ),
    "an emergency": with_person(reason=HandoffReason.EMERGENCY, waited=3),
    "after hours": nobody(trouble=Trouble.CLOSED, waited=0),
    "thought again while waiting": with_person(
        waited=4, wait=Wait(4), handoff=Outcome.CALLER_LEFT, outcome=CallOutcome.ABANDONED, steps=()
    ),
    "called back": with_person(
        wait=Wait(60), handoff=Outcome.WANTS_CALLBACK, outcome=CallOutcome.CALLBACK, steps=()
    ),
    "held for a moment": story(
        turn(OK), turn(OK), steps=[step(5, Happened.HELD), step(9, Happened.RESUMED)]
    ),
    "three errands": story(
        *[turn(OK, ASKED[0]), turn(OK, ASKED[2])] * 4, path=(ASKED[0], ASKED[2]) * 4
    ),
    "a lost packet here and there": story(turn(OK), media=[replace(MEDIA, lost=6, late=4)]),
    "one SIP message sent twice": story(
        turn(OK),
        messages=[
            message("INVITE", 200),
            message("INVITE", 200, again=True),
            message("ACK", inward=True),
        ],
    ),
    "a quick clinic": story(turn(OK), clinic("refills.status", "ready", seconds=0.8), turn(OK)),
    "a browser, which reports nothing": story(turn(OK), turn(OK), media=()),
    "going on": story(turn(OK), outcome=None, ended=None, steps=[step(3, Happened.QUEUED)]),
}


def test_every_suspect_has_a_planted_case_and_lore() -> None:
    assert set(FAULTS) == set(Suspect)
    assert set(LORE) == set(Suspect)


@pytest.mark.parametrize(("planted", "call"), PLANTED, ids=lambda one: str(one)[:20])
def test_the_planted_fault_is_named_first(planted: Suspect, call: Story) -> None:
    assert [one.what for one in suspicions(call)][:1] == [planted]


@pytest.mark.parametrize("how", GOOD)
def test_a_call_that_went_well_is_left_in_peace(how: str) -> None:
    assert suspicions(GOOD[how]) == ()


def test_what_broke_the_call_comes_before_what_is_only_odd() -> None:
    call = abandoned(
        turn(OK),
        clinic("refills.status", UNAVAILABLE, seconds=8.0),
        reason=HandoffReason.CLINIC_DOWN,
        media=[replace(MEDIA, lost=40)],
        messages=[message("BYE", again=True)] * 3,
    )
    found = [(one.what, one.severity) for one in suspicions(call)]
    assert found == [
        (Suspect.CLINIC_DOWN, Severity.BROKE),
        (Suspect.PACKET_LOSS, Severity.ODD),
        (Suspect.SIGNALLING_LOSS, Severity.ODD),
    ]


def test_a_suspicion_names_the_turns_it_shows_in_and_the_figures() -> None:
    first, *_ = suspicions(missed(NOISY)[1])
    assert first.turns == (2, 3, 4)
    assert first.evidence == "The caller spoke 6 dB above the noise (-26 to -32 dBFS)."


def test_what_explains_another_suspicion_stands_alone() -> None:
    noisy = [one.what for one in suspicions(missed(NOISY)[0])]
    assert noisy == [Suspect.NOISE, Suspect.PATIENCE]
    silence = abandoned(*[turn(Judged.SILENT, sound=DIGITAL_SILENCE)] * 3)
    assert [one.what for one in suspicions(silence)] == [Suspect.MUTED]


def test_an_explanation_that_is_milder_than_what_it_would_explain_explains_nothing() -> None:
    lost = replace(MEDIA, received=1970, lost=30)
    call = given_up(turn(OK), *[turn(Judged.NOT_AN_ANSWER)] * 3, media=[lost])
    first, *_ = suspicions(call)
    assert (first.what, first.severity) == (Suspect.MISHEARD, Severity.BROKE)


def test_keys_on_a_line_that_understands_keys_alone_are_no_loss() -> None:
    deaf = [step(1, Happened.SPEECH_LOST)]
    assert suspicions(story(turn(Judged.EAR_LOST), turn(Judged.KEYED), steps=deaf)) == ()
    left = suspicions(abandoned(turn(Judged.EAR_LOST), turn(Judged.KEYED), steps=deaf))
    assert [(one.what, one.severity) for one in left] == [(Suspect.SPEECH_LOST, Severity.ODD)]


def test_every_sign_is_examined_once() -> None:
    assert len(set(SIGNS)) == len(SIGNS)


def test_a_call_that_crashed_lasted_until_the_last_that_is_known_of_it() -> None:
    call = story(turn(OK), outcome=CallOutcome.CRASHED, ended=None, steps=[step(31, Happened.HELD)])
    assert "ended 31 s into the call" in suspicions(call)[0].evidence
