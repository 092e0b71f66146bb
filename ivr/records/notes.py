"""What agents wrote about their talks, on the disk."""

import math
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from ivr.database import Book

_SCHEMA = """
create table if not exists notes (
    call text not null, agent text not null, at real not null, outcome text not null,
    note text not null, finished integer not null, primary key (call, agent)
);
create index if not exists notes_at on notes (at);
"""


@dataclass(frozen=True, slots=True)
class KeptNote:
    """What one agent wrote about one call. Personal data: never logged."""

    call: str
    """Opaque id."""
    agent: str
    at: datetime
    outcome: str
    """How it came out in the agent's judgement, such as `solved`; `` when they did not say."""
    note: str
    finished: bool
    """False: the agent went away, this is as far as they came."""


class NoteBook(Book):
    """Notes in a SQLite file: one a call and agent, the last one counts."""

    SCHEMA = _SCHEMA

    async def keep(self, note: KeptNote) -> None:
        """
        Write a note down in place of the agent's earlier one of that call.

        Raises:
            StoreError: It could not be written.
        """
        await self._database.write(partial(_keep, note))

    async def kept(self, call: str = "") -> tuple[KeptNote, ...]:
        """
        Return the notes of *call*, or all, oldest first. A row that is none is left out.

        Raises:
            StoreError: They cannot be read.
        """
        return await self._database.read(partial(_kept, call))

    async def delete_before(self, moment: datetime) -> int:
        """
        Delete what was written before *moment*; return how many.

        Raises:
            StoreError: They could not be deleted.
        """
        return await self._database.write(partial(_delete_before, moment))


# ---------------------------------------------------------------- in the database's thread


def _keep(note: KeptNote, connection: sqlite3.Connection) -> None:
    connection.execute(
        "insert or replace into notes values (?, ?, ?, ?, ?, ?)",
        (note.call, note.agent, note.at.timestamp(), note.outcome, note.note, note.finished),
    )


def _kept(call: str, connection: sqlite3.Connection) -> tuple[KeptNote, ...]:
    rows = connection.execute(
        "select * from notes where ? in ('', call) order by at, call, agent", (call,)
    ).fetchall()
    return tuple(note for row in rows if (note := _read(row)) is not None)


def _read(row: tuple[object, ...]) -> KeptNote | None:
    call, agent, at, outcome, note, finished = row
    if not all(isinstance(text, str) for text in (call, agent, outcome, note)):
        return None
    if not isinstance(at, float) or not math.isfinite(at):
        return None
    try:
        moment = datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return KeptNote(str(call), str(agent), moment, str(outcome), str(note), finished == 1)


def _delete_before(moment: datetime, connection: sqlite3.Connection) -> int:
    return connection.execute("delete from notes where at < ?", (moment.timestamp(),)).rowcount
