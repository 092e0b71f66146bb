"""Facts of invented calls, for the tests of whoever watches."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from ivr.story.calls import CallOutcome, CallRow
from ivr.story.facts import Fact, Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.turns import Turn
from ivr.watch.asking import Answer
from ivr.watch.hub import Look

BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ASKED = "refill_status.ask_number"
CALLS = ("00c0ffee0001", "00c0ffee0002", "00c0ffee0003")
MASKED, SAID, VALUE = "refill •••", "refill four eight two", "lisinopril"


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def glimpse(call: str = CALLS[0], seconds: float = 0.0, **changes: object) -> Glimpse:
    return replace(Glimpse(call, at(seconds), BEGAN), **cast("Any", changes))


def told_words(call: str = CALLS[0], seconds: float = 1.0) -> Glimpse:
    return glimpse(call, seconds, words=MASKED, said=SAID, slots={"drug": VALUE}, confidence=0.9)


def began(call: str = CALLS[0]) -> CallRow:
    return CallRow(call, BEGAN)


def ended(call: str = CALLS[0], seconds: float = 60.0) -> CallRow:
    return CallRow(call, BEGAN, ended=at(seconds), outcome=CallOutcome.CONTAINED)


def parts(call: str = CALLS[0], seconds: float = 2.0) -> tuple[Fact, ...]:
    """One fact of each kind that stories are made of."""
    moment = at(seconds)
    return (
        Turn(
            call,
            1,
            moment,
            "refill_status.ask_number",
            latency=0.31,
            recognised=0.05,
            confidence=0.75,
        ),
        Step(call, moment, Happened.WANTED_PERSON, detail="asked"),
        Media(call, moment, received=50, jitter=0.004),
        Message(call, moment, "caller", outward=False, method="INVITE"),
    )


def telling(what: dict[str, Any]) -> Answer:
    async def answer() -> dict[str, Any]:
        return what

    return answer


QUEUES: dict[str, Any] = {
    "queues": [{"queue": "pharmacy", "waiting": 1, "longest": 95, "in_time": 0.75}],
    "callers": [{"call": CALLS[0], "queue": "pharmacy", "waited": 95, "passed": ["Dana"]}],
}
AGENTS: dict[str, Any] = {"agents": [{"agent": "Kim", "presence": "paused", "queues": []}]}
LINE: dict[str, Any] = {"cell": "front-1", "capacity": 4, "trunks": [{"name": "acme"}]}


def look() -> Look:
    return Look(telling(QUEUES), telling(AGENTS), lambda: LINE)
