"""What is read of the records: single calls whole, the last ones, and plain SQL for figures."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, select

from ivr.errors import MisuseError, StoreError
from ivr.records import rows
from ivr.records.engines import TITLE, Location, engine_of, title, translated
from ivr.records.tables import calls, media, messages, steps, turns
from ivr.records.upgrading import LATEST, refuse_later, version_of
from ivr.story.calls import CallRow
from ivr.story.story import Story

T = TypeVar("T")
PATIENCE = 30.0  # seconds one statement may take; a month of a large practice takes some
MOST_CALLS = 20  # as many as a beginning of an id may fit, before nobody wants to see them


@contextmanager
def reading(where: Location, *, patience: float = PATIENCE) -> Iterator[Connection]:
    """
    Open the records to read them, in one transaction that sees one moment of them.

    A line that writes meanwhile is not held up. Columns are those of `ivr.records.tables`.

    Raises:
        SettingsError: The URL is not one of PostgreSQL, or its driver is not installed.
        StoreError: Nothing was kept yet, it is kept in another version's form, or it cannot
            be read; also for what goes wrong while it is open.
    """
    if isinstance(where, Path) and not where.exists():
        raise StoreError(f"there is no {title(where)} yet: no call was taken here")
    engine = engine_of(where, timeout=patience, create=False)
    with translated(where), engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("pragma query_only = on")
        else:
            connection.exec_driver_sql("set transaction isolation level repeatable read read only")
        _must_fit(version_of(connection), title(where))
        yield connection


def _must_fit(found: str, name: str) -> None:
    if found != LATEST:
        refuse_later(found, name)
        raise StoreError(f"{name} is of an earlier version: ivr records upgrade")


# ---------------------------------------------------------------- calls


def recent(connection: Connection, count: int) -> tuple[CallRow, ...]:
    """
    Return the last *count* calls, newest first.

    Raises:
        StoreError: There are rows that are none.
    """
    wanted = select(calls).order_by(calls.c.started.desc(), calls.c.call.desc()).limit(count)
    return _read(connection, wanted, rows.call_of)


def story(connection: Connection, call: str) -> Story | None:
    """
    Return all that is known of *call*; None when nothing is.

    Raises:
        StoreError: There are rows that are none.
    """
    found = _read(connection, select(calls).where(calls.c.call == call), rows.call_of)
    if not found:
        return None
    in_order = media.c.at, media.c.number.desc()  # the last sample, number 0, after an equal one
    return Story(
        found[0],
        _read(connection, _of(turns, call).order_by(turns.c.number), rows.turn_of),
        _read(connection, _of(steps, call).order_by(steps.c.at, steps.c.number), rows.step_of),
        _read(connection, _of(media, call).order_by(*in_order), rows.media_of),
        _read(
            connection,
            _of(messages, call).order_by(messages.c.at, messages.c.number),
            rows.message_of,
        ),
    )


def matching(connection: Connection, beginning: str) -> tuple[str, ...]:
    """Return the ids of calls that begin with *beginning*, at most `MOST_CALLS`, newest first."""
    wanted = select(calls.c.call).where(calls.c.call.startswith(beginning, autoescape=True))
    found = connection.execute(wanted.order_by(calls.c.started.desc()).limit(MOST_CALLS))
    return tuple(found.scalars())


def ended_since(
    connection: Connection, since: datetime | None = None, *, most: int
) -> tuple[CallRow, ...]:
    """
    Return the last calls that ended, at most *most* that began after *since*, newest first.

    Raises:
        StoreError: There are rows that are none.
    """
    wanted = select(calls).where(calls.c.outcome.is_not(None))
    if since is not None:
        wanted = wanted.where(calls.c.started >= since)
    wanted = wanted.order_by(calls.c.started.desc(), calls.c.call.desc()).limit(most)
    return _read(connection, wanted, rows.call_of)


def _of(table: Table, call: str) -> Select[Any]:
    return select(table).where(table.c.call == call)


def _read(
    connection: Connection, wanted: Select[Any], made: Callable[[Mapping[str, Any]], T]
) -> tuple[T, ...]:
    columns = wanted.selected_columns.keys()
    try:
        found = connection.execute(wanted)
        return tuple(made(dict(zip(columns, row, strict=True))) for row in found)
    except (ValueError, TypeError, MisuseError) as error:
        name = connection.get_execution_options().get(TITLE, "the database")
        raise StoreError(f"{name} holds rows that are none") from error
