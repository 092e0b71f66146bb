"""`ivr agents add` and `remove`: the roster on the disk, which a running line reads anew."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ivr.cli.options import read_settings
from ivr.errors import SettingsError, StoreUnavailable
from ivr.handoff.agents import BROWSER, Agent, Role
from ivr.records.roster import Roster, is_name
from ivr.settings import Settings
from ivr.watch.reach import ask

EXIT_REFUSED = 1
T = TypeVar("T")


def add(options: argparse.Namespace) -> int:
    """Add somebody, and tell their password once."""
    settings = read_settings(options)
    if not is_name(options.name):
        accepted = "up to forty letters, digits and spaces"
        raise SettingsError("NAME", found=repr(options.name), accepted=accepted)
    if options.name in {agent.name for agent in settings.handoff.agents}:
        print(f"{options.name} stands in the settings, and is changed there.")
        return EXIT_REFUSED
    if options.sip and not options.sip.startswith(("sip:", "sips:")):
        raise SettingsError("--sip", found=repr(options.sip), accepted="a URI, sip:dana@10.0.0.5")
    agent = Agent(
        options.name,
        options.sip or BROWSER + options.name,
        tuple(options.queue),
        frozenset(options.skill),
        tuple(options.language) or ("en",),
        Role(options.role),
    )
    password = in_roster(settings, lambda roster: roster.add(agent))
    if password:
        print(f"{agent.name} logs in at the console with the password {password}")
        print("It is shown this once; adding them again gives a new one.")
    else:
        print(f"{agent.name} is rung at {agent.address}.")
    return _tell_line(settings)


def remove(options: argparse.Namespace) -> int:
    """Remove somebody from the roster."""
    settings = read_settings(options)
    if not in_roster(settings, lambda roster: roster.remove(options.name)):
        settled = options.name in {agent.name for agent in settings.handoff.agents}
        where = (
            "stands in the settings, and is removed there" if settled else "is not on the roster"
        )
        print(f"{options.name} {where}.")
        return EXIT_REFUSED
    print(f"{options.name} takes no calls any more.")
    return _tell_line(settings)


def in_roster(settings: Settings, work: Callable[[Roster], Awaitable[T]]) -> T:
    """Do *work* with the roster of the line that *settings* name."""

    async def run() -> T:
        roster = Roster(settings.roster)
        try:
            return await work(roster)
        finally:
            await roster.close()

    return asyncio.run(run())


def _tell_line(settings: Settings) -> int:
    """Let a running line know; one that starts later reads it anyway."""
    try:
        answer = asyncio.run(ask(settings.watch_socket, "roster"))
    except StoreUnavailable:
        print("No line runs; the next one knows.")
        return 0
    if "error" in answer:
        print(f"The running line does not know yet: {answer['error']}")
        return EXIT_REFUSED
    return 0
