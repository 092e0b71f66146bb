"""`ivr cells` and `ivr trunks`: how lines and their carriers stand."""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from ivr.cli.asked import ask_all
from ivr.cli.lines import add_lines
from ivr.cli.options import add_json
from ivr.cli.tables import minutes, table
from ivr.watch.rows import LineRow, TrunkRow
from ivr.watch.wire import read


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both."""
    cells = subparsers.add_parser("cells", help="how each line stands: calls, limit, trouble")
    cells.set_defaults(func=show_cells)
    trunks = subparsers.add_parser("trunks", help="how the carriers' accounts stand")
    trunks.set_defaults(func=show_trunks)
    for parser in (cells, trunks):
        add_lines(parser)
        add_json(parser)


def show_cells(options: argparse.Namespace) -> int:
    """Show each line in a row."""
    rows = [{"line": name} | raw for name, raw in _lines(options)]
    if options.json:
        print(json.dumps(rows))
    else:
        shown = [_cell(row["line"], read(LineRow, row)) for row in rows]
        Console().print(table(shown, whole=("Cell",), right=("Calls", "Legs")))
    return 0


def show_trunks(options: argparse.Namespace) -> int:
    """Show each trunk of each line in a row."""
    rows = [
        {"line": name, "cell": raw.get("cell", ""), **trunk}
        for name, raw in _lines(options)
        for trunk in raw.get("trunks", [])
    ]
    if options.json:
        print(json.dumps(rows))
    elif not rows:
        print("No trunks: whoever can reach the line's port can ring it.")
    else:
        shown = [_trunk(row["cell"], read(TrunkRow, row)) for row in rows]
        Console().print(table(shown, whole=("Trunk",)))
    return 0


def _lines(options: argparse.Namespace) -> list[tuple[str, dict[str, Any]]]:
    return [(line.name, answer.get("line", {})) for line, answer in ask_all(options, "line")]


def _cell(name: str, row: LineRow) -> dict[str, str]:
    return {
        "Cell": row.cell or name,
        "Calls": str(row.calls),
        "Legs": f"{row.legs}/{row.capacity}",
        "Takes callers": _taking(row),
        "Up": minutes((datetime.now(UTC) - row.started).total_seconds()),
        "Turns": _turns(row),
        "Not taken": _not_taken(row),
        "Trouble": _trouble(row.errors),
        "Hears by": row.speech,
    }


def _taking(row: LineRow) -> str:
    if row.draining:
        return "no: drains"
    return "yes" if row.taking else "no: full"


def _turns(row: LineRow) -> str:
    """Tell how fast it answers: half of the turns, and all but the slowest of twenty."""
    half, most = row.turn_latency.p50, row.turn_latency.p95
    return "" if half is None or most is None else f"{half:.2f}, {most:.2f} s"


def _not_taken(row: LineRow) -> str:
    parts = {"refused": row.refused, "sent on": row.redirected}
    return ", ".join(f"{number} {what}" for what, number in parts.items() if number)


def _trouble(errors: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in errors.items())


def _trunk(cell: str, row: TrunkRow) -> dict[str, str]:
    since = f"{row.since.astimezone():%Y-%m-%d %H:%M:%S}" if row.since else ""
    return {
        "Trunk": row.name,
        "Cell": cell,
        "State": row.state,
        "Answer": str(row.status or ""),
        "Since": since,
    }
