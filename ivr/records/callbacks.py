"""Call-backs on the disk, so that callers who hung up keep their place through a restart."""

import math
import sqlite3
from dataclasses import dataclass, replace
from functools import partial

from ivr.database import Book
from ivr.errors import StoreError
from ivr.handoff.tickets import Priority, Ticket

MOST = 1000
"""Call-backs that wait at most; more nobody will ever work through."""

_SCHEMA = """
create table if not exists callbacks (
    key text primary key, queue text not null, asked_at real not null, language text not null,
    priority text not null, moved_up real not null, number text not null, about text not null,
    tries integer not null, not_before real not null
);
"""


@dataclass(frozen=True, slots=True)
class KeptCall:
    """One caller who will be rung back."""

    ticket: Ticket
    number: str
    """Where to ring them; personal, never logged."""
    about: str = ""
    """What it is about, in plain words; medical, never logged."""
    tries: int = 0
    """How often they were rung."""


class CallbackBook(Book):
    """Call-backs in a SQLite file; a row is there as long as the caller waits."""

    SCHEMA = _SCHEMA

    async def keep(self, call: KeptCall) -> None:
        """
        Write a call-back down, or what changed in it.

        Raises:
            StoreError: It could not be written, or too many wait.
        """
        if not await self._database.write(partial(_keep, call)):
            raise StoreError(f"call-backs: {MOST} wait already")

    async def waiting(self) -> tuple[KeptCall, ...]:
        """
        Return who waits, the next one first. A row that is none is left out.

        Raises:
            StoreError: They cannot be read.
        """
        return await self._database.read(_all)

    async def remove(self, key: str) -> bool:
        """
        Take a call-back out; False when there is none.

        Raises:
            StoreError: It could not be removed.
        """
        return await self._database.write(partial(_remove, key))


# ---------------------------------------------------------------- in the database's thread


def _keep(call: KeptCall, connection: sqlite3.Connection) -> bool:
    ticket = call.ticket
    (others,) = connection.execute(
        "select count(*) from callbacks where key <> ?", (ticket.key,)
    ).fetchone()
    if others >= MOST:
        return False
    connection.execute(
        "insert or replace into callbacks values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(ticket.key, ticket.queue, ticket.asked_at, ticket.language, ticket.priority),
            *(ticket.moved_up, call.number, call.about, call.tries, ticket.not_before),
        ),
    )
    return True


def _all(connection: sqlite3.Connection) -> tuple[KeptCall, ...]:
    rows = connection.execute("select * from callbacks").fetchall()
    calls = [call for row in rows if (call := _read(row)) is not None]
    return tuple(sorted(calls, key=lambda call: (call.ticket.rank, call.ticket.key)))


def _read(row: tuple[object, ...]) -> KeptCall | None:
    key, queue, asked_at, language, priority, moved_up, number, about, tries, not_before = row
    texts = (key, queue, language, number, about)
    times = (asked_at, moved_up, not_before)
    if not all(isinstance(text, str) for text in texts) or not isinstance(tries, int):
        return None
    if not all(isinstance(time, float) and math.isfinite(time) for time in times):
        return None
    if priority not in tuple(Priority):
        return None
    ticket = Ticket(str(key), str(queue), float(str(asked_at)), language=str(language))
    ticket = replace(
        ticket,
        priority=Priority(str(priority)),
        callback=True,
        moved_up=float(str(moved_up)),
        not_before=float(str(not_before)),
    )
    return KeptCall(ticket, str(number), str(about), tries)


def _remove(key: str, connection: sqlite3.Connection) -> bool:
    return connection.execute("delete from callbacks where key = ?", (key,)).rowcount > 0
