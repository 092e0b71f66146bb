"""
The call book: one row a call, for the practice's own figures and for finding out what went wrong.

A row says what the line did. What the caller said, keyed or is has no column here.
"""

import asyncio
import json
import re
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ivr import log
from ivr.database import Database
from ivr.dialog.actions import HandoffReason
from ivr.errors import StoreError
from ivr.handoff.actions import Outcome as HandoffOutcome
from ivr.handoff.actions import Trouble
from ivr.handoff.events import Refusal
from ivr.handoff.tickets import Priority
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.facts import Fact

_log = log.get(__name__)

BACKLOG = 2000
"""Rows held in memory while the file is in trouble; a week of a small clinic."""
RETRY = 5.0  # seconds between two attempts while the file is in trouble
WITHHELD = "[withheld]"

_NAME = re.compile(r"(?!.*\d{5})[A-Za-z_][\w.:-]{0,99}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{64}")
_PERSON = re.compile(r"(?!.*\d{5})[^\W\d_][\w .'-]{0,59}")
_FILE = re.compile(r"[0-9a-f]{32}\.wav")

_SCHEMA = """
create table if not exists calls (
    call text primary key, run text not null,
    started text not null, answered text, ended text,
    flow text not null, version text not null, path text not null,
    outcome text, reason text, queue text not null, handoff text,
    turns integer not null, latencies_ms text not null,
    recording text not null, recording_stopped integer not null
);
create index if not exists calls_started on calls (started);
create table if not exists waits (
    call text primary key, waited real not null, priority text not null, agent text not null,
    refusals text not null, troubles text not null
);
"""


