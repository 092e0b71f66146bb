"""`ivr callbacks`: who kept the place and will be rung back."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from rich.console import Console

from ivr.cli.options import add_command, add_json, read_settings, who
from ivr.cli.tables import table
from ivr.errors import StoreUnavailable
from ivr.handoff.tickets import Priority
from ivr.privacy.redaction import mask_number
from ivr.records.audit import Audit, Deed
from ivr.records.callbacks import CallbackBook, KeptCall
from ivr.settings import Settings
from ivr.watch.reach import ask

EXIT_UNKNOWN = 1
AT_THEIR_TURN = "at their turn"
T = TypeVar("T")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `callbacks` and what can be done with them."""
    parser = subparsers.add_parser("callbacks", help="who kept the place and will be rung back")
    inner = parser.add_subparsers(metavar="COMMAND", required=True)
    listed = add_command(inner, "list", "who waits to be rung back", show)
    add_json(listed)
    listed.add_argument(
        "--show",
        action="store_true",
        help="show telephone numbers and what it is about; noted in the audit log",
    )
    for name, what in (
        ("done", "somebody rang them: the line need not any more"),
        ("drop", "they do not want to be rung any more"),
    ):
        parser = add_command(inner, name, what, end)
        parser.add_argument("call", metavar="CALL", help="as `ivr callbacks list` shows it")


def show(options: argparse.Namespace) -> int:
    """List them."""
    settings = read_settings(options)
    calls = _in_book(settings, lambda book: book.waiting())
    if options.show:
        audit = Audit(settings.audit_log)
        for call in calls:
            audit.note(who(), Deed.SAW_CALLBACK, call.ticket.key)
    rows = [_row(call, show=options.show) for call in calls]
    if options.json:
        print(json.dumps(rows))
    elif not rows:
        print("Nobody waits to be rung back.")
    else:
        Console().print(table([_shown(row) for row in rows], whole=("Call", "Queue", "Number")))
    return 0


def end(options: argparse.Namespace) -> int:
    """Take one off the list, in the running line or on the disk."""
    settings = read_settings(options)
    waiting = _in_book(settings, lambda book: book.waiting())
    if all(call.ticket.key != options.call for call in waiting):
        print(f"There is no call-back {options.call}; `ivr callbacks list` shows those there are.")
        return EXIT_UNKNOWN
    Audit(settings.audit_log).note(who(), Deed.ENDED_CALLBACK, options.call)
    try:
        answer = asyncio.run(ask(settings.watch_socket, "callback_end", call=options.call))
    except StoreUnavailable:  # no line runs: then nobody else has the book open
        answer = {}
        _in_book(settings, lambda book: book.remove(options.call))
    if "error" in answer:
        print(answer["error"])
        return EXIT_UNKNOWN
    print(f"Call {options.call} is not rung back.")
    return 0


def _in_book(settings: Settings, work: Callable[[CallbackBook], Awaitable[T]]) -> T:
    async def run() -> T:
        book = CallbackBook(settings.callback_book)
        try:
            return await work(book)
        finally:
            await book.close()

    return asyncio.run(run())


def _row(call: KeptCall, *, show: bool) -> dict[str, Any]:
    ticket = call.ticket
    return {
        "call": ticket.key,
        "queue": ticket.queue,
        "asked": _local(ticket.asked_at),
        "next_try": _local(ticket.not_before) if ticket.not_before else AT_THEIR_TURN,
        "tries": call.tries,
        "priority": ticket.priority.value,
        "number": call.number if show else mask_number(call.number),
        "about": call.about if show else "",
    }


def _local(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _shown(row: dict[str, Any]) -> dict[str, str]:
    """Leave out what fills a narrow terminal and tells nothing: the year, and what is usual."""
    brief = {"asked": row["asked"][len("2026-") :], "tries": row["tries"] or ""}
    if row["priority"] == Priority.ROUTINE:
        brief["priority"] = ""
    if row["next_try"] != AT_THEIR_TURN:
        brief["next_try"] = row["next_try"][len("2026-") :]
    return {name.replace("_", " ").capitalize(): str(one) for name, one in (row | brief).items()}
