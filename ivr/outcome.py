"""How a call ended, read off its row and its flows."""

from collections.abc import Mapping

from ivr.flow.model import NEXT, Flow, Say
from ivr.handoff.actions import Outcome
from ivr.request import KEEP_FLOW, NOBODY_FLOW
from ivr.story.calls import CallOutcome, CallRow

DONE = "done"
"""State at which a flow has done what its callers want."""
_STATES = {
    f"{NOBODY_FLOW}.message_kept": CallOutcome.MESSAGE,
    f"{NOBODY_FLOW}.number_kept": CallOutcome.CALLBACK,
    f"{KEEP_FLOW}.number_kept": CallOutcome.CALLBACK,
    f".{DONE}": CallOutcome.CONTAINED,
}
"""States that tell how a call went, the most telling first."""
HELPED = frozenset({CallOutcome.HANDED_OFF, CallOutcome.MESSAGE, CallOutcome.CALLBACK})
"""More than waiting."""


def outcome_of(row: CallRow, flows: Mapping[str, Flow]) -> CallOutcome:
    """
    Tell how the call of *row* ended; what stands there already stays.

    Who hangs up while they are told what they rang for has what they wanted.
    """
    if row.outcome is not None:
        return row.outcome
    if row.handoff is Outcome.SERVED:
        return CallOutcome.HANDED_OFF
    if row.handoff is Outcome.WANTS_CALLBACK:
        return CallOutcome.CALLBACK
    for state, outcome in _STATES.items():
        if any(place.endswith(state) for place in row.path):
            return outcome
    told = bool(row.path) and _leads_to_the_end(row.path[-1], flows)
    return CallOutcome.CONTAINED if told else CallOutcome.ABANDONED


def _leads_to_the_end(place: str, flows: Mapping[str, Flow]) -> bool:
    """Say whether something is said at *place*, and nothing else is to do behind it."""
    flow, _, name = place.partition(".")
    state = flows[flow].states.get(name) if flow in flows else None
    if not isinstance(state, Say):
        return False
    return {branch.to for branch in state.on.get(NEXT, ())} == {DONE}
