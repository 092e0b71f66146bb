"""Turns, steps, media and messages; moments as milliseconds; the wait in the row of its call."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import RowMapping

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_log = logging.getLogger("ivr.records.migrations")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = 500  # rows
_OLD = """
select calls.*, waited, priority, agent, refusals, troubles
from old_calls as calls left join waits on waits.call = calls.call
"""


def _must(name: str, kind: type[sa.types.TypeEngine[Any]]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Make the new tables, and move the rows of calls into theirs."""
    op.rename_table("calls", "old_calls")
    op.execute("drop index if exists calls_started")
    if op.get_context().dialect.name == "postgresql":
        op.execute("alter index calls_pkey rename to old_calls_pkey")
    calls = _make_calls()
    _make_turns()
    _make_steps()
    _make_media()
    _make_messages()
    _make_runs()
    _move(calls)
    op.drop_table("waits")
    op.drop_table("old_calls")


def _move(calls: sa.Table) -> None:
    connection = op.get_bind()
    found = connection.execute(sa.text(_OLD).execution_options(yield_per=_AT_ONCE)).mappings()
    unread = 0
    for part in found.partitions(_AT_ONCE):
        rows = [row for old in part if (row := _moved(old)) is not None]
        unread += len(part) - len(rows)
        if rows:
            connection.execute(calls.insert(), rows)
    if unread:
        _log.warning("rows of calls that are none were left behind", extra={"rows": unread})


def _moved(old: RowMapping) -> dict[str, Any] | None:
    """Return the row in the new shape; None when it is none."""
    try:
        started, path = _milliseconds(old["started"]), json.loads(old["path"])
        moments = {name: _milliseconds(old[name]) for name in ("answered", "ended")}
    except (ValueError, TypeError):
        return None
    return {
        **old,
        **moments,
        "started": started,
        "last_state": path[-1] if path else "",
        "recording_stopped": bool(old["recording_stopped"]),
        **dict.fromkeys(("cell", "trunk", "caller", "about"), ""),
        "score": None,
    }


def _milliseconds(written: str | None) -> int | None:
    if written is None:
        return None
    return round((datetime.fromisoformat(written) - _EPOCH) / timedelta(milliseconds=1))


def _make_calls() -> sa.Table:
    table = op.create_table(
        "calls",
        sa.Column("call", sa.String, primary_key=True),
        _must("run", sa.String),
        _must("started", sa.BigInteger),
        sa.Column("answered", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
        _must("cell", sa.String),
        _must("trunk", sa.String),
        _must("caller", sa.String),
        _must("flow", sa.String),
        _must("version", sa.String),
        _must("about", sa.String),
        _must("path", sa.Text),
        _must("last_state", sa.String),
        sa.Column("outcome", sa.String),
        sa.Column("reason", sa.String),
        _must("queue", sa.String),
        sa.Column("handoff", sa.String),
        sa.Column("waited", sa.Double),
        sa.Column("priority", sa.String),
        sa.Column("agent", sa.String),
        sa.Column("refusals", sa.Text),
        sa.Column("troubles", sa.Text),
        _must("turns", sa.Integer),
        _must("latencies_ms", sa.Text),
        sa.Column("score", sa.Integer),
        _must("recording", sa.String),
        _must("recording_stopped", sa.Boolean),
    )
    op.create_index("calls_started", "calls", ["started"])
    op.create_index("calls_caller", "calls", ["caller", "started"])
    return table


def _make_turns() -> None:
    op.create_table(
        "turns",
        sa.Column("call", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        _must("at", sa.BigInteger),
        _must("state", sa.String),
        _must("asked", sa.String),
        _must("version", sa.String),
        _must("answered", sa.String),
        _must("judged", sa.String),
        sa.Column("band", sa.String),
        sa.Column("confidence", sa.Double),
        _must("patience", sa.Double),
        _must("prompt", sa.Double),
        _must("barged_in", sa.Boolean),
        sa.Column("latency", sa.Double),
        sa.Column("recognised", sa.Double),
        _must("operation", sa.String),
        _must("outcome", sa.String),
        sa.Column("clinic", sa.Double),
        _must("heard", sa.Double),
        _must("speech", sa.Double),
        sa.Column("speech_dbfs", sa.Double),
        sa.Column("noise_dbfs", sa.Double),
        _must("clipped", sa.Double),
        _must("cut_in", sa.Boolean),
        _must("dropped", sa.Integer),
        _must("tones", sa.Integer),
    )
    op.create_index("turns_at", "turns", ["at"])


def _make_steps() -> None:
    op.create_table(
        "steps",
        sa.Column("run", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        _must("call", sa.String),
        _must("at", sa.BigInteger),
        _must("happened", sa.String),
        _must("who", sa.String),
        _must("detail", sa.String),
    )
    op.create_index("steps_call", "steps", ["call"])
    op.create_index("steps_at", "steps", ["at"])


def _make_media() -> None:
    op.create_table(
        "media",
        sa.Column("call", sa.String, primary_key=True),
        sa.Column("leg", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        _must("at", sa.BigInteger),
        _must("codec", sa.String),
        _must("received", sa.Integer),
        _must("lost", sa.Integer),
        _must("late", sa.Integer),
        _must("jitter", sa.Double),
        _must("buffered", sa.Double),
        _must("sent", sa.Integer),
        sa.Column("far_lost", sa.Integer),
        sa.Column("far_jitter", sa.Double),
        sa.Column("round_trip", sa.Double),
        _must("silent", sa.Double),
    )
    op.create_index("media_at", "media", ["at"])


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("run", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        _must("call", sa.String),
        _must("at", sa.BigInteger),
        _must("leg", sa.String),
        _must("outward", sa.Boolean),
        _must("method", sa.String),
        _must("status", sa.Integer),
        _must("again", sa.Boolean),
    )
    op.create_index("messages_call", "messages", ["call"])
    op.create_index("messages_at", "messages", ["at"])


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run", sa.String, primary_key=True),
        _must("cell", sa.String),
        _must("host", sa.String),
        _must("started", sa.BigInteger),
        _must("beat", sa.BigInteger),
    )
