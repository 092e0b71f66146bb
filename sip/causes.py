"""SIP status codes in our words: what became of a leg, and which error that is."""

from enum import Enum, IntEnum

from ivr.errors import CallError, LegBroken, LegClosed, LegLost
from ivr.ports import Gone


class Status(IntEnum):
    """The status codes this line sends or tells apart (RFC 3261 §21)."""

    RINGING = 180
    OK = 200
    MOVED_TEMPORARILY = 302
    FORBIDDEN = 403
    METHOD_NOT_ALLOWED = 405
    REQUEST_TIMEOUT = 408
    UNSUPPORTED_MEDIA_TYPE = 415
    NO_SUCH_CALL = 481
    BUSY = 486
    NOT_IMPLEMENTED = 501
    BAD_GATEWAY = 502
    SERVICE_UNAVAILABLE = 503
    MESSAGE_TOO_LARGE = 513
    DECLINE = 603


class CallState(Enum):
    """Where the signalling of a call stands."""

    CALLING = "calling"  # we sent an INVITE, nothing came back
    RINGING = "ringing"
    CONNECTING = "connecting"  # answered, the ACK is missing
    CONFIRMED = "confirmed"


REFUSED = 300  # and above
UNREACHABLE = frozenset({Status.REQUEST_TIMEOUT, Status.BAD_GATEWAY, Status.SERVICE_UNAVAILABLE})
"""What pjsip reports when a peer was never heard: timer B or F, name not found, no transport."""


def gone(status: int, *, state: CallState, given_up: bool) -> Gone:
    """
    Say how a leg ended.

    Args:
        status: The last SIP status.
        state: Where it stood before.
        given_up: Whether a watchdog of ours ended it.
    """
    silent = status in UNREACHABLE and state is not CallState.RINGING
    return Gone(status=status, lost=given_up or silent)


def error_of(key: str, end: Gone, *, ours: bool) -> CallError:
    """Return the error for someone who still wanted something of leg *key*."""
    if ours:
        return LegClosed(f"leg {key}: we hung up")
    if end.lost:
        return LegBroken(f"leg {key}: the far end is silent ({end.status})")
    if end.status >= REFUSED:
        return LegLost(f"leg {key}: refused ({end.status})", end.status)
    return LegLost(f"leg {key}: the far end hung up", end.status)
