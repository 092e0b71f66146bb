"""What the handoff asks its shell to do. Shells perform actions in order."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.handoff.agents import Agent


class Announcement(StrEnum):
    """What the caller is told while a person is being found; worded in `prompts/`."""

    FINDING = "finding"
    STILL_LOOKING = "still_looking"
    CUT_OFF = "cut_off"


class Outcome(StrEnum):
    """How a handoff ended."""

    SERVED = "served"  # caller and agent talked, and one of them hung up
    NOBODY = "nobody"  # no agent took the call; the caller is still on the line
    CALLER_LEFT = "caller_left"  # hung up before an agent took the call


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the caller *what*; hold music follows it."""

    what: Announcement


@dataclass(frozen=True, slots=True)
class Offer:
    """Ring *agent*; report `AgentAnswered` or `AgentRefused` with the same *number*."""

    number: int
    agent: Agent


@dataclass(frozen=True, slots=True)
class Brief:
    """Whisper the briefing to the agent of *offer*; report their keys."""

    offer: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Stop ringing the agent of *offer*, or hang up on them."""

    offer: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """Cut whatever plays to either side; let caller and agent of *offer* hear each other."""

    offer: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The handoff is over; nothing follows."""

    outcome: Outcome


HandoffAction = Announce | Offer | Brief | Withdraw | Bridge | Finish
