"""
What is kept of conversations so that they can be told again on changed flows.

It holds nothing of a patient: see `ivr.dialog.account`.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from ivr.database import Book
from ivr.dialog.account import Account, read, written

LONGEST = 200_000  # characters of one call; a long one has a tenth
_SCHEMA = """
create table if not exists accounts (call text primary key, at real not null, told text not null);
create index if not exists accounts_at on accounts (at);
"""


class AccountBook(Book):
    """The accounts of calls in a SQLite file; a call has one for each flow it was led through."""

    SCHEMA = _SCHEMA

    async def keep(self, call: str, accounts: Sequence[Account]) -> None:
        """
        Keep the *accounts* of *call*; too long ones are not kept.

        Raises:
            StoreError: They could not be written.
        """
        told = json.dumps([written(account) for account in accounts])
        if len(told) <= LONGEST:
            await self._database.write(partial(_keep, call, told))

    async def kept(self, calls: Sequence[str] = ()) -> dict[str, tuple[Account, ...]]:
        """
        Return the accounts of *calls*, or of all, the newest call first; rows that are none lack.

        Raises:
            StoreError: They cannot be read.
        """
        found = await self._database.read(_all)
        wanted = {call: told for call, told in found if not calls or call in calls}
        read_ = {call: _read(told) for call, told in wanted.items()}
        return {call: accounts for call, accounts in read_.items() if accounts}

    async def delete_before(self, moment: datetime) -> int:
        """
        Delete what was kept before *moment*; return how many calls.

        Raises:
            StoreError: They could not be deleted.
        """
        return await self._database.write(partial(_delete_before, moment))

    async def count_before(self, moment: datetime) -> int:
        """
        Count the calls that `delete_before` would delete.

        Raises:
            StoreError: They cannot be read.
        """
        return await self._database.read(partial(_count_before, moment))


# ---------------------------------------------------------------- in the database's thread


def _keep(call: str, told: str, connection: sqlite3.Connection) -> None:
    now = datetime.now(UTC).timestamp()
    connection.execute("insert or replace into accounts values (?, ?, ?)", (call, now, told))


def _all(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = connection.execute("select call, told from accounts order by at desc, call")
    return [(str(call), str(told)) for call, told in rows]


def _read(told: str) -> tuple[Account, ...]:
    try:
        return tuple(read(one) for one in json.loads(told))
    except (ValueError, TypeError):
        return ()


def _count_before(moment: datetime, connection: sqlite3.Connection) -> int:
    wanted = "select count(*) from accounts where at < ?"
    return int(connection.execute(wanted, (moment.timestamp(),)).fetchone()[0])


def _delete_before(moment: datetime, connection: sqlite3.Connection) -> int:
    at = moment.timestamp()
    return connection.execute("delete from accounts where at < ?", (at,)).rowcount
