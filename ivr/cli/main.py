"""`ivr`: the one command, and what its subcommands share."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from ivr.errors import FlowErrors, IvrError

EXIT_FAILED = 1
EXIT_MISUSE = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells expect


FAMILIES = {
    "serve": ("serve",),
    "top": ("top",),
    "call": ("call",),
    "agent": ("agent",),
    "try_": ("try",),
    "flow": ("flow",),
    "calls": ("calls",),
    "queue": ("queue",),
    "agents": ("agents",),
    "tail": ("tail",),
    "cells": ("cells", "trunks"),
    "acts": ("hand-off", "hang-up", "listen", "drain"),
    "tokens": ("watch",),
    "why": ("why",),
    "report": ("report",),
    "records": ("records",),
    "callbacks": ("callbacks",),
    "messages": ("messages",),
    "prompts": ("prompts",),
    "replay": ("replay", "scenario"),
    "models": ("models",),
    "doctor": ("doctor",),
}
"""Modules here, with the commands of each, in the order people see them."""


def parser(command: str = "") -> argparse.ArgumentParser:
    """
    Build the command line.

    Args:
        command: The only one that is needed; importing what is behind all takes a second.
    """
    whole = argparse.ArgumentParser(
        prog="ivr",
        description="A telephone line for clinics: answers, helps, and hands over to a person.",
    )
    subparsers = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    needed = [module for module, commands in FAMILIES.items() if command in commands]
    for module in needed or FAMILIES:
        import_module(f"ivr.cli.{module}").add_parser(subparsers)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Returns:
        The exit status: 0 all is well, 1 something is not, 2 wrong use or a wrong file.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = parser(words[0] if words else "").parse_args(words)
    try:
        return int(options.func(options))
    except FlowErrors as errors:
        print(errors, file=sys.stderr)
        print(f"{len(errors.errors)} mistakes", file=sys.stderr)
        return EXIT_MISUSE
    except IvrError as error:
        print(f"ivr: {error}", file=sys.stderr)
        return EXIT_MISUSE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_FAILED
