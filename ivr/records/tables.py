"""
The tables of the records: what is kept of calls, in SQLite and in PostgreSQL.

No column holds what a patient said, keyed or is. A change here needs a migration beside it
(`ivr/records/migrations`); a test compares the two.
"""

from sqlalchemy import Boolean, Column, Index, MetaData, Table

from ivr.dialog.actions import HandoffReason
from ivr.dialog.confidence import Band
from ivr.dialog.turns import Answered
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.events import Refusal
from ivr.handoff.tickets import Priority
from ivr.records.columns import (
    CALLER,
    CELL,
    FILE,
    NAME,
    PERSON,
    TRUNK,
    VERSION,
    Choice,
    Choices,
    Count,
    Delays,
    Figure,
    Kind,
    Moment,
    Name,
    Names,
)
from ivr.story.calls import CALL_ID, CallOutcome
from ivr.story.steps import Happened
from ivr.story.turns import Judged

metadata = MetaData()


def _must(name: str, kind: Kind, *, key: bool = False) -> Column[object]:
    return Column(name, kind, nullable=False, primary_key=key)


calls = Table(
    "calls",
    metadata,
    _must("call", Name(CALL_ID), key=True),
    _must("run", Name(CALL_ID)),
    _must("started", Moment()),
    Column("answered", Moment()),
    Column("ended", Moment()),
    _must("cell", Name(CELL)),
    _must("trunk", Name(TRUNK)),
    _must("caller", Name(CALLER)),
    _must("flow", Name()),
    _must("version", Name(VERSION, NAME)),
    _must("about", Name()),
    _must("path", Names()),
    _must("last_state", Name()),
    Column("outcome", Choice(CallOutcome)),
    Column("reason", Choice(HandoffReason)),
    _must("queue", Name()),
    Column("handoff", Choice(Outcome)),
    Column("waited", Figure()),
    Column("priority", Choice(Priority)),
    Column("agent", Name(PERSON)),
    Column("refusals", Choices(Refusal)),
    Column("troubles", Choices(Trouble)),
    _must("turns", Count()),
    Column("latencies_ms", Delays(), key="latencies", nullable=False),
    Column("score", Count()),
    _must("recording", Name(FILE, NAME)),
    _must("recording_stopped", Boolean()),
    Index("calls_started", "started"),
    Index("calls_caller", "caller", "started"),
)
"""One row a call; `run` is the process that carried it, `last_state` the end of `path`."""

turns = Table(
    "turns",
    metadata,
    _must("call", Name(CALL_ID), key=True),
    _must("number", Count(), key=True),
    _must("at", Moment()),
    _must("state", Name()),
    _must("asked", Name()),
    _must("version", Name(VERSION, NAME)),
    _must("answered", Choice(Answered)),
    _must("judged", Choice(Judged)),
    Column("band", Choice(Band)),
    Column("confidence", Figure()),
    _must("patience", Figure()),
    _must("prompt", Figure()),
    _must("barged_in", Boolean()),
    Column("latency", Figure()),
    Column("recognised", Figure()),
    _must("operation", Name()),
    _must("outcome", Name()),
    Column("clinic", Figure()),
    _must("heard", Figure()),
    _must("speech", Figure()),
    Column("speech_dbfs", Figure()),
    Column("noise_dbfs", Figure()),
    _must("clipped", Figure()),
    _must("cut_in", Boolean()),
    _must("dropped", Count()),
    _must("tones", Count()),
    Index("turns_at", "at"),
)
"""One row a turn; from `heard` on what reached our ear in it."""

steps = Table(
    "steps",
    metadata,
    _must("run", Name(CALL_ID), key=True),
    _must("number", Count(), key=True),
    _must("call", Name(CALL_ID)),
    _must("at", Moment()),
    _must("happened", Choice(Happened)),
    _must("who", Name(PERSON)),
    _must("detail", Name()),
    Index("steps_call", "call"),
    Index("steps_at", "at"),
)
"""What happened beside the turns; numbered through a run, so that none is written twice."""

media = Table(
    "media",
    metadata,
    _must("call", Name(CALL_ID), key=True),
    _must("leg", Name(), key=True),
    _must("number", Count(), key=True),
    _must("at", Moment()),
    _must("codec", Name(TRUNK)),
    _must("received", Count()),
    _must("lost", Count()),
    _must("late", Count()),
    _must("jitter", Figure()),
    _must("buffered", Figure()),
    _must("sent", Count()),
    Column("far_lost", Count()),
    Column("far_jitter", Figure()),
    Column("round_trip", Figure()),
    _must("silent", Figure()),
    Index("media_at", "at"),
)
"""Samples of a leg: number 0 is the last one, the others were each worse than all before."""

messages = Table(
    "messages",
    metadata,
    _must("run", Name(CALL_ID), key=True),
    _must("number", Count(), key=True),
    _must("call", Name(CALL_ID)),
    _must("at", Moment()),
    _must("leg", Name()),
    _must("outward", Boolean()),
    _must("method", Name()),
    _must("status", Count()),
    _must("again", Boolean()),
    Index("messages_call", "call"),
    Index("messages_at", "at"),
)
"""SIP messages, numbered as steps are."""

runs = Table(
    "runs",
    metadata,
    _must("run", Name(CALL_ID), key=True),
    _must("cell", Name(CELL)),
    _must("host", Name(CELL)),
    _must("started", Moment()),
    _must("beat", Moment()),
)
"""Processes that write here; one whose `beat` is old has ended without a word."""
