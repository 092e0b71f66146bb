"""What can happen while a caller is given to a person. Offers are numbered; late events drop."""

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why an agent did not take an offer."""

    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    SILENT = "silent"  # answered, but pressed neither 1 nor 2: a voicemail, or nobody near
    AGENT_GONE = "agent_gone"  # picked up, then the network lost them before they could accept
    CALLER_GONE = "caller_gone"  # nobody refused: the caller left first, or keeps the place


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
class CallerLeft:
    """The caller is gone."""


HandoffEvent = AgentAnswered | AgentRefused | AgentKeyed | AgentLeft | CallerLeft
