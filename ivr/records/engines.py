"""
The way to the records' database: a file of SQLite, or a server of PostgreSQL.

Errors name the file, or host and database; a URL's password is in none of them.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from math import ceil
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ivr.database import open_file, trouble
from ivr.errors import SettingsError, StoreError, StoreUnavailable

Location = Path | str
"""A SQLite file, or the URL of a PostgreSQL database (a secret)."""

TITLE = "ivr_title"
"""Execution option: what errors call the database."""
WRITES = "ivr_writes"
"""Execution option: the transaction will write, and takes its lock at once where that helps."""

_ACCEPTED = "such as postgresql://user:password@host/database; empty: a file in the data folder"
_SETTING = "records.url"
_WRONG = {"22", "23"}
"""Classes of SQLSTATE that tell of wrong values (PostgreSQL 15, appendix A)."""


class Refused(StoreError):
    """The database takes the work of others, and not this, for what it is."""


def title(where: Location) -> str:
    """Name the database in errors."""
    if isinstance(where, Path):
        return f"database {where.name}"
    url = _url(where)
    return f"database {url.database} on {url.host or url.query.get('host') or 'this machine'}"


def engine_of(where: Location, *, timeout: float, create: bool = True) -> Engine:
    """
    Return the way to *where*; nothing is opened yet, and no connection is shared.

    Args:
        where: The database.
        timeout: Longest one thing may take, in seconds.
        create: Whether to make a SQLite file that is not there.

    Raises:
        SettingsError: The URL is none of PostgreSQL, or its driver is not installed.
    """
    if isinstance(where, Path):
        engine = create_engine(
            "sqlite://",
            creator=lambda: _opened(where, timeout=timeout, create=create),
            poolclass=NullPool,
            hide_parameters=True,
            execution_options={TITLE: title(where)},
        )
        event.listen(engine, "begin", _begin)
        return engine
    return create_engine(
        _url(where),
        connect_args=_hasty(timeout),
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={TITLE: title(where)},
    )


def _opened(file: Path, *, timeout: float, create: bool) -> sqlite3.Connection:
    try:
        return open_file(file, timeout=timeout, create=create)
    except OSError as error:
        raise StoreUnavailable(trouble(title(file), error)) from error


def _url(where: str) -> URL:
    try:
        url = make_url(where)
    except (SQLAlchemyError, ValueError):
        raise SettingsError(_SETTING, found="a text that is no URL", accepted=_ACCEPTED) from None
    if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"} or not url.database:
        found = f"a URL of {url.drivername}" if url.database else "a URL without a database"
        raise SettingsError(_SETTING, found=found, accepted=_ACCEPTED)
    if find_spec("psycopg") is None:
        found = "a PostgreSQL database, for which psycopg is not installed"
        accepted = "one after: pip install 'clinic-line[postgres]'"
        raise SettingsError(_SETTING, found=found, accepted=accepted)
    return url.set(drivername="postgresql+psycopg")


def _hasty(timeout: float) -> Mapping[str, str | int]:
    """Return what lets the driver give up on a server that does not answer, or is gone."""
    return {
        "connect_timeout": ceil(timeout / 2),
        "tcp_user_timeout": ceil(timeout * 1000),
        "options": f"-c statement_timeout={ceil(timeout * 1000)} -c timezone=UTC",
        "application_name": "clinic-line",
    }


def _begin(connection: Connection) -> None:
    # Python's module begins only before the first change; a reader needs one moment, too:
    # https://docs.sqlalchemy.org/dialects/sqlite.html#pysqlite-serializable
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


@contextmanager
def translated(where: Location) -> Iterator[None]:
    """
    Turn what goes wrong at *where* into errors of ours.

    Raises:
        StoreUnavailable: It is gone, damaged, locked, slow or full; try again.
        Refused: It does not take what was asked or written.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translated(where, error) from None
    except SQLAlchemyError as error:
        raise Refused(f"{title(where)} refused ({type(error).__name__})") from None


def _translated(where: Location, error: DBAPIError) -> StoreError:
    cause = error.orig
    if isinstance(
        cause, sqlite3.IntegrityError | sqlite3.InterfaceError | sqlite3.ProgrammingError
    ):
        return Refused(trouble(title(where), cause))
    if isinstance(cause, sqlite3.Error):
        return StoreUnavailable(trouble(title(where), cause))
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return StoreUnavailable(f"{title(where)} cannot be reached, or does not let us in")
    kind = Refused if state[:2] in _WRONG else StoreUnavailable
    return kind(f"{title(where)} refused (SQLSTATE {state})")
