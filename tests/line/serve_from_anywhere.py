"""`ivr serve`, whose n-th call begins in the n-th of some states, with every slot set."""

import itertools
import os
import sys
from collections.abc import Mapping
from datetime import date

from ivr import visit
from ivr.cli.main import main
from ivr.dialog.dialog import Dialog
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.flow.model import Value
from tests.flows.shipped import book_starting_at, some_values

PLACES = "TEST_PLACES"
"""Environment: the states, as `flow.state`, separated by blanks."""


class Turntable:
    """Makes the dialog of each call; after a handoff that nobody took it goes on as usual."""

    def __init__(self, places: list[str]) -> None:
        self._places = itertools.cycle(places)

    def __call__(
        self,
        flows: FlowBook,
        words: Wording,
        *,
        start: str,
        today: date,
        values: Mapping[str, Value],
    ) -> Dialog:
        if values:
            return Dialog(flows, words, start=start, today=today, values=values)
        flow, _, state = next(self._places).partition(".")
        there = book_starting_at(flow, state)
        return Dialog(there, words, start=flow, today=today, values=some_values())


if __name__ == "__main__":
    turntable = Turntable(os.environ[PLACES].split())
    visit.Dialog = turntable  # type: ignore[assignment, attr-defined] # the one seam a test needs
    sys.exit(main(sys.argv[2:]))
