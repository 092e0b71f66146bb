"""
One call as a row: what the line did, from the ring to the end.

What the caller said, keyed or is has no field here.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.dialog.actions import HandoffReason
from ivr.errors import MisuseError
from ivr.handoff.actions import Outcome as HandoffOutcome
from ivr.handoff.actions import Trouble
from ivr.handoff.events import Refusal
from ivr.handoff.tickets import Priority

CALL_ID = re.compile(r"[0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32}")
MIN_SCORE, MAX_SCORE = 1, 5  # what callers answer when they are asked how the call went


@dataclass(frozen=True, slots=True)
class Wait:
    """How a call came to a person, or did not."""

    waited: float
    """Seconds from the request to the first bridge, or to the end of waiting."""
    priority: Priority = Priority.ROUTINE
    agent: str = ""
    """Name of who talked to the caller, from the roster."""
    refusals: tuple[Refusal, ...] = ()
    """Why agents did not take it, in order."""
    troubles: tuple[Trouble, ...] = ()
    """What went wrong on the way, in order."""


class CallOutcome(StrEnum):
    """How a call ended."""

    CONTAINED = "contained"  # the line did what the caller wanted
    HANDED_OFF = "handed_off"  # the caller talked to a person
    MESSAGE = "message"  # the caller left a spoken message
    CALLBACK = "callback"  # the caller is called back
    ABANDONED = "abandoned"  # the caller hung up before any of these
    REDIRECTED = "redirected"  # sent to the overflow number
    FAILED = "failed"  # our own fault; the caller was hung up on
    HUNG_UP_ON = "hung_up_on"  # by an operator of the line
    CRASHED = "crashed"  # this process ended during the call


@dataclass(frozen=True, slots=True)
class CallRow:
    """What is kept of a call. Names come from flows and settings; anything else is withheld."""

    call: str
    """Opaque id, 8, 12, 16 or 32 hex digits."""
    started: datetime
    """With time zone, like all moments here."""
    answered: datetime | None = None
    ended: datetime | None = None
    """None while the call is going on; after a crash the last moment known of it."""
    cell: str = ""
    """Name of the cell that carried it."""
    trunk: str = ""
    """Name of the trunk it came in on, `` for none."""
    caller: str = ""
    """Who rang, as a pseudonym: equal for calls of one number, and nothing can be told from it."""
    flow: str = ""
    """The flow the call began in."""
    version: str = ""
    """Version of the flows the call used."""
    about: str = ""
    """What it was about: the last flow the caller was led to that callers choose."""
    path: tuple[str, ...] = ()
    """States in the order they were entered."""
    outcome: CallOutcome | None = None
    """None while the call is going on."""
    reason: HandoffReason | None = None
    """Why it went to a person, if it did."""
    queue: str = ""
    handoff: HandoffOutcome | None = None
    wait: Wait | None = None
    """None: nobody was asked for."""
    turns: int = 0
    latencies: tuple[float, ...] = ()
    """From the end of what the caller did to our answer, turn by turn, in seconds."""
    score: int | None = None
    """What the caller answered when asked how it went, 1 (bad) to 5; None: not asked, no answer."""
    recording: str = ""
    """Name of the WAV file, `` for none."""
    recording_stopped: bool = False
    """Whether the recording ended before the call did, for want of room."""

    def __post_init__(self) -> None:
        """Refuse an id that is none."""
        if not CALL_ID.fullmatch(self.call):
            raise MisuseError("a call's id must be hex digits")
