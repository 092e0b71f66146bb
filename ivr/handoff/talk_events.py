"""What can happen while caller and agent talk. Rings and flows are numbered; late events drop."""

from dataclasses import dataclass

from ivr.handoff.commands import AgentCommand, Attending
from ivr.handoff.earshot import Party
from ivr.handoff.events import Refusal


@dataclass(frozen=True, slots=True)
class AgentAsked:
    """The agent wants something done."""

    command: AgentCommand


@dataclass(frozen=True, slots=True)
class OtherAnswered:
    """Whom we rang picked up."""

    ring: int
    name: str = ""
    """Who it is, when somebody of a queue was rung."""


@dataclass(frozen=True, slots=True)
class OtherRefused:
    """Whom we rang did not pick up."""

    ring: int
    refusal: Refusal
    words: str = ""
    """Why, in words for the agent; empty: what the refusal says."""


@dataclass(frozen=True, slots=True)
class PartyLeft:
    """The leg of *party* ended; `lost` when the network ended it."""

    party: Party
    lost: bool = False


@dataclass(frozen=True, slots=True)
class PartyHeld:
    """The phone of *party* put the line on hold: whoever is with them would hear nothing."""

    party: Party


@dataclass(frozen=True, slots=True)
class PartyResumed:
    """The phone of *party* took the line off hold."""

    party: Party


@dataclass(frozen=True, slots=True)
class SupervisorCame:
    """A supervisor takes part, or takes part in another way from now on."""

    attending: Attending


@dataclass(frozen=True, slots=True)
class FlowFinished:
    """The caller is through the flow, or (`broken`) it could not be run."""

    flow: int
    broken: bool = False
    words: str = ""
    """What came of it, in words for the agent; personal data."""


TalkEvent = (
    AgentAsked
    | OtherAnswered
    | OtherRefused
    | PartyLeft
    | PartyHeld
    | PartyResumed
    | SupervisorCame
    | FlowFinished
)
