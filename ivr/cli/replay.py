"""`ivr replay` and `ivr scenario from`: finished calls on changed flows, and scenarios of them."""

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from ivr.cli.flow_versions import FOLDER, practice_named
from ivr.cli.options import add_json, add_settings, read_settings
from ivr.dialog.account import Account
from ivr.errors import StoreError
from ivr.loading import Practice, load_wording
from ivr.records.accounts import AccountBook
from ivr.records.versions import VersionBook
from ivr.settings import Settings
from ivr.workbench.paper import paper_line
from ivr.workbench.replay import Replayed, replay, scenario_of
from ivr.workbench.suite import run_text
from ivr.workbench.writing import write_scenario

EXIT_DIFFERENT = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `replay` and `scenario`."""
    again = subparsers.add_parser("replay", help="finished calls again, on changed flows")
    again.add_argument("calls", nargs="*", metavar="CALL", help="default: all that are kept")
    again.add_argument(
        "--against",
        default=FOLDER,
        metavar="FLOWS",
        help="a folder, a version, `live`; default: the flows folder",
    )
    add_settings(again)
    add_json(again)
    again.set_defaults(func=run_replay)
    family = subparsers.add_parser("scenario", help="scenarios made of finished calls")
    commands = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    make = commands.add_parser("from", help="write a finished call as a scenario")
    make.add_argument("call", metavar="CALL")
    make.add_argument("--out", type=Path, metavar="FILE", help="default: print it")
    add_settings(make)
    make.set_defaults(func=run_scenario)


def run_replay(options: argparse.Namespace) -> int:
    """Tell calls again and print which go another way, and where."""
    settings = read_settings(options)
    kept, practice = asyncio.run(_read(settings, options.calls, options.against))
    found = list(replay(kept, practice.book, load_wording(settings)))
    others = [one for one in found if one.difference is not None or one.gone]
    if options.json:
        print(json.dumps([asdict(one) for one in found]))
    else:
        for one in others:
            print(_told(one))
        print(
            f"{_counted(len(kept))} replayed: {len(found) - len(others)} of {len(found)} "
            f"conversations go as they went, {len(others)} go another way."
        )
    return EXIT_DIFFERENT if others else 0


def _counted(calls: int) -> str:
    return f"{calls} call{'' if calls == 1 else 's'}"


def _told(one: Replayed) -> str:
    if one.difference is None:
        return f"call {one.call}: there is no flow {one.flow} any more"
    found = one.difference
    done = f", {found.done}" if found.done else ""
    place = found.place or f"the beginning of {one.flow}"
    return f"call {one.call}: at {place}{done}\n  then  {found.old}\n  now   {found.new}"


def run_scenario(options: argparse.Namespace) -> int:
    """Write a scenario of a finished call."""
    settings = read_settings(options)
    kept = asyncio.run(_kept(settings, (options.call,)))
    account = kept[options.call][0]
    line = paper_line(settings, today=datetime.now().astimezone().date())
    try:
        scenario = scenario_of(options.call, account, line)
        path = run_text(scenario, line).path
    finally:
        line.close()
    text = write_scenario(scenario)
    if options.out is None:
        print(text, end="")
    else:
        options.out.write_text(text, encoding="utf-8")
        same = "goes as the call went" if path == account.path else "goes another way than the call"
        print(f"{options.out}: with today's flows it {same}. Read it before you rely on it.")
    return 0


async def _read(
    settings: Settings, calls: Sequence[str], against: str
) -> tuple[Mapping[str, tuple[Account, ...]], Practice]:
    versions = VersionBook(settings.version_book)
    try:
        return await _kept(settings, calls), await practice_named(against, settings, versions)
    finally:
        await versions.close()


async def _kept(settings: Settings, calls: Sequence[str]) -> Mapping[str, tuple[Account, ...]]:
    book = AccountBook(settings.account_book)
    try:
        kept = await book.kept(calls)
    finally:
        await book.close()
    if missing := [call for call in calls if call not in kept]:
        raise StoreError(f"nothing is kept to replay of call {', '.join(missing)}")
    return kept
