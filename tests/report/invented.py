"""Small stores of invented calls that hypothesis makes up, around a change of the clocks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from ivr.dialog.actions import HandoffReason
from ivr.dialog.turns import Answered
from ivr.report.period import Period
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.steps import Happened, Step
from ivr.story.story import Story
from ivr.story.turns import Judged, Turn
from tests.report.store import NEW_YORK

CHANGE = Period(date(2026, 10, 26), date(2026, 11, 9), NEW_YORK)
"""Two weeks; on November 1 the hour after midnight and one comes twice."""
BEGINS = datetime(2026, 10, 15, tzinfo=UTC)
MINUTES = 35 * 24 * 60

abouts = st.sampled_from(["", "refill_status", "eligibility"])
states = st.sampled_from(["main_menu.menu", "refill_status.ask_number", "eligibility.later"])
times = st.integers(0, MINUTES) | st.integers(24000, 24300)  # the second: around the change


@dataclass(frozen=True)
class _Turned:
    state: str
    asked: str
    judged: Judged
    latency: float | None
    operation: str
    outcome: str


turned = st.builds(
    _Turned,
    states,
    st.sampled_from(["", "menu", "digits", "read_back"]),
    st.sampled_from(Judged),
    st.none() | st.integers(0, 4000).map(lambda ms: ms / 1000),
    st.sampled_from(["", "refills.status"]),
    st.sampled_from(["", "ready", "unavailable"]),
)
waits = st.builds(
    Wait, st.integers(0, 1200).map(lambda tenths: tenths / 10), agent=st.sampled_from(["", "Ann"])
)


@st.composite
def stories(draw: st.DrawFn) -> list[Story]:
    return [_story(draw, number) for number in range(draw(st.integers(0, 25)))]


def _story(draw: st.DrawFn, number: int) -> Story:
    call = f"{number:016x}"
    at = BEGINS + timedelta(minutes=draw(times))
    wait = draw(st.none() | waits)
    row = CallRow(
        call,
        at,
        caller=draw(st.sampled_from(["", "0" * 16, "1" * 16])),
        version=draw(st.sampled_from(["", "a" * 12, "b" * 12])),
        about=draw(abouts),
        path=tuple(draw(st.lists(states, max_size=2))),
        outcome=draw(st.none() | st.sampled_from(CallOutcome)),
        reason=draw(st.none() | st.sampled_from(HandoffReason)),
        queue=draw(st.sampled_from(["pharmacy", "billing"])),
        wait=wait,
        score=draw(st.none() | st.integers(1, 5)),
    )
    turns = tuple(
        _turn(call, n, at + timedelta(seconds=10 * n), one)
        for n, one in enumerate(draw(st.lists(turned, max_size=4)), start=1)
    )
    happened = draw(st.lists(st.sampled_from(Happened), max_size=2))
    return Story(row, turns, tuple(Step(call, at, what) for what in happened))


def _turn(call: str, number: int, at: datetime, one: _Turned) -> Turn:
    return Turn(
        call,
        number,
        at,
        one.state,
        asked=one.asked,
        answered=Answered.EVENT,
        judged=one.judged,
        latency=one.latency,
        operation=one.operation,
        outcome=one.outcome,
    )
