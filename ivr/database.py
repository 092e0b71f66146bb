"""
The one door to SQLite: a file, a thread of its own, a time limit, and recovery.

The event loop never waits for a disk or a lock: every piece of work runs in the database's
thread, in one transaction, and is over for the caller after the time limit. A connection
in trouble is thrown away; the next piece of work opens the file again, whatever became of
it in between.
"""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

from ivr.errors import StoreUnavailable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
"""Runs in the database's thread, inside a transaction; what it raises undoes everything."""

_TROUBLES = {
    sqlite3.SQLITE_BUSY: "is locked by another program",
    sqlite3.SQLITE_LOCKED: "is locked by another program",
    sqlite3.SQLITE_FULL: "has no room left on its disk",
    sqlite3.SQLITE_NOTADB: "is damaged: not a database",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_READONLY: "cannot be written to",
    sqlite3.SQLITE_IOERR: "cannot be read or written: its disk fails",
}
_PAUSE = 0.01  # seconds between two attempts
_PRIMARY = 0xFF  # the low byte of an extended result code, https://sqlite.org/rescode.html
_MINE_ALONE = 0o600
_FOLDER_MINE_ALONE = 0o700


class Clerk:
    """One thread that does pieces of work one after the other, each within a time limit."""

    def __init__(self, name: str, *, title: str, timeout: float) -> None:
        """
        Name the thread; it begins with the first piece of work.

        Args:
            name: Of the thread.
            title: What errors say is slow or was closed.
            timeout: Longest a piece of work takes, in seconds.
        """
        self._title = title
        self._timeout = timeout
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def do(
        self, work: Callable[[threading.Event], T], *, hurry: Callable[[], None] | None = None
    ) -> T:
        """
        Run *work* in the thread. It must undo what it did once the event it is given is set.

        Args:
            work: Runs after all work given before.
            hurry: Called when the work is under way and the time is up.

        Raises:
            StoreUnavailable: The time is up, or this was closed.
        """
        given_up = threading.Event()
        try:
            future = self._thread.submit(work, given_up)
        except RuntimeError as error:
            raise StoreUnavailable(f"{self._title} was closed") from error
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            if hurry is not None and future.running():
                hurry()
            raise StoreUnavailable(
                f"{self._title} did not answer within {self._timeout:g} s"
            ) from None
        finally:
            given_up.set()

    async def close(self, last: Callable[[], None]) -> None:
        """Finish what is under way, then do *last*; idempotent, never fails."""
        with suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(self._timeout):
                await asyncio.wrap_future(self._thread.submit(last))
        self._thread.shutdown(wait=False, cancel_futures=True)


class Database:
    """
    A SQLite file. One instance a file and process; call its methods in one event loop.

    Cancelling `read` or `write` undoes what was not committed yet.
    """

    def __init__(self, path: Path, *, schema: str, timeout: float, recreate: bool = False) -> None:
        """
        Name the file; nothing is touched before the first `read` or `write`.

        Args:
            path: The file; made at first use, and its folder, if it is not there.
            schema: SQL that may run again at any time (`create table if not exists …`).
            timeout: Longest a piece of work takes, in seconds.
            recreate: Whether to begin a new file when the old one vanishes while in use.
        """
        self._path = path
        self._schema = schema
        self._timeout = timeout
        self._recreate = recreate
        self._seen = False
        self._connection: sqlite3.Connection | None = None
        self._identity = (0, 0)
        self._clerk = Clerk(f"db-{path.stem}", title=f"database {path.name}", timeout=timeout)

    async def read(self, work: Work[T]) -> T:
        """
        Run *work* without changing anything; it is not kept waiting by a writer.

        Raises:
            StoreUnavailable: The file is gone, damaged, locked, or slow beyond the limit.
        """
        return await self._clerk.do(partial(self._transact, "begin", work))

    async def write(self, work: Work[T]) -> T:
        """
        Run *work* and commit.

        Raises:
            StoreUnavailable: As for `read`, or there is no room; nothing was changed.
        """
        return await self._clerk.do(partial(self._transact, "begin immediate", work))

    async def close(self) -> None:
        """Finish what is under way and let go of the file; idempotent, never fails."""
        await self._clerk.close(self._disconnect)

    # ------------------------------------------------------------ in the database's thread

    def _transact(self, begin: str, work: Work[T], given_up: threading.Event) -> T:
        try:
            connection = self._connected()
            connection.execute(begin)
            result = work(connection)
            self._commit(connection, given_up)
        except (sqlite3.Error, OSError) as error:
            self._disconnect()
            raise StoreUnavailable(trouble(f"database {self._path.name}", error)) from error
        except BaseException:
            self._disconnect()
            raise
        return result

    def _commit(self, connection: sqlite3.Connection, given_up: threading.Event) -> None:
        if given_up.is_set():
            raise StoreUnavailable(f"database {self._path.name} was too slow, work undone")
        connection.execute("commit")

    def _connected(self) -> sqlite3.Connection:
        """Return a connection to the file that stands at the path now."""
        if self._connection is not None:
            with suppress(FileNotFoundError):
                if identify(self._path) == self._identity:
                    return self._connection
            self._disconnect()
        may_create = self._recreate or not self._seen
        self._connection = open_file(self._path, timeout=self._timeout, create=may_create)
        self._identity = identify(self._path)
        self._connection.executescript(self._schema)
        self._seen = True
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def open_file(path: Path, *, timeout: float, create: bool) -> sqlite3.Connection:
    """
    Open a SQLite file that is its owner's alone, in WAL, committing by word only.

    Args:
        path: The file.
        timeout: As of `Database`; a lock is waited for half as long, so that it is reported
            as a lock.
        create: Whether to make it, and its folder, when it is not there.

    Raises:
        OSError: It is not there, or cannot be made.
        sqlite3.Error: It is no database, or locked.
    """
    if create:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MINE_ALONE)
    os.close(os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), _MINE_ALONE))
    connection = sqlite3.connect(
        path, timeout=timeout / 2, isolation_level=None, check_same_thread=False
    )
    try:
        _use_wal(connection, give_up=time.monotonic() + timeout / 2)
        connection.execute("pragma foreign_keys = on")
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection, *, give_up: float) -> None:
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            # Going over to WAL does not wait for a lock: https://sqlite.org/wal.html#busy
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(_PAUSE)
        else:
            return


def identify(path: Path) -> tuple[int, int]:
    """Tell which file stands at *path*: an open connection follows a file that was moved."""
    found = path.stat()
    return found.st_dev, found.st_ino


def trouble(title: str, error: sqlite3.Error | OSError) -> str:
    """Say in words what is wrong with the file called *title*; nothing of what it holds."""
    if isinstance(error, OSError):
        return f"{title}: {os.strerror(error.errno or 0).lower()}"
    code = getattr(error, "sqlite_errorcode", 0)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return f"{title} {_TROUBLES.get(code & _PRIMARY, f'refused ({name})')}"


class Book:
    """Rows of one kind in a file of their own; what each kind of book has in common."""

    SCHEMA: ClassVar[str]
    """As `Database` takes it."""

    def __init__(self, database: Path, *, timeout: float = 5.0) -> None:
        """
        Name the file; nothing is touched before the first use.

        Args:
            database: SQLite file; made when it is not there.
            timeout: Longest anything takes, in seconds.
        """
        self._database = Database(database, schema=self.SCHEMA, timeout=timeout, recreate=True)

    async def close(self) -> None:
        """Let go of the file; never fails."""
        await self._database.close()
