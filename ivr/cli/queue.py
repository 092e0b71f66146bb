"""`ivr queue`: who waits in the running line, how long and why."""

import argparse
import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ivr.cli.lines import add_lines, lines_of
from ivr.cli.options import add_json
from ivr.cli.tables import minutes, table
from ivr.errors import StoreUnavailable
from ivr.handoff.tickets import Priority
from ivr.watch.reach import Reach, ask

EXIT_REFUSED = 1
EVERY = 1.0  # seconds between two looks


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `queue`."""
    parser = subparsers.add_parser("queue", help="who waits for a person, how long and why")
    add_lines(parser)
    add_json(parser)
    parser.add_argument("--watch", action="store_true", help="go on showing it, until Ctrl-C")
    parser.add_argument(
        "--up", metavar="CALL", help="let this caller be next; noted in the audit log"
    )
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Show the queue, once or for ever, or move a caller up."""
    lines = lines_of(options)
    if options.up:
        return _move_up(lines, options.up)
    if options.watch:
        _watch(lines)
    seen = {line.name: asyncio.run(ask(line, "queue")) for line in lines}
    if options.json:
        told = [{"line": name, **one} for name, one in seen.items()]
        print(json.dumps(told if len(lines) > 1 else seen[lines[0].name]))
    else:
        Console().print(_pictures(seen))
    return EXIT_REFUSED if any("error" in one for one in seen.values()) else 0


def _move_up(lines: Sequence[Reach], call: str) -> int:
    """Ask each line until one has the caller; those with a common queue all have."""
    answer: dict[str, Any] = {}
    for line in lines:
        answer = asyncio.run(ask(line, "move_up", call=call))
        if "error" not in answer:
            moved = answer.get("moved_up")
            print(f"Call {call} is next." if moved else f"Call {call} was next already.")
            return 0
    print(answer["error"])
    return EXIT_REFUSED


def _watch(lines: Sequence[Reach]) -> NoReturn:
    with Live(screen=True, auto_refresh=False) as screen:
        while True:
            screen.update(_pictures({line.name: _look(line) for line in lines}), refresh=True)
            time.sleep(EVERY)


def _look(line: Reach) -> dict[str, Any]:
    try:
        return asyncio.run(ask(line, "queue"))
    except StoreUnavailable as error:  # the line is started again, perhaps: go on looking
        return {"error": str(error)}


def _pictures(seen: Mapping[str, Mapping[str, Any]]) -> RenderableType:
    if len(seen) == 1:
        return _picture(*seen.values())
    return Group(*(part for name, one in seen.items() for part in (f"{name}:", _picture(one), "")))


def _picture(seen: Mapping[str, Any]) -> RenderableType:
    if "error" in seen:
        return Text(seen["error"])
    callers = [_caller(place, row) for place, row in enumerate(seen["callers"], 1)]
    waiting = callers and table(callers, whole=("Call", "Queue"), right=("Next", "Waits"))
    return Group(_queues(seen["queues"]), "", waiting or "Nobody waits.")


def _queues(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("Queue", "Waiting", "Longest", "Target", "In time", "Working", "Ready"):
        table.add_column(title, justify="left" if title == "Queue" else "right")
    for row in rows:
        late = row["longest"] > row["target"]
        table.add_row(
            row["queue"],
            str(row["waiting"]),
            minutes(row["longest"]) if row["waiting"] else "",
            minutes(row["target"]),
            "" if row["in_time"] is None else f"{row['in_time']:.0%}",
            str(row["working"]),
            str(row["ready"]),
            style="red" if late or (row["waiting"] and not row["working"]) else None,
        )
    return table


def _caller(place: int, row: Mapping[str, Any]) -> dict[str, str]:
    priority = "" if row["priority"] == Priority.ROUTINE else row["priority"]
    return {
        "Next": str(place),
        "Call": row["call"],
        "Queue": row["queue"],
        "Waits": minutes(row["waited"]),
        "Why": row["why"],
        "Priority": "moved up" if row["moved_up"] else priority,
        "Now": _now(row),
    }


def _now(row: Mapping[str, Any]) -> str:
    if row["offered_to"]:
        return f"offered to {row['offered_to']}"
    if row["callback"]:
        return "hung up, is called back"
    return f"passed by {', '.join(row['passed'])}" if row["passed"] else ""
