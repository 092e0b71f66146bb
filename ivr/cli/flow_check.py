"""`ivr flow check`: is what the line should do free of mistakes?"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version

from ivr.cli.options import add_json, add_settings, at_folder, read_settings
from ivr.errors import FlowError
from ivr.flow.escape import Escape, Pace, escape_proof
from ivr.flow.machine import FlowBook
from ivr.workbench.problems import Findings, find_problems
from ivr.workbench.sarif import sarif

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
    parser.add_argument(
        "--strict", action="store_true", help="let warnings fail the check too, as CI should"
    )
    parser.add_argument("--sarif", action="store_true", help="print SARIF 2.1.0 for editors and CI")
    add_settings(parser)
    add_json(parser)
    parser.set_defaults(func=check)


def check(options: argparse.Namespace) -> int:
    """Check a folder of flows."""
    settings = read_settings(options)
    if options.folder:
        settings = at_folder(settings, options.folder)
    found = find_problems(settings)
    book = found.practice.book if found.practice else None
    pace = Pace(words_a_minute=settings.speech.rate, operation=settings.clinic.timeout)
    ways = escape_proof(book, pace) if book and options.escape else ()
    trapped = any(not way.holds for way in ways)
    ok = not (found.errors or trapped or (options.strict and found.warnings))
    if options.sarif:
        print(json.dumps(sarif(found.problems, version=version("clinic-line")), indent=2))
    elif options.json:
        print(json.dumps(_report(found, ways, ok=ok)))
    else:
        _print_problems(found.problems)
        _print_summary(found, book)
        _print_ways(ways)
    return 0 if ok else EXIT_MISTAKES


def _print_problems(problems: tuple[FlowError, ...]) -> None:
    for problem in problems:
        print(problem)


def _print_summary(found: Findings, book: FlowBook | None) -> None:
    mistakes = _counted(len(found.errors), "mistake")
    warnings = f", {_counted(len(found.warnings), 'warning')}" if found.warnings else ""
    if book is None:
        print(f"{mistakes}{warnings}")
        return
    flows = _counted(len(book.flows), "flow")
    states = _counted(sum(len(flow.states) for flow in book.flows.values()), "state")
    print(f"{flows}, {states}, no mistakes{warnings} (version {book.version})")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _report(found: Findings, ways: tuple[Escape, ...], *, ok: bool) -> Mapping[str, object]:
    report: dict[str, object] = {
        "ok": ok,
        "errors": [asdict(one) for one in found.errors],
        "warnings": [asdict(one) for one in found.warnings],
    }
    if found.practice:
        report["version"] = found.practice.book.version
    if ways:
        report["escape"] = [asdict(way) for way in ways]
    return report


def _print_ways(ways: tuple[Escape, ...]) -> None:
    if not ways:
        return
    width = max(len(way.way[0]) for way in ways)
    print(f"{'state':<{width}}  turns  seconds  shortest way to a person")
    for way in ways:
        turns = "-" if way.turns is None else way.turns
        seconds = "-" if way.seconds is None else f"{way.seconds:.0f}"
        print(f"{way.way[0]:<{width}}  {turns:>5}  {seconds:>7}  {way}")
    slowest = max((way for way in ways if way.seconds is not None), key=_seconds, default=None)
    if slowest is not None:
        print(f"the longest way, from {slowest.way[0]}, takes {_seconds(slowest):.0f} s at most")


def _seconds(way: Escape) -> float:
    return way.seconds or 0.0
