"""Reading out of an error why somebody who was rung did not answer."""

from ivr.errors import CallError, LegBroken, LegLost
from ivr.handoff.events import Refusal

BUSY_STATUSES = frozenset({486, 600})  # RFC 3261 §21.4.24, §21.6.1
NO_ANSWER_STATUSES = frozenset({0, 408, 480, 487})  # RFC 3261 §21.4; 0: our own limit


def refusal_of(error: Exception) -> Refusal:
    """Read out of *error* why somebody who was rung did not answer."""
    status = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else 0
    if isinstance(error, LegBroken) or not isinstance(error, CallError):
        return Refusal.UNREACHABLE
    if status in BUSY_STATUSES:
        return Refusal.BUSY
    if isinstance(error, LegLost) and status in NO_ANSWER_STATUSES:
        return Refusal.NO_ANSWER
    return Refusal.DECLINED
