"""Stories of invented calls, to be examined: good ones, and ones with a single fault."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.dialog.actions import HandoffReason
from ivr.dialog.confidence import Band
from ivr.dialog.turns import Answered
from ivr.handoff.actions import Outcome
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.story import Story
from ivr.story.turns import Judged, Sound, Turn

CALL = "0a1b2c3d4e5f"
BEGAN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
VOICE = Sound(heard=4.0, speech=1.2, speech_dbfs=-24.0, noise_dbfs=-62.0)
ROOM = Sound(heard=6.0, noise_dbfs=-62.0)
DIGITAL_SILENCE = Sound(heard=6.0, noise_dbfs=-96.0)
MEDIA = Media(CALL, BEGAN, codec="PCMU", received=2000, sent=2000, jitter=0.004, buffered=0.04)
ASKED = ("main_menu.welcome", "verify_identity.ask_date_of_birth", "refill_status.ask_number")
_HOW = {
    Judged.ACCEPTED: (Answered.SPEECH, Band.ACCEPT, 0.92),
    Judged.READ_BACK: (Answered.SPEECH, Band.CONFIRM, 0.6),
    Judged.CONFIRMED: (Answered.SPEECH, Band.ACCEPT, 0.97),
    Judged.DENIED: (Answered.SPEECH, Band.ACCEPT, 0.95),
    Judged.WISH: (Answered.SPEECH, Band.ACCEPT, 0.93),
    Judged.TOO_UNSURE: (Answered.NOT_UNDERSTOOD, Band.REJECT, 0.2),
    Judged.NOT_AN_ANSWER: (Answered.NOT_UNDERSTOOD, None, None),
    Judged.NO_WORDS: (Answered.NOT_UNDERSTOOD, None, None),
    Judged.WITHOUT_END: (Answered.NOT_UNDERSTOOD, None, None),
    Judged.WRONG_KEYS: (Answered.NOT_UNDERSTOOD, None, None),
    Judged.KEYED: (Answered.KEYS, None, None),
    Judged.SILENT: (Answered.SILENCE, None, None),
}


def at(seconds: float) -> datetime:
    """Give the moment *seconds* after the call began."""
    return BEGAN + timedelta(seconds=seconds)


def turn(judged: Judged, state: str = ASKED[0], *, sound: Sound | None = None, **more: Any) -> Turn:  # noqa: ANN401 - fields, checked by the dataclass
    """Make one turn in which something was asked; `number` and `at` are `story`'s to give."""
    answered, band, confidence = _HOW.get(judged, (Answered.EVENT, None, None))
    quiet = judged in {Judged.SILENT, Judged.KEYED, Judged.WRONG_KEYS}
    fields: dict[str, Any] = {
        "asked": "menu",
        "answered": answered,
        "judged": judged,
        "band": band,
        "confidence": confidence,
        "prompt": 4.0,
        "patience": 6.0,
        "latency": None if judged is Judged.SILENT else 0.5,
        "recognised": None if quiet else 0.08,
        "sound": sound if sound is not None else ROOM if quiet else VOICE,
    }
    return Turn(CALL, 1, BEGAN, state, **fields | more)


def clinic(operation: str, outcome: str, *, seconds: float = 0.1) -> Turn:
    """Make a turn in which the clinic was asked."""
    return Turn(
        CALL, 1, BEGAN, "refill_status.look_up", operation=operation, outcome=outcome,
        clinic=seconds,
    )  # fmt: skip


def story(
    *turns: Turn,
    steps: Sequence[Step] = (),
    media: Sequence[Media] = (MEDIA,),
    messages: Sequence[Message] = (),
    seconds: float = 40.0,
    **row: Any,  # noqa: ANN401 - fields, checked by the dataclass
) -> Story:
    """Make a call of *seconds* that the line settled by itself, unless *row* says otherwise."""
    count = len(turns)
    placed = tuple(
        replace(one, number=number, at=at(1 + (seconds - 2) * (number - 1) / max(1, count)))
        for number, one in enumerate(turns, start=1)
    )
    fields: dict[str, Any] = {
        "answered": at(0.2),
        "ended": at(seconds),
        "flow": "main_menu",
        "path": tuple(dict.fromkeys(one.state for one in turns)),
        "outcome": CallOutcome.CONTAINED,
        "turns": count,
    }
    steps = steps or (Step(CALL, at(seconds), Happened.CALLER_LEFT),)
    return Story(
        CallRow(CALL, BEGAN, **fields | row), placed, tuple(steps), tuple(media), tuple(messages)
    )


def given_up(*turns: Turn, **more: Any) -> Story:  # noqa: ANN401 - fields, checked by the dataclass
    """Make a call that went to a person for too many misunderstandings, who helped."""
    fields: dict[str, Any] = {
        "outcome": CallOutcome.HANDED_OFF,
        "reason": HandoffReason.NOT_UNDERSTOOD,
        "queue": "front_desk",
        "handoff": Outcome.SERVED,
        "wait": Wait(12.0, agent="Agent 1"),
    }
    return story(*turns, **fields | more)


def abandoned(*turns: Turn, **more: Any) -> Story:  # noqa: ANN401 - fields, checked by the dataclass
    """Make a call whose caller hung up before anything came of it."""
    return story(*turns, **{"outcome": CallOutcome.ABANDONED} | more)


def with_person(*, waited: float = 12.0, talked: float = 90.0, **more: Any) -> Story:  # noqa: ANN401 - fields, checked by the dataclass
    """Make a call whose caller asked for a person."""
    steps = (
        Step(CALL, at(5), Happened.WANTED_PERSON, detail=HandoffReason.ASKED),
        Step(CALL, at(5.1), Happened.QUEUED, detail="front_desk"),
        Step(CALL, at(waited), Happened.RANG, who="Agent 1"),
        Step(CALL, at(5 + waited), Happened.BRIDGED, who="Agent 1"),
        Step(CALL, at(5 + waited + talked), Happened.UNBRIDGED, who="Agent 1"),
    )
    fields: dict[str, Any] = {
        "steps": steps,
        "seconds": 10 + waited + talked,
        "outcome": CallOutcome.HANDED_OFF,
        "reason": HandoffReason.ASKED,
        "queue": "front_desk",
        "handoff": Outcome.SERVED,
        "wait": Wait(waited, agent="Agent 1"),
    }
    return story(turn(Judged.WISH), **fields | more)
