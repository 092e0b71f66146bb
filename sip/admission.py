"""
Which requests reach pjsip, and how the others are answered. Pure decisions.

pjsip alone answers 486 to the caller beyond its limit, 500 to harmless requests within a
call, and nothing at all to some outside; a transfer request (REFER) it would dial.
"""

from dataclasses import dataclass

from sip.causes import Status
from sip.message import Request
from sip.trunk import Origin

ALLOW = ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, INFO, OPTIONS")
RETRY_AFTER = ("Retry-After", "20")  # seconds; calls are short
ELSEWHERE = frozenset({"REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE"})
"""Methods we know and do not serve."""
NEEDS_A_CALL = frozenset({"BYE", "INFO", "UPDATE", "PRACK", "NOTIFY"})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in pjsip's place."""

    status: Status
    headers: tuple[tuple[str, str], ...] = ()
    key: str = ""
    """The key that an INFO pressed."""


@dataclass(frozen=True, slots=True)
class Room:
    """How full the line is."""

    calls: int
    capacity: int
    """Calls at once; 0 while the line closes, or takes no new caller."""
    overflow: str
    """Where the caller goes whom we cannot take; `` for nowhere."""

    @property
    def open(self) -> bool:
        """Whether callers are taken at all: a front that asks looks elsewhere if not."""
        return self.capacity > 0

    @property
    def for_a_caller(self) -> bool:
        """The last slot stays free for the agent's leg, unless there is only one."""
        return self.calls < max(min(1, self.capacity), self.capacity - 1)

    def refusal(self) -> Reply:
        """Send the caller elsewhere, never just away."""
        if self.overflow:
            return Reply(Status.MOVED_TEMPORARILY, (("Contact", f"<{self.overflow}>"),))
        return Reply(Status.SERVICE_UNAVAILABLE, (RETRY_AFTER,))


def outside(request: Request, origin: Origin, room: Room) -> Reply | None:
    """Judge a request that belongs to no call; None: pjsip shall have it."""
    match request.method:
        case "ACK" | "CANCEL":
            return None
        case "OPTIONS":
            return None if room.open else Reply(Status.SERVICE_UNAVAILABLE, (RETRY_AFTER,))
        case "INVITE" if not origin.allowed:
            return Reply(Status.FORBIDDEN)
        case "INVITE" if request.header("replaces"):
            return Reply(Status.DECLINE)
        case "INVITE":
            return None if room.for_a_caller else room.refusal()
        case method if method in NEEDS_A_CALL:
            return Reply(Status.NO_SUCH_CALL)
        case method:
            return _unserved(method)


def within(request: Request) -> Reply | None:
    """Judge a request of a call that exists; None: pjsip shall have it."""
    match request.method:
        case "INVITE" | "ACK" | "BYE" | "CANCEL" | "UPDATE" | "PRACK":
            return None
        case "OPTIONS":
            return Reply(Status.OK, (ALLOW, ("Accept", "application/sdp")))
        case "INFO":
            key = request.pressed()
            known = key or not request.body.strip()
            return Reply(Status.OK if known else Status.UNSUPPORTED_MEDIA_TYPE, key=key)
        case "NOTIFY":
            return Reply(Status.NO_SUCH_CALL)
        case method:
            return _unserved(method)


def _unserved(method: str) -> Reply:
    if method == "REFER":
        return Reply(Status.DECLINE)
    if method in ELSEWHERE:
        return Reply(Status.METHOD_NOT_ALLOWED, (ALLOW,))
    return Reply(Status.NOT_IMPLEMENTED, (ALLOW,))
