"""`ivr tail`: what happens in calls, as it happens, one line each."""

import argparse
import asyncio
import json
import sys
from datetime import datetime

from ivr.cli.lines import add_lines, lines_of
from ivr.cli.options import add_json
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Turn
from ivr.watch.board import Happening
from ivr.watch.follow import Follower, Update
from ivr.watch.reach import Reach
from ivr.watch.rows import FACTS, Over

KINDS = (*FACTS, "over")
SHOWN = ("turn", "step", "over")  # without --kind: SIP and RTP are for those who look for them


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `tail`."""
    parser = subparsers.add_parser("tail", help="print what happens in calls, as it happens")
    add_lines(parser)
    add_json(parser)
    parser.add_argument("--call", default="", metavar="CALL", help="of this call alone")
    parser.add_argument(
        "--kind",
        action="append",
        choices=KINDS,
        help=f"of this kind alone; again for more; default: {', '.join(SHOWN)}",
    )
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Print until Ctrl-C."""
    asyncio.run(follow(lines_of(options), options))
    return 0


async def follow(lines: list[Reach], options: argparse.Namespace) -> None:
    """Print what *lines* tell, for ever."""
    kinds = options.kind or SHOWN
    async with Follower(lines) as follower:
        async for update in follower:
            _tell_state(update)
            fact = follower.board.newest(update.line, update.event)
            if fact is None or update.event["event"] not in kinds:
                continue
            if not fact.call.startswith(options.call):
                continue
            if options.json:
                print(json.dumps({"line": update.line, **update.event}), flush=True)
            else:
                print(f"{update.line} " * (len(lines) > 1) + told(fact), flush=True)


def _tell_state(update: Update) -> None:
    """Say on the other stream when a line is lost, and when events may be missing."""
    match update.event.get("event"):
        case "lost":
            print(f"{update.line}: {update.event.get('why')}", file=sys.stderr, flush=True)
        case "behind":
            print(f"{update.line}: too slow, some are missing", file=sys.stderr, flush=True)


def told(fact: Happening) -> str:
    """Write *fact* in one line."""
    return f"{_clock(fact.at)} {fact.call} {_what(fact)}".rstrip()


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S.%f}"[:-3]


def _what(fact: Happening) -> str:
    match fact:
        case Turn():
            return _turn(fact)
        case Step():
            who = f" {fact.who}" if fact.who else ""
            return f"{_words(fact.happened)}{who} {_words(fact.detail)}"
        case Media():
            rtp = f"{fact.received} heard, {fact.lost} lost, jitter {fact.jitter * 1000:.0f} ms"
            return f"sound of the {fact.leg}: {rtp}, {fact.sent} sent"
        case Message():
            way = "->" if fact.outward else "<-"
            again = " again" if fact.again else ""
            return f"{fact.leg} {way} {fact.status or ''} {fact.method}{again}".replace("  ", " ")
        case Over():
            outcome = _words(fact.outcome) if fact.outcome else "ended"
            return f"over: {outcome} {_words(fact.reason)} {fact.queue}"


def _turn(turn: Turn) -> str:
    parts = [f"turn {turn.number} at {turn.state}: {_words(turn.judged)}"]
    if turn.confidence is not None:
        parts.append(f"{turn.confidence:.0%} sure")
    if turn.operation:
        parts.append(f"{turn.operation} {turn.outcome} in {turn.clinic or 0:.1f} s")
    if turn.latency is not None:
        parts.append(f"answered in {turn.latency:.2f} s")
    return ", ".join(parts)


def _words(name: str) -> str:
    return name.replace("_", " ")