class CallBook:
    """
    Rows in a SQLite file.

    `keep` neither waits nor fails: rows are written beside the calls, and while the file is
    gone, locked, damaged or without room they wait in memory and are tried again.
    """

    def __init__(self, database: Path, *, patience: float = 5.0) -> None:
        """
        Name the file; made when it is not there, and again when it vanishes.

        Args:
            database: SQLite file.
            patience: Seconds one attempt to write may take.
        """
        self._database = Database(database, schema=_SCHEMA, timeout=patience, recreate=True)
        self._file = database
        self._run = secrets.token_hex(4)
        self._waiting: dict[str, CallRow] = {}
        self._lost = 0
        self._in_trouble = False
        self._crashed_are_marked = False
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()
        self._writer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write, and mark the calls of a process that crashed; never fails."""
        self._writer = asyncio.create_task(self._write_for_ever())
        await self.flush()

    async def close(self) -> None:
        """Write what waits, if it can be written, and let go of the file; never fails."""
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        await self.flush()
        if self._waiting:
            _log.error("calls without a row", extra={"rows": len(self._waiting) + self._lost})
        await self._database.close()

    def keep(self, row: CallRow) -> None:
        """Keep *row*, in place of an earlier one of the same call; never waits, never fails."""
        self._waiting[row.call] = row
        if len(self._waiting) > BACKLOG:
            del self._waiting[next(iter(self._waiting))]
            self._lost += 1
        self._wake.set()

    def take(self, fact: Fact) -> None:
        """Keep what there is a column for; never waits, never fails."""
        if isinstance(fact, CallRow):
            self.keep(fact)

    async def flush(self) -> bool:
        """Try to write what waits; tell whether nothing waits any more. Never fails."""
        async with self._writing:
            rows = tuple(self._waiting.values())
            if rows or not self._crashed_are_marked:
                try:
                    await self._database.write(partial(self._put, rows))
                except StoreError as error:
                    self._note_trouble(error)
                    return False
            self._crashed_are_marked = True
            for row in rows:
                if self._waiting.get(row.call) is row:
                    del self._waiting[row.call]
            self._note_recovery(len(rows))
            return not self._waiting

    async def recent(self, count: int) -> tuple[CallRow, ...]:
        """
        Return the last *count* rows that were written, newest first.

        Raises:
            StoreError: They cannot be read.
        """
        try:
            return await self._database.read(partial(_recent, count))
        except ValueError as error:
            raise StoreError(f"database {self._file.name} holds rows that are none") from error

    async def delete_before(self, moment: datetime) -> int:
        """
        Delete the rows of calls that began before *moment*; return how many.

        Raises:
            StoreError: They could not be deleted.
        """
        return await self._database.write(partial(_delete_before, moment))

    # ------------------------------------------------------------ writing

    async def _write_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not await self.flush() and self._in_trouble:
                await asyncio.sleep(RETRY)
                self._wake.set()

    def _put(self, rows: Iterable[CallRow], connection: sqlite3.Connection) -> None:
        if not self._crashed_are_marked:
            connection.execute(
                "update calls set outcome = ? where outcome is null and run <> ?",
                (CallOutcome.CRASHED, self._run),
            )
        columns = ", ".join(_COLUMNS)
        connection.executemany(
            f"insert or replace into calls (run, {columns}) values (?{', ?' * len(_COLUMNS)})",  # noqa: S608 - our own columns
            [(self._run, *_written(row)) for row in rows],
        )
        connection.executemany(
            "insert or replace into waits values (?, ?, ?, ?, ?, ?)",
            [(row.call, *_written_wait(row.wait)) for row in rows if row.wait is not None],
        )

    def _note_trouble(self, error: StoreError) -> None:
        if not self._in_trouble:
            self._in_trouble = True
            extra = {"error": error, "path": self._file, "backlog": BACKLOG}
            _log.error("call book in trouble, rows wait in memory", extra=extra)

    def _note_recovery(self, rows: int) -> None:
        if self._in_trouble:
            self._in_trouble = False
            _log.warning("call book works again", extra={"rows": rows, "lost": self._lost})
            self._lost = 0


async def kept_calls(database: Path, *, most: int) -> tuple[CallRow, ...]:
    """
    Return the last *most* rows of a call book that a running line may be writing, newest first.

    Unlike a `CallBook` it marks nobody's calls as crashed.

    Raises:
        StoreError: They cannot be read.
    """
    book = Database(database, schema=_SCHEMA, timeout=5.0)
    try:
        return await book.read(partial(_recent, most))
    except ValueError as error:
        raise StoreError(f"database {database.name} holds rows that are none") from error
    finally:
        await book.close()


# ---------------------------------------------------------------- in the database's thread

_COLUMNS = (
    *("call", "started", "answered", "ended", "flow", "version", "path", "outcome", "reason"),
    *("queue", "handoff", "turns", "latencies_ms", "recording", "recording_stopped"),
)

_OF_WAIT = ("waited", "priority", "agent", "refusals", "troubles")
"""A table of their own: call books of earlier versions have no columns for them."""


def _written(row: CallRow) -> tuple[str | int | None, ...]:
    """Return the row in the order of `_COLUMNS`."""
    return (
        row.call,
        _moment(row.started),
        _moment(row.answered),
        _moment(row.ended),
        _name(row.flow),
        row.version if _HEX.fullmatch(row.version) else _name(row.version),
        json.dumps([_name(state) for state in row.path]),
        row.outcome,
        row.reason,
        _name(row.queue),
        row.handoff,
        row.turns,
        json.dumps([round(latency * 1000) for latency in row.latencies]),
        row.recording if _FILE.fullmatch(row.recording) else _name(row.recording),
        row.recording_stopped,
    )


def _written_wait(wait: Wait) -> tuple[str | float, ...]:
    return (
        round(wait.waited, 1),
        wait.priority,
        wait.agent if not wait.agent or _PERSON.fullmatch(wait.agent) else WITHHELD,
        json.dumps(wait.refusals),
        json.dumps(wait.troubles),
    )


def _name(text: str) -> str:
    return text if not text or _NAME.fullmatch(text) else WITHHELD


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds")


def _recent(count: int, connection: sqlite3.Connection) -> tuple[CallRow, ...]:
    found = connection.execute(
        f"select {', '.join(f'calls.{column}' for column in _COLUMNS)}, {', '.join(_OF_WAIT)} "  # noqa: S608 - our own columns
        "from calls left join waits on waits.call = calls.call "
        "order by started desc, calls.rowid desc limit ?",
        (count,),
    )
    names = (*_COLUMNS, *_OF_WAIT)
    return tuple(_read(dict(zip(names, values, strict=True))) for values in found)


def _read(found: dict[str, Any]) -> CallRow:
    return CallRow(
        call=found["call"],
        started=datetime.fromisoformat(found["started"]),
        answered=_read_moment(found["answered"]),
        ended=_read_moment(found["ended"]),
        flow=found["flow"],
        version=found["version"],
        path=tuple(json.loads(found["path"])),
        outcome=CallOutcome(found["outcome"]) if found["outcome"] else None,
        reason=HandoffReason(found["reason"]) if found["reason"] else None,
        queue=found["queue"],
        handoff=HandoffOutcome(found["handoff"]) if found["handoff"] else None,
        wait=_read_wait(found),
        turns=found["turns"],
        latencies=tuple(ms / 1000 for ms in json.loads(found["latencies_ms"])),
        recording=found["recording"],
        recording_stopped=bool(found["recording_stopped"]),
    )


def _read_wait(found: dict[str, Any]) -> Wait | None:
    if found["waited"] is None:
        return None
    return Wait(
        found["waited"],
        Priority(found["priority"]),
        found["agent"],
        tuple(Refusal(refusal) for refusal in json.loads(found["refusals"])),
        tuple(Trouble(trouble) for trouble in json.loads(found["troubles"])),
    )


def _read_moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _delete_before(moment: datetime, connection: sqlite3.Connection) -> int:
    at = _moment(moment)
    connection.execute(
        "delete from waits where call in (select call from calls where started < ?)", (at,)
    )
    return connection.execute("delete from calls where started < ?", (at,)).rowcount
