"""`ivr calls` and `ivr reload`: look at the running line, give it the flows anew."""

import argparse
import asyncio
import json
from typing import Any

from rich.console import Console
from rich.table import Table

from ivr.cli.options import add_json, add_settings, read_settings
from ivr.watch.live import ask

EXIT_REFUSED = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `calls` and `reload`."""
    calls = subparsers.add_parser("calls", help="the calls of the running line, this moment")
    add_settings(calls)
    add_json(calls)
    calls.set_defaults(func=show)
    again = subparsers.add_parser(
        "reload", help="give the running line the edited flows; calls in progress keep theirs"
    )
    add_settings(again)
    again.set_defaults(func=reload)


def show(options: argparse.Namespace) -> int:
    """Print the live calls."""
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


def reload(options: argparse.Namespace) -> int:
    """Ask the line to read its flows again."""
    answer = asyncio.run(ask(read_settings(options).watch_socket, "reload"))
    if answer.get("errors"):
        print("\n".join(answer["errors"]))
        print(f"{len(answer['errors'])} mistakes: the line keeps the flows it has.")
        return EXIT_REFUSED
    print(f"New calls use the new flows (version {answer.get('version', '')}).")
    return 0
