"""`ivr calls`: the calls of this moment, and agents' notes of past ones."""

import argparse
import asyncio
import json
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.cli.options import add_json, add_settings, read_settings, who
from ivr.records.audit import Audit, Deed
from ivr.records.notes import KeptNote, NoteBook
from ivr.settings import Settings
from ivr.watch.reach import ask


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `calls`."""
    calls = subparsers.add_parser("calls", help="the calls of the running line, this moment")
    add_settings(calls)
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
        table = Table(box=None, pad_edge=False)
        for title in rows[0]:
            table.add_column(title.capitalize(), overflow="fold")
        for row in rows:
            table.add_row(*(_printable(value) for value in row.values()))
        Console().print(table)
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
    answer = asyncio.run(ask(read_settings(options).watch_socket, "calls"))
    calls: list[dict[str, Any]] = answer.get("calls", [])
    if options.json:
        print(json.dumps(calls))
        return 0
    if not calls:
        print("No calls right now.")
        return 0
    Console().print(_table(calls))
    return 0


def _table(calls: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("Call", "Seconds", "Where", "State"):
        table.add_column(title, no_wrap=True)
    for title in ("Slots", "Last words", "Patience"):
        table.add_column(title, overflow="fold")
    for call in calls:
        slots = " ".join(f"{name}={value}" for name, value in call["slots"].items())
        table.add_row(
            call["call"],
            f"{call['seconds']:.0f}",
            call["phase"],
            call["state"],
            slots,
            call["words"],
            str(call["patience"]),
        )
    return table
