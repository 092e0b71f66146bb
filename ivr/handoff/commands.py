"""What an agent may do with a caller they talk to, and what they are shown of it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Hold:
    """Let the caller hear music; the agent hears nobody."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on talking to the caller."""


@dataclass(frozen=True, slots=True)
class Consult:
    """Put the caller on hold and ring somebody else: an agent's name, or a queue's."""

    to: str


@dataclass(frozen=True, slots=True)
class Complete:
    """Warm transfer: let the caller talk to whom I consulted, and let me go."""


@dataclass(frozen=True, slots=True)
class EndConsult:
    """Hang up on whom I consulted, or stop ringing them; back to the caller."""


@dataclass(frozen=True, slots=True)
class SendTo:
    """Blind transfer: a phone number or a queue; the caller goes there without me."""

    to: str


@dataclass(frozen=True, slots=True)
class SendToFlow:
    """Let the caller go through *flow*, such as paying by keypad, and come back to me."""

    flow: str


@dataclass(frozen=True, slots=True)
class Done:
    """End the talk; the caller hears what happens next."""


AgentCommand = Hold | Resume | Consult | Complete | EndConsult | SendTo | SendToFlow | Done


class Attending(StrEnum):
    """How a supervisor takes part in a talk."""

    LISTEN = "listen"  # hears both, heard by nobody
    WHISPER = "whisper"  # hears both, heard by the agent
    JOIN = "join"  # hears both, heard by both
    TAKE_OVER = "take_over"  # talks to the caller; the agent leaves


class TalkPhase(StrEnum):
    """What caller and agent are doing."""

    TALKING = "talking"
    HELD = "held"
    RINGING_OTHER = "ringing_other"  # consult: the other one is being rung
    CONSULTING = "consulting"
    IN_FLOW = "in_flow"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TalkView:
    """One moment of a talk, as the agent's console shows it."""

    phase: TalkPhase
    other: str = ""
    """Who is consulted or rung."""
    trouble: str = ""
    """Why the last command did not work, in words for the agent; empty: it did."""
    told: str = ""
    """What came of the flow the caller is back from, in words for the agent; personal data."""
