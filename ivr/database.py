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
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"db-{path.stem}")

    async def read(self, work: Work[T]) -> T:
        """
        Run *work* without changing anything; it is not kept waiting by a writer.

        Raises:
            StoreUnavailable: The file is gone, damaged, locked, or slow beyond the limit.
        """
        return await self._run("begin", work)

    async def write(self, work: Work[T]) -> T:
        """
        Run *work* and commit.

        Raises:
            StoreUnavailable: As for `read`, or there is no room; nothing was changed.
        """
        return await self._run("begin immediate", work)

    async def close(self) -> None:
        """Finish what is under way and let go of the file; idempotent, never fails."""
        with suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(self._timeout):
                await asyncio.wrap_future(self._thread.submit(self._disconnect))
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, begin: str, work: Work[T]) -> T:
        given_up = threading.Event()
        try:
            future = self._thread.submit(self._transact, begin, work, given_up)
        except RuntimeError as error:
            raise StoreUnavailable(f"database {self._path.name} was closed") from error
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise StoreUnavailable(
                f"database {self._path.name} did not answer within {self._timeout:g} s"
            ) from None
        finally:
            given_up.set()

    # ------------------------------------------------------------ in the database's thread

    def _transact(self, begin: str, work: Work[T], given_up: threading.Event) -> T:
        try:
            connection = self._connected()
            connection.execute(begin)
            result = work(connection)
            self._commit(connection, given_up)
        except sqlite3.Error as error:
            self._disconnect()
            code = getattr(error, "sqlite_errorcode", 0)
            trouble = _TROUBLES.get(code & _PRIMARY, f"refused ({_name(error)})")
            raise StoreUnavailable(f"database {self._path.name} {trouble}") from error
        except OSError as error:
            self._disconnect()
            reason = os.strerror(error.errno or 0).lower()
            raise StoreUnavailable(f"database {self._path.name}: {reason}") from error
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
        if not self._seen:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MINE_ALONE)
        flags = os.O_RDWR | (os.O_CREAT if self._recreate or not self._seen else 0)
        if self._connection is not None:
            with suppress(FileNotFoundError):
                if _identify(self._path) == self._identity:
                    return self._connection
            self._disconnect()
        os.close(os.open(self._path, flags, _MINE_ALONE))
        # The busy timeout is the shorter one, so that a lock is reported as a lock.
        self._connection = sqlite3.connect(
            self._path,
            timeout=self._timeout / 2,
            isolation_level=None,
            check_same_thread=False,
        )
        self._identity = _identify(self._path)
        self._prepare(self._connection)
        self._seen = True
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        give_up = time.monotonic() + self._timeout / 2
        while True:
            try:
                connection.execute("pragma journal_mode = wal")
                connection.execute("pragma foreign_keys = on")
                connection.executescript(self._schema)
            except sqlite3.OperationalError as error:
                # Going over to WAL does not wait for a lock: https://sqlite.org/wal.html#busy
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def _identify(path: Path) -> tuple[int, int]:
    """Tell which file stands at *path*: an open connection follows a file that was moved."""
    found = path.stat()
    return found.st_dev, found.st_ino


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", type(error).__name__)


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
