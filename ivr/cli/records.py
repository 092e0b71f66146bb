"""`ivr records`: take the records along, delete what is old, bring them up to date."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import IO

from rich.console import Console

from ivr.cli.options import add_command, add_json, read_settings
from ivr.cli.tables import table
from ivr.clinic.messages import MessageBox
from ivr.errors import ProgramError
from ivr.expiry import Books, count_expired, delete_expired
from ivr.records.accounts import AccountBook
from ivr.records.calls import CallBook
from ivr.records.engines import title
from ivr.records.export import Extract, write_csv, write_parquet
from ivr.records.notes import NoteBook
from ivr.records.reading import reading
from ivr.records.rows import TABLES
from ivr.records.upgrading import upgrade
from ivr.settings import Settings

STDOUT = "-"
WRITERS = {"csv": write_csv, "parquet": write_parquet}
PATIENCE = 60.0  # seconds one statement of a sweep may take; it is not on a call's way


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `records` and its commands."""
    family = subparsers.add_parser(
        "records", help="export, sweep and upgrade what is kept of calls"
    )
    inner = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    export = add_command(inner, "export", "write records as CSV or Parquet", _export)
    export.add_argument("DIR", help="folder to write to, made if need be; - for standard output")
    export.add_argument(
        "--table", choices=[*TABLES], help="one table; default: all, or calls for -"
    )
    export.add_argument("--format", choices=[*WRITERS], default="csv", help="default: csv")
    export.add_argument(
        "--from", dest="since", type=_day, metavar="DAY", help="first day, as 2026-10-01"
    )
    export.add_argument(
        "--to", dest="until", type=_end_of_day, metavar="DAY", help="last day, as 2026-10-31"
    )
    sweep = add_command(inner, "sweep", "delete what was kept long enough", _sweep)
    sweep.add_argument("--dry-run", action="store_true", help="only tell how much it is")
    add_json(sweep)
    add_command(inner, "upgrade", "bring the tables to this program's version", _upgrade)


def _day(text: str) -> datetime:
    """Read a day as its first moment here."""
    return _midnight(text, days=0)


def _end_of_day(text: str) -> datetime:
    """Read a day as the first moment after it here."""
    return _midnight(text, days=1)


def _midnight(text: str, *, days: int) -> datetime:
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
        return datetime.combine(day, time()).astimezone()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day, such as 2026-10-01") from None


# ---------------------------------------------------------------- export


def _export(options: argparse.Namespace) -> int:
    """Write the tables that are wanted, all as they stand at one moment."""
    write = WRITERS[options.format]
    to_stdout = options.DIR == STDOUT
    names = [options.table] if options.table else ["calls"] if to_stdout else [*TABLES]
    with reading(read_settings(options).call_book) as records:
        for name in names:
            extract = Extract(name, options.since, options.until)
            if to_stdout:
                write(extract, records, sys.stdout.buffer)
                continue
            file = Path(options.DIR) / f"{name}.{options.format}"
            with _new_file(file) as sink:
                count = write(extract, records, sink)
            print(f"{file}: {count} rows")
    return 0


@contextmanager
def _new_file(file: Path) -> Iterator[IO[bytes]]:
    """Make a file that is its owner's alone, and take the old one's place when it is whole."""
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(part, flags, 0o600), "wb") as sink:
            yield sink
        part.replace(file)
    except OSError as error:
        raise ProgramError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()


# ---------------------------------------------------------------- sweep, upgrade


def _sweep(options: argparse.Namespace) -> int:
    """Delete what was kept long enough, or tell how much it is."""
    settings = read_settings(options)
    found = asyncio.run(_swept(settings, dry=options.dry_run))
    if options.json:
        print(json.dumps(found))
        return 0
    rows = [{"Kept long enough": kind, "": str(count)} for kind, count in found.items()]
    Console().print(table(rows, right=("",)))
    print("Nothing was deleted: --dry-run." if options.dry_run else "Deleted.")
    return 0


async def _swept(settings: Settings, *, dry: bool) -> Mapping[str, int]:
    books = Books(
        MessageBox(settings.messages_database),
        NoteBook(settings.note_book),
        CallBook(settings.call_book, patience=PATIENCE),
        AccountBook(settings.account_book),
        settings.recordings_folder,
    )
    try:
        work = count_expired if dry else delete_expired
        return await work(books, settings.records, now=datetime.now(UTC))
    finally:
        for book in (books.messages, books.notes, books.calls, books.accounts):
            await book.close()


def _upgrade(options: argparse.Namespace) -> int:
    """Bring the tables to this program's version; a running line does so when it starts."""
    where = read_settings(options).call_book
    done = upgrade(where)
    print(f"The {title(where)} {'is now' if done else 'was already'} of this version.")
    return 0
