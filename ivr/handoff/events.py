"""What can happen while a caller is given to a person. Offers are numbered; late events drop."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.handoff.agents import Agent
from ivr.handoff.talk_actions import TalkEnding


class Refusal(StrEnum):
    """Why an agent did not take an offer."""

    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    SILENT = "silent"  # answered, but pressed neither 1 nor 2: a voicemail, or nobody near
    AGENT_GONE = "agent_gone"  # picked up, then the network lost them before they could accept
    CALLER_GONE = "caller_gone"  # nobody refused: the caller left first, or keeps the place


# ---------------------------------------------------------------- the queue


@dataclass(frozen=True, slots=True)
class PlaceMoved:
    """Where the caller stands in the queue now."""

    ahead: int
    wait: tuple[int, int] | None = None
    """Honest range of the wait in whole minutes; None: unknown."""


@dataclass(frozen=True, slots=True)
class AgentOffered:
    """The queue reserved *agent* for this caller."""

    agent: Agent
    ring_for: float = 0.0
    """Seconds, as the queue wants it; 0: as `Limits` say."""


@dataclass(frozen=True, slots=True)
class QueueShut:
    """Nobody will come: the queue is closed, or nobody works who could."""

    closed: bool
    says: str = ""
    """What the practice wants callers to hear."""


# ---------------------------------------------------------------- the agent


@dataclass(frozen=True, slots=True)
class AgentAnswered:
    """The agent of *offer* picked up."""

    offer: int


@dataclass(frozen=True, slots=True)
class AgentRefused:
    """The agent of *offer* did not pick up."""

    offer: int
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class AgentKeyed:
    """The agent of *offer* pressed *key*."""

    offer: int
    key: str


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """The leg of the agent of *offer* ended; `lost` when the network ended it."""

    offer: int
    lost: bool = False


@dataclass(frozen=True, slots=True)
class NodeGone:
    """The cell through which the agent of *offer* was rung or talks is dead."""

    offer: int


@dataclass(frozen=True, slots=True)
class TalkOver:
    """What followed the bridge of *offer* is over."""

    offer: int
    ending: TalkEnding
    to: str = ""
    """The queue the caller is sent to, with `TalkEnding.TO_QUEUE`."""
    person: str = ""
    """Who talked to the caller last, if another one than was offered."""


# ---------------------------------------------------------------- the caller


@dataclass(frozen=True, slots=True)
class CallerKeyed:
    """The caller pressed *key* while waiting."""

    key: str


@dataclass(frozen=True, slots=True)
class CallerBack:
    """The caller, who stepped aside to give their number, waits on."""


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """The caller, who stepped aside, confirmed the number to be called back at."""


@dataclass(frozen=True, slots=True)
class CallerSent:
    """An operator of the line sends the waiting caller to another *queue*."""

    queue: str


@dataclass(frozen=True, slots=True)
class Announced:
    """The caller was told everything that was to be told."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller is gone."""


QueueNews = PlaceMoved | AgentOffered | QueueShut
AgentNews = AgentAnswered | AgentRefused | AgentKeyed | AgentLeft | NodeGone | TalkOver
CallerNews = CallerKeyed | CallerBack | PlaceKept | CallerSent | Announced | CallerLeft
HandoffEvent = QueueNews | AgentNews | CallerNews
