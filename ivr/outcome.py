"""How a call ended, read off its row."""

from ivr.handoff.actions import Outcome
from ivr.request import KEEP_FLOW, NOBODY_FLOW
from ivr.story.calls import CallOutcome, CallRow

_STATES = {
    f"{NOBODY_FLOW}.message_kept": CallOutcome.MESSAGE,
    f"{NOBODY_FLOW}.number_kept": CallOutcome.CALLBACK,
    f"{KEEP_FLOW}.number_kept": CallOutcome.CALLBACK,
    ".done": CallOutcome.CONTAINED,
}
"""States that tell how a call went, the most telling first."""
HELPED = frozenset({CallOutcome.HANDED_OFF, CallOutcome.MESSAGE, CallOutcome.CALLBACK})
"""More than waiting."""


def outcome_of(row: CallRow) -> CallOutcome:
    """Tell how the call of *row* ended; what stands there already stays."""
    if row.outcome is not None:
        return row.outcome
    if row.handoff is Outcome.SERVED:
        return CallOutcome.HANDED_OFF
    if row.handoff is Outcome.WANTS_CALLBACK:
        return CallOutcome.CALLBACK
    for state, outcome in _STATES.items():
        if any(place.endswith(state) for place in row.path):
            return outcome
    return CallOutcome.ABANDONED
