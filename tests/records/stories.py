"""Calls with everything that can be kept of them; all of it invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ivr.dialog.actions import HandoffReason
from ivr.dialog.confidence import Band
from ivr.dialog.turns import Answered
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.events import Refusal
from ivr.handoff.tickets import Priority
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.story import Story
from ivr.story.turns import Judged, Sound, Turn

NINE = datetime(2031, 5, 6, 9, 0, tzinfo=UTC)
CALL = "00c0ffee"


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


FULL_ROW = CallRow(
    call=CALL,
    started=NINE,
    answered=at(1),
    ended=at(80),
    cell="clinic-1.example",
    trunk="acme 1",
    caller="0123456789abcdef",
    flow="main_menu",
    version="0123456789ab",
    about="refill_status",
    path=("main_menu.menu", "refill_status.ask_number", "refill_status.person"),
    outcome=CallOutcome.HANDED_OFF,
    reason=HandoffReason.ASKED,
    queue="pharmacy",
    handoff=Outcome.SERVED,
    wait=Wait(
        12.5,
        Priority.URGENT,
        "Maria O'Hara-Núñez",
        (Refusal.BUSY, Refusal.NO_ANSWER),
        (Trouble.AGENT_GONE,),
    ),
    turns=7,
    latencies=(0.041, 0.382),
    score=4,
    recording="0123456789abcdef0123456789abcdef.wav",
    recording_stopped=True,
)
FULL_TURN = Turn(
    call=CALL,
    number=2,
    at=at(12.345),
    state="refill_status.ask_number",
    asked="digits",
    version="0123456789ab",
    answered=Answered.SPEECH,
    judged=Judged.READ_BACK,
    band=Band.CONFIRM,
    confidence=0.71,
    patience=2.5,
    prompt=1.25,
    barged_in=True,
    latency=0.383,
    recognised=0.11,
    operation="refills.status",
    outcome="ready",
    clinic=0.5,
    sound=Sound(3.5, 1.25, -23.5, -61.25, 0.01, cut_in=True, dropped=3),
)
FULL = Story(
    FULL_ROW,
    (Turn(CALL, 1, at(3), "main_menu.menu"), FULL_TURN),
    (
        Step(CALL, at(20), Happened.WANTED_PERSON, detail="asked"),
        Step(CALL, at(20), Happened.QUEUED, detail="pharmacy"),
        Step(CALL, at(32), Happened.BRIDGED, who="Maria O'Hara-Núñez"),
    ),
    (Media(CALL, at(79), "caller", "PCMU", 3950, 12, 3, 0.004, 0.06, 3960, 7, 0.005, 0.04, 0.1),),
    (
        Message(CALL, NINE, "caller", outward=False, method="INVITE"),
        Message(CALL, at(1), "caller", outward=True, method="INVITE", status=200, again=True),
    ),
)


def call(number: int, **changes: object) -> CallRow:
    """The row of a call that began *number* seconds after nine."""
    row = CallRow(f"{number:08x}", at(number), flow="main_menu")
    return replace(row, **changes)  # type: ignore[arg-type] # each a field of the row
