"""Records as files, for spreadsheets (CSV) and for programs (Parquet), written as they are read."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import IO, Any

from sqlalchemy import Connection, select

from ivr.errors import MisuseError, ProgramError, StoreError
from ivr.records.engines import TITLE
from ivr.records.rows import TABLES
from ivr.records.sweeping import time_of

AT_ONCE = 2000  # rows in memory
_LOOKS_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How cells begin that a spreadsheet would compute: CWE-1236."""
_APART = "; "  # between the items of a list


@dataclass(frozen=True, slots=True)
class Extract:
    """What is wanted."""

    table: str
    """One of `TABLES`."""
    since: datetime | None = None
    before: datetime | None = None
    """Rows of calls that began, and of what happened, between the two moments; None: no limit."""


Row = Sequence[Any]


def parts(extract: Extract, connection: Connection) -> Iterator[Sequence[Row]]:
    """
    Read what is wanted, `AT_ONCE` rows at a time, in order of time.

    Raises:
        StoreError: There are rows that are none.
    """
    table = TABLES[extract.table]
    at = time_of(table)
    wanted = select(table).order_by(at)
    if extract.since is not None:
        wanted = wanted.where(at >= extract.since)
    if extract.before is not None:
        wanted = wanted.where(at < extract.before)
    try:
        found = connection.execute(wanted, execution_options={"yield_per": AT_ONCE})
        yield from found.partitions()
    except (ValueError, TypeError, MisuseError) as error:
        name = connection.get_execution_options()[TITLE]
        raise StoreError(f"{name} holds rows that are none") from error


# ---------------------------------------------------------------- CSV


def write_csv(extract: Extract, connection: Connection, file: IO[bytes]) -> int:
    """Write what is wanted with a line of titles; return how many rows there were."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180 §2
    writer.writerow(TABLES[extract.table].columns.keys())
    count = 0
    for part in parts(extract, connection):
        writer.writerows([_cell(value) for value in row] for row in part)
        count += len(part)
    text.detach()
    return count


def _cell(value: object) -> object:
    """Return what a spreadsheet shows as it stands, and never computes."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds")
        case tuple():
            return _text(_APART.join(map(str, value)))
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(_LOOKS_LIKE_A_FORMULA) else text


# ---------------------------------------------------------------- Parquet


def write_parquet(extract: Extract, connection: Connection, file: IO[bytes]) -> int:
    """
    Write what is wanted; moments have a time zone, lists are lists. Return how many rows.

    Raises:
        ProgramError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise ProgramError("Parquet needs pyarrow: pip install 'clinic-line[parquet]'")
    from ivr.records.parquet import ParquetFile  # noqa: PLC0415 - only where pyarrow is installed

    table = TABLES[extract.table]
    count = 0
    with ParquetFile(table, file) as sink:
        for part in parts(extract, connection):
            sink.write(part)
            count += len(part)
    return count
