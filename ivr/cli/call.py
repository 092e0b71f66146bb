"""`ivr call URI SCENARIO`: a scripted caller on a real SIP call, in a process of its own."""

import argparse
import asyncio
import contextlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from ivr.caller.performance import AGENT_SENTENCE, Entry, Verdict
from ivr.caller.phone import Order, place, render, texts_of
from ivr.caller.scenario import load_scenario
from ivr.cli.options import add_json, add_settings, read_settings
from ivr.errors import FlowErrors, SettingsError
from ivr.settings import MAX_PORT


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `call`."""
    parser = subparsers.add_parser(
        "call",
        help="ring a line with a scripted caller and see whether what it expects comes true",
        description="Exit status: 0 all came true, 1 something did not, 2 the scenario is wrong.",
    )
    parser.add_argument("uri", metavar="URI", help="such as sip:line@127.0.0.1:5060")
    parser.add_argument("scenario", metavar="SCENARIO", type=Path, help="a *.call file")
    parser.add_argument(
        "--agent",
        metavar="PORT",
        type=port,
        help="play the agent as well, a SIP phone on this port that accepts the call",
    )
    parser.add_argument(
        "--agent-says",
        metavar="TEXT",
        default=AGENT_SENTENCE,
        help="what the agent says, for scenarios with `ends: agent` (default: %(default)s)",
    )
    add_settings(parser)
    add_json(parser)
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Place the call."""
    settings = read_settings(options)
    scenario = load_scenario(options.scenario)
    texts = texts_of(Path(settings.flows.folder), Path(settings.flows.prompts))
    if not texts:
        # A recogniser of general English understands half the words of a synthetic voice.
        raise SettingsError(
            "flows.folder",
            found=f"no prompts in {settings.flows.folder}",
            accepted="the line's flows: the caller understands a line whose texts it knows",
        )
    if scenario.flow != settings.flows.start:
        print(note(options.scenario, scenario.flow, settings.flows.start), file=sys.stderr)
    tell = silent if options.json else show
    if not options.json:
        print(f"-- {scenario.title} --")

    async def call() -> Verdict:
        sounds = await render(scenario)
        order = Order(options.uri, scenario, sounds, texts, options.agent, options.agent_says)
        return await place(order, tell)

    verdict = asyncio.run(call())
    if options.json:
        print(json.dumps(asdict(verdict) | {"passed": verdict.passed}))
    elif verdict.passed:
        print(f"-- all came true ({verdict.came_true} expectations) --")
    else:
        print(f"-- FAILED: {verdict.failure} --")
    return 0 if verdict.passed else 1


def note(path: Path, flow: str, start: str) -> str:
    """Tell which scenarios are for this line, where this one is for another."""
    ours = [file.name for file in sorted(path.parent.glob("*.call")) if begins_with(file, start)]
    return (
        f"note: {path.name} is for a line whose settings say [flows] start = {flow!r}; this one's"
        f" say {start!r}, as these need: {', '.join(ours) or 'none here'}"
    )


def begins_with(path: Path, flow: str) -> bool:
    """Whether *path* can be read and is for a line that starts with *flow*."""
    with contextlib.suppress(FlowErrors):
        return load_scenario(path).flow == flow
    return False


def show(entry: Entry) -> None:
    """Print one line of the transcript."""
    who = f"{entry.who}:" if entry.who else "--"
    print(f"{entry.at:6.1f}  {who:<8}{entry.what}", flush=True)


def silent(entry: Entry) -> None:
    """Print nothing."""


def port(text: str) -> int:
    """Read a port number."""
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, 1 to {MAX_PORT}")
    return int(text)
