"""The SIP messages of one call, as a ladder."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message; nothing of its addresses, headers or body but what is named here."""

    call: str
    at: datetime
    leg: str
    """`caller` or `agent`."""
    outward: bool
    """Whether we sent it."""
    method: str
    """Of the request, or of the request it answers (CSeq)."""
    status: int = 0
    """Of a response; 0: a request."""
    again: bool = False
    """Whether it is a retransmission."""
