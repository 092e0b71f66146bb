"""
What the line tells a page: every message is the whole of its subject, never a difference.

So a page that missed some has lost nothing: the next one is all it needs, and after a
reconnect it gets each kind once. docs/reference/console-protocol.md lists them for readers.
"""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import assert_never

from ivr.handoff.agents import Presence, Role
from ivr.handoff.card import Card
from ivr.handoff.commands import Attending, TalkView
from ivr.webrtc.floor import Floor
from ivr.webrtc.messages import VERSION, WrapUpOutcome


class Farewell(StrEnum):
    """Why the line closes a socket; the page says it to the agent."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason, not a password
    LOCKED_OUT = "locked_out"
    NOT_KNOWN = "not_known"  # a token of a login that is over
    ELSEWHERE = "elsewhere"  # the same agent logged in on another page
    LOGGED_OUT = "logged_out"
    REMOVED = "removed"  # they are not on the roster any more
    ENDED = "ended"  # a caller's call is over
    MISSPOKEN = "misspoken"
    FULL = "full"
    STOPPING = "stopping"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class OfferView:
    """A caller rings at this console."""

    number: int
    card: Card
    left: float
    """Seconds it goes on ringing."""
    taken: bool
    """They said yes, and their sound is being connected."""


@dataclass(frozen=True, slots=True)
class TalkShown:
    """The talk under way."""

    call: str
    card: Card
    view: TalkView
    seconds: float
    muted: bool
    note: str
    outcome: WrapUpOutcome
    took_over: bool
    """A supervisor took this talk over from an agent."""


@dataclass(frozen=True, slots=True)
class WrapUpShown:
    """The talk that ended last and whose note is not finished."""

    call: str
    card: Card
    note: str
    outcome: WrapUpOutcome


@dataclass(frozen=True, slots=True)
class AttendShown:
    """The talk of somebody else that a supervisor takes part in."""

    call: str
    mode: Attending


@dataclass(frozen=True, slots=True)
class You:
    """All that is the agent's own."""

    name: str
    role: Role
    presence: Presence
    reason: str
    left: float
    """Seconds until the presence ends by itself; 0: it does not."""
    offer: OfferView | None
    talk: TalkShown | None
    wrap_up: WrapUpShown | None
    attending: AttendShown | None


@dataclass(frozen=True, slots=True)
class Welcome:
    """Logged in."""

    token: str = field(repr=False)
    """Opens the same seat again after a reload; worthless soon after the page is gone."""
    practice: str
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class FloorShown:
    """How the practice stands."""

    floor: Floor
    role: Role
    current: bool
    """False: the store does not answer, this is how it stood before."""


@dataclass(frozen=True, slots=True)
class SoundAnswer:
    """The line's end of the audio (RFC 3264 answer)."""

    sdp: str
    offer: int = 0
    """Number of the offer it belongs to; 0: no offer, but a caller or a supervisor."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened that the agent should read once."""

    text: str
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class CallShown:
    """A caller's page: `ringing`, `talking` or `ended`."""

    phase: str


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last message of a socket."""

    reason: Farewell
    wait: float = 0.0
    """Seconds until another try makes sense."""


Telling = Welcome | You | FloorShown | SoundAnswer | Notice | CallShown | Goodbye


def write(telling: Telling, *, number: int) -> str:
    """Write one message; *number* grows by one with each message of a seat."""
    return json.dumps({"type": _kind(telling), "number": number, **_members(telling)})


def _kind(telling: Telling) -> str:
    match telling:
        case Welcome():
            return "welcome"
        case You():
            return "you"
        case FloorShown():
            return "floor"
        case SoundAnswer():
            return "sound"
        case Notice():
            return "notice"
        case CallShown():
            return "call"
        case Goodbye():
            return "goodbye"
        case _:
            assert_never(telling)


def _members(telling: Telling) -> dict[str, object]:
    if not isinstance(telling, FloorShown):
        return asdict(telling)
    members = asdict(telling.floor)
    if telling.role is not Role.SUPERVISOR:
        del members["talks"]
    return members | {"current": telling.current}
