"""The records' database behind a thread of its own: the event loop never waits for it."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ivr.database import Clerk, identify
from ivr.errors import MisuseError, StoreUnavailable
from ivr.records.engines import WRITES, Location, Refused, engine_of, title, translated
from ivr.records.upgrading import bring_up_to_date

T = TypeVar("T")
Work = Callable[[Connection], T]
"""Runs in the database's thread, inside a transaction; what it raises undoes everything."""


class Store:
    """
    One connection to the records, its tables made and brought up to date when it opens.

    A connection in trouble is thrown away; the next piece of work opens another one.
    Cancelling `read` or `write` undoes what was not committed yet.
    """

    def __init__(self, where: Location, *, timeout: float) -> None:
        """
        Name the database; nothing is touched before the first use.

        Args:
            where: The database; a SQLite file is made when it is not there.
            timeout: Longest a piece of work takes, in seconds.

        Raises:
            SettingsError: The URL is not one of PostgreSQL, or its driver is not installed.
        """
        self.title = title(where)
        self.alone = isinstance(where, Path)
        """Whether nobody else writes there: the data folder is this line's own."""
        self._where = where
        self._engine = engine_of(where, timeout=timeout)
        self._clerk = Clerk("db-records", title=self.title, timeout=timeout)
        self._connection: Connection | None = None
        self._identity = (0, 0)

    async def read(self, work: Work[T]) -> T:
        """
        Run *work* without changing anything.

        Raises:
            StoreUnavailable: The database is gone, damaged, locked, or slow beyond the limit.
            StoreError: It is of a later version of this program, or refuses the work.
        """
        return await self._do(work, writes=False)

    async def write(self, work: Work[T]) -> T:
        """
        Run *work* and commit.

        Raises:
            StoreUnavailable: As for `read`, or there is no room; nothing was changed.
            StoreError: As for `read`.
        """
        return await self._do(work, writes=True)

    async def close(self) -> None:
        """Finish what is under way and let go of the database; idempotent, never fails."""
        await self._clerk.close(self._disconnect)
        self._hang_up()

    async def _do(self, work: Work[T], *, writes: bool) -> T:
        return await self._clerk.do(partial(self._transact, work, writes), hurry=self._hang_up)

    def _hang_up(self) -> None:
        """End the wait for a server that does not answer; a file is never waited for long."""
        connection = self._connection
        if self.alone or connection is None:
            return
        with suppress(Exception):  # it may come to its end by itself at any moment
            server = socket.socket(fileno=_descriptor(connection))
            try:
                server.shutdown(socket.SHUT_RDWR)
            finally:
                server.detach()  # its descriptor is the driver's to close

    # ------------------------------------------------------------ in the database's thread

    def _transact(self, work: Work[T], writes: bool, given_up: threading.Event) -> T:  # noqa: FBT001 - bound by name above
        try:
            with translated(self._where):
                connection = self._connected()
                connection.execution_options(**{WRITES: writes})
                with connection.begin() as transaction:
                    result = work(connection)
                    if given_up.is_set():
                        transaction.rollback()
        except (ArithmeticError, TypeError, ValueError, MisuseError) as error:
            raise Refused(
                f"{self.title}: {type(error).__name__} in what it holds or takes"
            ) from error
        except BaseException:
            self._disconnect()
            raise
        if given_up.is_set():
            raise StoreUnavailable(f"{self.title} was too slow")
        return result

    def _connected(self) -> Connection:
        if self._connection is not None:
            if self._identity == self._standing():
                return self._connection
            self._disconnect()
        self._connection = connection = self._engine.connect()
        self._identity = self._standing()
        bring_up_to_date(connection, self.title)
        return connection

    def _standing(self) -> tuple[int, int]:
        """Tell which file stands there now: a connection follows one that was moved."""
        if isinstance(self._where, Path):
            with suppress(FileNotFoundError):
                return identify(self._where)
        return 0, 0

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError, OSError):
                connection.close()


def _descriptor(connection: Connection) -> int:
    driver: Any = connection.connection.driver_connection
    return int(driver.fileno())
