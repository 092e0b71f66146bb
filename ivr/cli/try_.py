"""`ivr try FLOW`: the whole dialog in a terminal."""

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from ivr.cli.options import add_settings, read_settings
from ivr.clinic.demo import DemoClinic
from ivr.clinic.messages import MessageBox
from ivr.dialog.actions import HandOff
from ivr.dialog.dialog import Dialog
from ivr.errors import ClinicError, FlowError, FlowErrors
from ivr.flow.model import UNAVAILABLE, Value
from ivr.loading import load_practice, load_wording
from ivr.ports import OperationResult
from ivr.terminal import Rehearsal

KEYS = re.compile(r"\[([0-9*#A-D ]+)\]")
HOWTO = "Type what you would say. [1] presses keys, . is silence, an empty line hangs up."


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `try`."""
    parser = subparsers.add_parser("try", help="talk to a flow in this terminal, without a phone")
    parser.add_argument("flow", metavar="FLOW", help="name of a flow, such as main_menu")
    add_settings(parser)
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Talk to one flow."""
    settings = read_settings(options)
    book = load_practice(settings).book
    if options.flow not in book.flows:
        known = ", ".join(sorted(book.flows))
        folder = settings.flows.folder
        message = f"there is no flow {options.flow!r}; there are {known}"
        raise FlowErrors([FlowError(folder, 1, "unknown-flow", message)])
    print(HOWTO)
    with tempfile.TemporaryDirectory() as scratch:
        operate = Practice(Path(scratch) / "clinic.db")
        dialog = Dialog(
            book,
            load_wording(settings),
            start=options.flow,
            today=datetime.now().astimezone().date(),
        )
        converse(Rehearsal(dialog, operate), sys.stdin)
    return 0


class Practice:
    """The invented clinic, asked one operation at a time from code without a loop."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def __call__(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        """Ask; a clinic in trouble is `unavailable`, as on a real call."""
        return asyncio.run(self._ask(operation, arguments))

    async def _ask(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        messages = MessageBox(self._database.with_name("messages.db"))
        clinic = DemoClinic(self._database, timeout=8.0, messages=messages)
        try:
            return await clinic.perform(operation, arguments)
        except ClinicError:
            return OperationResult(UNAVAILABLE, {})
        finally:
            await clinic.close()
            await messages.close()


def converse(rehearsal: Rehearsal, lines: Iterable[str]) -> None:
    """Feed *lines* to the dialog and print what it says, until one of the two ends it."""
    told = _tell(rehearsal, 0)
    for line in lines:
        typed = line.strip()
        if rehearsal.ending is not None:
            break
        if not typed:
            rehearsal.hang_up()
            print("-- you hung up --")
            return
        answer(rehearsal, typed)
        told = _tell(rehearsal, told)
    match rehearsal.ending:
        case HandOff(queue=queue, briefing=briefing):
            print(f"-- a person of {queue} is rung ({briefing.reason.value}) --")
        case None:
            print("-- no more input --")
        case _:
            print("-- the line hung up --")


def answer(rehearsal: Rehearsal, typed: str) -> None:
    """Do what one typed line means: silence, keys or speech."""
    keys = KEYS.fullmatch(typed)
    if typed == ".":
        rehearsal.wait()
    elif keys:
        rehearsal.press(keys.group(1).replace(" ", ""))
    else:
        rehearsal.say(typed)


def _tell(rehearsal: Rehearsal, told: int) -> int:
    for text in rehearsal.said[told:]:
        print(f"line: {text}")
    sys.stdout.flush()
    return len(rehearsal.said)
