"""`ivr`: the one command, and what its subcommands share."""

import argparse
import sys
from collections.abc import Sequence

from ivr.cli import (
    acts,
    agent,
    agents,
    call,
    callbacks,
    calls,
    cells,
    doctor,
    flow,
    messages,
    models,
    prompts,
    queue,
    records,
    replay,
    report,
    serve,
    tail,
    tokens,
    top,
    try_,
    why,
)
from ivr.errors import FlowErrors, IvrError

EXIT_FAILED = 1
EXIT_MISUSE = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells expect


def parser() -> argparse.ArgumentParser:
    """Build the whole command line."""
    whole = argparse.ArgumentParser(
        prog="ivr",
        description="A telephone line for clinics: answers, helps, and hands over to a person.",
    )
    subparsers = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for family in (serve, top, call, agent, try_, flow, calls, queue, agents):
        family.add_parser(subparsers)
    for family in (tail, cells, acts, tokens):
        family.add_parser(subparsers)
    for family in (why, report, records, callbacks, messages, prompts, replay, models, doctor):
        family.add_parser(subparsers)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Returns:
        The exit status: 0 all is well, 1 something is not, 2 wrong use or a wrong file.
    """
    options = parser().parse_args(arguments)
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
