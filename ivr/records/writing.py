"""Statements that write the records; all of them may be repeated without harm."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    func,
    literal,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ivr.records import rows
from ivr.records.choosing import Entry
from ivr.records.columns import moment
from ivr.records.tables import calls, media, messages, runs, steps, turns
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Turn

BEAT = 15.0  # seconds between two signs of life of a process that writes
DEAD_AFTER = timedelta(seconds=60)  # without one; four were missed

_DETAILS = (turns, steps, media, messages)
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class Run:
    """A process that writes."""

    run: str
    """Opaque id, drawn anew by each."""
    cell: str
    host: str
    alone: bool
    """Whether nobody else writes to this database."""


def put(entries: Sequence[Entry], run: Run, connection: Connection) -> None:
    """Write *entries*, in place of what stands there under their keys."""
    found: dict[str, list[rows.Values]] = {}
    for entry in entries:
        found.setdefault(entry.key[0], []).append(_values(entry, run.run))
    for name, values in found.items():
        upsert(rows.TABLES[name], values, connection)


def upsert(table: Table, values: Sequence[rows.Values], connection: Connection) -> None:
    """Write rows of *table*, in place of what stands there under their primary keys."""
    insert: Any = _INSERTS[connection.dialect.name](table)
    key = [column.key for column in table.primary_key]
    new = {c.key: insert.excluded[c.key] for c in table.columns if not c.primary_key}
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=new), values)


def _values(entry: Entry, run: str) -> rows.Values:
    match entry.fact:
        case CallRow() as row:
            return rows.of_call(row, run=run)
        case Turn() as turn:
            return rows.of_turn(turn)
        case Media() as sample:
            return rows.numbered(sample, entry.number)
        case Step() | Message() as fact:
            return rows.numbered(fact, entry.number, run=run)
        case _:
            assert_never(entry.fact)


# ---------------------------------------------------------------- processes


def register(run: Run, connection: Connection) -> int:
    """Begin to write as *run*; mark the open calls of dead processes, and return how many."""
    now = _now(connection)
    upsert(runs, [_row_of(run, now)], connection)
    return _bury(connection, _living(run, now, anew=True))


def beat(run: Run, connection: Connection) -> bool:
    """
    Give a sign of life, and mark the open calls of processes that gave none.

    Returns:
        Whether *run* was known; if not, others took it for dead, or the rows are gone.
    """
    now = _now(connection)
    known = connection.execute(update(runs).where(runs.c.run == run.run).values(beat=now)).rowcount
    if not known:
        upsert(runs, [_row_of(run, now)], connection)
    _bury(connection, _living(run, now, anew=False))
    return bool(known)


def _row_of(run: Run, now: datetime) -> rows.Values:
    return {"run": run.run, "cell": run.cell, "host": run.host, "started": now, "beat": now}


def _now(connection: Connection) -> datetime:
    """Tell the time by the database's clock: those of several machines need not agree."""
    if connection.dialect.name == "postgresql":
        seconds = connection.execute(text("select extract(epoch from clock_timestamp())"))
        return moment(round(1000 * seconds.scalar_one()))
    return moment(round(1000 * time.time()))


def _living(run: Run, now: datetime, *, anew: bool) -> Select[str]:
    """Select who is alive; when a cell starts *anew*, whoever had its name is not."""
    itself = runs.c.run == run.run
    if run.alone:
        return select(runs.c.run).where(itself)
    others = runs.c.beat >= now - DEAD_AFTER
    if anew:
        others &= runs.c.cell != run.cell
    return select(runs.c.run).where(itself | others)


def _bury(connection: Connection, alive: Select[str]) -> int:
    """Mark the calls that nobody carries any more with the last moment known of them."""
    living = connection.execute(alive).scalars().all()
    beat_ = select(runs.c.beat).where(runs.c.run == calls.c.run).scalar_subquery()
    known = (calls.c.started, calls.c.answered, calls.c.ended, beat_, *map(_last, _DETAILS))
    as_numbers = (type_coerce(at, BigInteger) for at in known)  # a damaged row is marked, too
    open_ = calls.c.outcome.is_(None) & calls.c.run.not_in(living)
    found = connection.execute(select(calls.c.call, *as_numbers).where(open_)).all()
    for call, *moments in found:
        ended = max((at for at in moments if isinstance(at, int)), default=None)
        crashed = {"outcome": CallOutcome.CRASHED, "ended": literal(ended, BigInteger)}
        connection.execute(update(calls).where(calls.c.call == call).values(crashed))
    connection.execute(delete(runs).where(runs.c.run.not_in(living)))
    return len(found)


def _last(table: Table) -> ColumnElement[datetime]:
    """Select the last moment that *table* knows of a call."""
    return select(func.max(table.c.at)).where(table.c.call == calls.c.call).scalar_subquery()
