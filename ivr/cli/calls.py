"""`ivr calls`: the calls of this moment, and agents' notes of past ones."""

import argparse
import asyncio
import json
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.cli.asked import ask_all, rows_of
from ivr.cli.lines import add_lines
from ivr.cli.options import add_json, read_settings, who
from ivr.cli.tables import minutes, table
from ivr.dialog.view import HIDDEN
from ivr.records.audit import Audit, Deed
from ivr.records.notes import KeptNote, NoteBook
from ivr.settings import Settings
from ivr.story.facts import Glimpse
from ivr.watch.wire import read


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `calls`."""
    calls = subparsers.add_parser("calls", help="the calls of the running line, this moment")
    add_lines(calls)
    add_json(calls)
    calls.add_argument(
        "--notes",
        nargs="?",
        const="",
        metavar="CALL",
        help="which calls agents wrote about; with CALL what they wrote, noted in the audit log",
    )
    calls.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Print the live calls, or what agents wrote."""
    return _show_calls(options) if options.notes is None else _show_notes(options)


def _show_notes(options: argparse.Namespace) -> int:
    settings, call = read_settings(options), options.notes
    if call:
        Audit(settings.audit_log).note(who(), Deed.SAW_NOTES, call)
    rows = [_note_row(note, show=bool(call)) for note in asyncio.run(_kept(settings, call))]
    if options.json:
        print(json.dumps(rows))
    elif not rows:
        print(f"Nobody wrote about call {call}." if call else "No notes.")
    else:
        notes = Table(box=None, pad_edge=False)
        for title in rows[0]:
            notes.add_column(title.capitalize(), overflow="fold")
        for row in rows:
            notes.add_row(*(_printable(value) for value in row.values()))
        Console().print(notes)
    return 0


async def _kept(settings: Settings, call: str) -> tuple[KeptNote, ...]:
    book = NoteBook(settings.note_book)
    try:
        return await book.kept(call)
    finally:
        await book.close()


def _printable(value: str) -> Text:
    """Leave out what would steer the terminal."""
    return Text("".join(c if c.isprintable() or c == "\n" else " " for c in value))


def _note_row(note: KeptNote, *, show: bool) -> dict[str, str]:
    row = {
        "call": note.call,
        "at": note.at.astimezone().strftime("%Y-%m-%d %H:%M"),
        "agent": note.agent,
        "outcome": note.outcome.replace("_", " "),
        "finished": "yes" if note.finished else "no",
    }
    return row | {"note": note.note} if show else row


def _show_calls(options: argparse.Namespace) -> int:
    calls = list(rows_of(ask_all(options, "calls"), "calls"))
    if options.json:
        print(json.dumps(calls))
    elif not calls:
        print("No calls right now.")
    else:
        now = datetime.now(UTC)
        shown = [_row(call.get("line", ""), read(Glimpse, call), now) for call in calls]
        Console().print(table(shown, whole=("Call", "Where"), right=("Time", "Patience")))
    return 0


def _row(line: str, seen: Glimpse, now: datetime) -> dict[str, str]:
    sure = "" if seen.confidence is None else f"{seen.confidence:.0%} {seen.band}".rstrip()
    return {
        "Call": seen.call,
        "Line": line,
        "Time": minutes((now - seen.began).total_seconds()),
        "Now": _now(seen),
        "Where": seen.places[-1] if seen.places else "",
        "Heard": " ".join(filter(None, (seen.words, sure))),
        "Slots": "\n".join(f"{n}={value}" for n, value in seen.slots.items() if value != HIDDEN),
        "Patience": f"{seen.patience:g}",
    }


def _now(seen: Glimpse) -> str:
    if seen.asks_clinic:
        return f"asks {seen.asks_clinic}"
    people = {"waiting": seen.queue, "aside": seen.queue, "bridged": seen.agent}
    return f"{seen.phase} {people.get(seen.phase, '')}".rstrip()
