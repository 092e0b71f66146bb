"""`ivr serve`, whose n-th call begins in the n-th state of all flows, with every slot set."""

import itertools
import sys
from collections.abc import Mapping
from datetime import date

from ivr import attendant
from ivr.cli.main import main
from ivr.dialog.dialog import Dialog
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.flow.model import Value
from tests.flows.shipped import book_starting_at
from tests.flows.test_scenarios import PLACES, SOME_VALUES

NEXT = itertools.cycle(PLACES)


def begin(
    flows: FlowBook, words: Wording, *, start: str, today: date, values: Mapping[str, Value]
) -> Dialog:
    """Make the dialog of a call; after a handoff that nobody took it goes on as usual."""
    if values:
        return Dialog(flows, words, start=start, today=today, values=values)
    flow, state = next(NEXT)
    there = book_starting_at(flow, state)
    return Dialog(there, words, start=flow, today=today, values=SOME_VALUES)


if __name__ == "__main__":
    attendant.Dialog = begin  # type: ignore[assignment, attr-defined]  # the one seam a test needs
    sys.exit(main(sys.argv[2:]))
