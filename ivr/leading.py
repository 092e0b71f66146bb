"""Flows that agents send callers through: which there are, and what came of one."""

from ivr.dialog.actions import HandOff, HandoffReason
from ivr.dialog.dialog import Dialog
from ivr.dialog.knowledge import NAME, VERIFIED
from ivr.flow.machine import FlowBook
from ivr.flow.model import Flow, Return
from ivr.session import Ending

DONE = "done"  # of a flow that ends without returning anything
BROKEN_OFF = {
    HandoffReason.ASKED: "broken off, the caller asked for you.",
    HandoffReason.NOT_UNDERSTOOD: "broken off, the line did not understand the caller.",
    HandoffReason.EMERGENCY: "broken off, the caller spoke of an emergency.",
    HandoffReason.CLINIC_DOWN: "broken off, the practice's system does not answer.",
    HandoffReason.LINE_TROUBLE: "broken off, something on the line went wrong.",
    HandoffReason.FLOW: "the caller could not be helped there.",
    HandoffReason.SENT: "broken off, an operator of the line sent the caller on.",
}


def flows_for_agents(book: FlowBook) -> tuple[tuple[str, str], ...]:
    """List the flows that agents may send a caller through: name and title, by title."""
    offered = [(name, flow.for_agents) for name, flow in book.flows.items() if flow.for_agents]
    return tuple(sorted(offered, key=lambda one: one[1]))


def came_of(flow: Flow, dialog: Dialog, ending: Ending) -> str:
    """
    Put into words for the agent what came of *flow*; personal data.

    It names no more than a card of any role does: the outcome that the flow returned, and
    whom the caller proved to be in it.

    Args:
        flow: The one the caller was sent through.
        dialog: Their conversation, which has ended.
        ending: How it ended; the caller is on the line.
    """
    if isinstance(ending, HandOff):
        return f"{flow.for_agents}: {BROKEN_OFF[ending.briefing.reason]}"
    last = flow.states.get(dialog.path[-1].removeprefix(f"{flow.name}."))
    outcome = last.outcome if isinstance(last, Return) else DONE
    name = f" They are {dialog.values.get(NAME, '')}." if outcome == VERIFIED else ""
    return f"{flow.for_agents}: {outcome.replace('_', ' ')}.{name}"
