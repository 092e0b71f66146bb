"""`ivr agents`: who takes calls; add and remove them, pause them."""

import argparse
import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from ivr.cli import roster
from ivr.cli.asked import ask_all, rows_of
from ivr.cli.lines import add_lines, lines_of
from ivr.cli.options import add_command, add_json, read_settings
from ivr.cli.roster import in_roster
from ivr.cli.tables import minutes, table
from ivr.errors import StoreUnavailable
from ivr.handoff.agents import Agent, Presence, Role
from ivr.settings import Settings
from ivr.switchboard.front import described
from ivr.watch.reach import ask

EXIT_REFUSED = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `agents` and what can be done with them."""
    parser = subparsers.add_parser("agents", help="people who take calls")
    inner = parser.add_subparsers(metavar="COMMAND", required=True)
    listed = inner.add_parser("list", help="who takes calls, and what each does now")
    listed.set_defaults(func=show)
    add_lines(listed)
    add_json(listed)
    add = add_command(
        inner, "add", "let somebody take calls, or change what is known of them", roster.add
    )
    add.add_argument("name", metavar="NAME", help="what callers hear them called")
    add.add_argument("--queue", action="append", default=[], help="they answer for it; repeat it")
    add.add_argument("--skill", action="append", default=[], help="such as nurse; repeat it")
    add.add_argument("--language", action="append", default=[], help="such as es; default: en")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.AGENT.value)
    add.add_argument(
        "--sip", metavar="URI", help="their SIP phone; without it they use the console"
    )
    remove = add_command(inner, "remove", "let somebody take no calls any more", roster.remove)
    remove.add_argument("name", metavar="NAME", help="who it is")
    for name, what, func in (
        ("pause", "offer somebody no callers until they are ready again", pause),
        ("ready", "offer somebody callers again", ready),
    ):
        parser = inner.add_parser(name, help=what)
        parser.set_defaults(func=func)
        add_lines(parser)
        parser.add_argument("name", metavar="NAME", help="who it is")
    inner.choices["pause"].add_argument("--reason", default="", help="such as lunch")


def show(options: argparse.Namespace) -> int:
    """List those whom a running line rings, and those who are not signed in there."""
    if options.line:
        rows = list(rows_of(ask_all(options, "agents"), "agents"))
    else:
        settings = read_settings(options)
        seen: dict[str, Any] = {"agents": []}
        away = "no line runs"
        with contextlib.suppress(StoreUnavailable):
            seen = asyncio.run(ask(settings.watch_socket, "agents"))
            away = "not signed in"
        if "error" in seen:
            print(seen["error"])
            return EXIT_REFUSED
        rows = seen["agents"]
        signed_in = {row["agent"] for row in rows}
        rows += [_known(one, away) for one in _everybody(settings) if one.name not in signed_in]
    rows.sort(key=lambda row: row["agent"])
    if options.json:
        print(json.dumps(rows))
    elif not rows:
        print("Nobody takes calls: `ivr agents add NAME` adds somebody.")
    else:
        Console().print(table([_row(row) for row in rows], whole=("Now", "Queues", "Skills")))
    return 0


def pause(options: argparse.Namespace) -> int:
    """Pause somebody."""
    return _set(options, Presence.PAUSED, options.reason)


def ready(options: argparse.Namespace) -> int:
    """Let somebody take calls again."""
    return _set(options, Presence.READY, "")


def _set(options: argparse.Namespace, presence: Presence, reason: str) -> int:
    given = {"name": options.name, "presence": presence.value, "reason": reason}
    answers = [asyncio.run(ask(line, "agent_set", **given)) for line in lines_of(options)]
    if all("error" in answer for answer in answers):
        print(answers[0]["error"])
        return EXIT_REFUSED
    print(f"{options.name} is {presence.value}.")
    return 0


def _everybody(settings: Settings) -> list[Agent]:
    added = {agent.name: agent for agent in in_roster(settings, lambda roster: roster.agents())}
    named = {one.name: Agent(one.name, one.uri, one.queues) for one in settings.handoff.agents}
    return list((added | named).values())


def _known(agent: Agent, away: str) -> dict[str, Any]:
    return {
        "agent": agent.name,
        "presence": Presence.OFFLINE.value,
        "seconds": None,
        "reason": away,
        "back_in": None,
        **described(agent),
        "call": "",
    }


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    since = "" if row["seconds"] is None else minutes(row["seconds"])
    back = "" if row["back_in"] is None else f"back in {minutes(row['back_in'])}"
    return {
        "Agent": row["agent"],
        "Line": row.get("line", ""),
        "Now": f"{row['presence']} {since}".strip(),
        "Why": ", ".join(filter(None, (row["reason"], back))),
        "Queues": "\n".join(row["queues"]) or "all",
        "Skills": "\n".join(row["skills"]),
        "Speaks": " ".join(row["languages"]),
        "Role": f"{row['role']}, {row['where']}",
    }
