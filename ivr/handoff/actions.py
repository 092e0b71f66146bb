"""What the handoff asks its shell to do. Shells perform actions in order."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.handoff.agents import Agent
from ivr.handoff.events import Refusal


class Announcement(StrEnum):
    """What the caller is told while a person is being found; worded in `prompts/`."""

    FINDING = "finding"
    PLACE = "place"  # where they stand, and for how long
    STILL_LOOKING = "still_looking"
    COMING = "coming"  # who is on the way to the phone
    CUT_OFF = "cut_off"
    SENT_ON = "sent_on"  # the person they talked to sends them to other people
    PARTING = "parting"  # the person has hung up: who it was, and what happens next

    @property
    def breaks_in(self) -> bool:
        """Whether what is being said is out of date with it."""
        return self not in {Announcement.PLACE, Announcement.STILL_LOOKING}


class Outcome(StrEnum):
    """How a handoff ended."""

    SERVED = "served"  # caller and agent talked, and one of them hung up
    NOBODY = "nobody"  # nobody will come; the caller is still on the line
    WANTS_CALLBACK = "wants_callback"  # hangs up and keeps the place
    WANTS_MESSAGE = "wants_message"  # would rather leave a message; still on the line
    CALLER_LEFT = "caller_left"  # hung up before an agent took the call


class Trouble(StrEnum):
    """What stood between caller and person; the wording, the record and the alert use it."""

    CLOSED = "closed"
    NOBODY_THERE = "nobody_there"
    AGENT_GONE = "agent_gone"  # lost in the middle of the talk
    NODE_GONE = "node_gone"  # the same, with the cell that carried them


@dataclass(frozen=True, slots=True)
class Announce:
    """
    Tell the caller *what*; hold music follows it, and a `Announced` when nothing else is to say.

    One that `breaks_in` or is `asked` for replaces what is being said, others follow it.
    """

    what: Announcement
    ahead: int | None = None
    """How many wait before them; None: unknown, or not to be told now."""
    wait: tuple[int, int] | None = None
    """Range of the wait in whole minutes; None: unknown."""
    person: str = ""
    keys: bool = False
    """Whether to tell which keys help."""
    asked: bool = False
    """Whether the caller asked for it just now."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring *agent*; report `AgentAnswered` or `AgentRefused` with the same *offer*."""

    offer: int
    agent: Agent
    ring_for: float
    """Seconds; the machine withdraws the offer when they are over."""


@dataclass(frozen=True, slots=True)
class Brief:
    """Whisper to the agent of *offer* who is calling; report their keys."""

    offer: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Stop ringing the agent of *offer*, or hang up on them."""

    offer: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """Cut whatever plays to either side; let caller and agent talk; report `TalkOver`."""

    offer: int


@dataclass(frozen=True, slots=True)
class StepAside:
    """Let the caller give their number; report `CallerBack`, `PlaceKept` or `CallerLeft`."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Somebody has taken the call: break off whatever the caller does, report `CallerBack`."""


# ---------------------------------------------------------------- told to the queue


@dataclass(frozen=True, slots=True)
class Settle:
    """Tell the queue that they talk."""

    agent: str


@dataclass(frozen=True, slots=True)
class Release:
    """Tell the queue that its offer came to nothing."""

    agent: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class WrapUp:
    """Tell the queue that the agent's talk is over."""

    agent: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Give up the place in the queue."""


@dataclass(frozen=True, slots=True)
class KeepPlace:
    """Leave the place to the call-back."""


@dataclass(frozen=True, slots=True)
class EnterAgain:
    """Queue once more with the time they first asked at; *queue*: another one, `` the same."""

    queue: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """The handoff is over; nothing follows but a `Release` of an offer that came too late."""

    outcome: Outcome
    trouble: Trouble | None = None
    """Why nobody comes, with `Outcome.NOBODY`."""
    says: str = ""
    """What the practice wants callers to hear about it."""


HandoffAction = (
    Announce
    | Ring
    | Brief
    | Withdraw
    | Bridge
    | StepAside
    | Recall
    | Settle
    | Release
    | WrapUp
    | Leave
    | KeepPlace
    | EnterAgain
    | Finish
)
