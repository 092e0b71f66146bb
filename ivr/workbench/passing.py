"""Which ways calls of the records took, and scenarios take, through the flows."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path

from ivr.dialog.actions import HandoffReason
from ivr.dialog.wording import Wording
from ivr.flow.diagram import Pair
from ivr.flow.machine import FlowBook
from ivr.flow.overlay import Visit, steps_in
from ivr.request import SERVICE_FLOWS
from ivr.story.calls import CallOutcome, CallRow
from ivr.workbench.files import files_under, load_suite
from ivr.workbench.paper import PaperLine
from ivr.workbench.suite import Run, run_text

_REASONS = {
    HandoffReason.ASKED: "asked for a person",
    HandoffReason.FLOW: "",  # the picture shows it: the flow hands over
    HandoffReason.NOT_UNDERSTOOD: "not understood",
    HandoffReason.EMERGENCY: "emergency",
    HandoffReason.CLINIC_DOWN: "records down",
    HandoffReason.LINE_TROUBLE: "trouble of the line",
    HandoffReason.SENT: "sent by an operator",
}


def visit_of(row: CallRow) -> Visit:
    """Tell how the call of *row* went; what came while it waited for a person is no leaving."""
    own = [place for place in row.path if place.partition(".")[0] not in SERVICE_FLOWS]
    left_at = (own or row.path or ("",))[-1]
    if row.reason is not None:
        return Visit(row.path, left_at, _REASONS[row.reason])
    return Visit(row.path, left_at, "hung up" if row.outcome is CallOutcome.ABANDONED else "")


def runs_of(
    paths: Sequence[Path], book: FlowBook, wording: Wording, *, today: date
) -> tuple[Run, ...]:
    """
    Perform the scenarios among *paths*, and in the folders among them, as text.

    Raises:
        FlowErrors: Every mistake of every scenario.
    """
    line = PaperLine(book, wording, today=today)
    try:
        return tuple(run_text(each, line) for each in load_suite(files_under(paths), line.book))
    finally:
        line.close()


def reached(runs: Iterable[Run], flow: str) -> tuple[Collection[str], Collection[Pair]]:
    """Tell which states of *flow* any of *runs* came to, and by which ways."""
    states: set[str] = set()
    pairs: set[Pair] = set()
    for run in runs:
        states.update(steps_in(flow, run.path))
        pairs.update((way.state, way.to) for way in run.transitions if way.flow == flow)
    return states, pairs
