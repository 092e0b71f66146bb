"""`ivr flow check`: is what the line should do free of mistakes?"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, replace

from ivr.cli.options import add_json, add_settings, read_settings
from ivr.errors import FlowError, FlowErrors
from ivr.flow.escape import Escape, escape_proof
from ivr.flow.machine import FlowBook
from ivr.loading import load_practice

EXIT_MISTAKES = 1


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `check`."""
    parser = commands.add_parser("check", help="list every mistake in the flow files")
    parser.add_argument(
        "folder", nargs="?", metavar="FOLDER", help="where they are; default: the line's own"
    )
    parser.add_argument(
        "--escape", action="store_true", help="print each state's shortest way to a person"
    )
    add_settings(parser)
    add_json(parser)
    parser.set_defaults(func=check)


def check(options: argparse.Namespace) -> int:
    """Check a folder of flows."""
    settings = read_settings(options)
    if options.folder:
        settings = replace(settings, flows=replace(settings.flows, folder=options.folder))
    try:
        book = load_practice(settings).book
    except FlowErrors as caught:
        _print_mistakes(caught.errors, as_json=options.json)
        return EXIT_MISTAKES
    ways = escape_proof(book) if options.escape else ()
    if options.json:
        print(json.dumps(_found(book, ways)))
    else:
        flows = _counted(len(book.flows), "flow")
        states = _counted(sum(len(flow.states) for flow in book.flows.values()), "state")
        print(f"{flows}, {states}, no mistakes (version {book.version})")
        if ways:
            _print_ways(ways)
    return 0 if all(way.turns is not None for way in ways) else EXIT_MISTAKES


def _print_mistakes(mistakes: tuple[FlowError, ...], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"ok": False, "errors": [asdict(mistake) for mistake in mistakes]}))
        return
    for mistake in mistakes:
        print(mistake)
    print(_counted(len(mistakes), "mistake"))


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _found(book: FlowBook, ways: tuple[Escape, ...]) -> Mapping[str, object]:
    found: dict[str, object] = {"ok": True, "errors": [], "version": book.version}
    if ways:
        found["escape"] = [asdict(way) for way in ways]
    return found


def _print_ways(ways: tuple[Escape, ...]) -> None:
    width = max(len(way.way[0]) for way in ways)
    print(f"{'state':<{width}}  turns  shortest way to a person")
    for way in ways:
        turns = "-" if way.turns is None else way.turns
        print(f"{way.way[0]:<{width}}  {turns:>5}  {way}")
