"""What a talk asks of its shell. Shells perform actions in order."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.handoff.commands import TalkView
from ivr.handoff.earshot import Pair, Party, Sound


class TalkEnding(StrEnum):
    """How a talk ended, for whoever has the caller next."""

    DONE = "done"  # the agent is finished; the caller may be told what happens next
    CALLER_LEFT = "caller_left"
    AGENT_GONE = "agent_gone"  # the caller is on the line and belongs at the top of the queue
    TO_QUEUE = "to_queue"  # the caller is on the line and is sent to another queue


@dataclass(frozen=True, slots=True)
class Hear:
    """Let each ear hear its voice, all at once."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Unhear:
    """Undo `Hear`, all at once."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class PlaySound:
    """Play *sound* to *party* until told otherwise; music goes on where it was left."""

    party: Party
    sound: Sound


@dataclass(frozen=True, slots=True)
class StopSound:
    """Cut what plays to *party*."""

    party: Party


@dataclass(frozen=True, slots=True)
class RingOther:
    """Ring *to*; report `OtherAnswered` or `OtherRefused` with the same *ring*."""

    ring: int
    to: str


@dataclass(frozen=True, slots=True)
class LetGo:
    """Hang up on *party*; if it is still being rung, stop that."""

    party: Party


@dataclass(frozen=True, slots=True)
class Promote:
    """Who was *party* is the agent from now on."""

    party: Party


@dataclass(frozen=True, slots=True)
class StartFlow:
    """Let the caller go through the flow *name*; report `FlowFinished` with the same *flow*."""

    flow: int
    name: str


@dataclass(frozen=True, slots=True)
class ShowTalk:
    """Show the agent how the talk stands."""

    view: TalkView


@dataclass(frozen=True, slots=True)
class EndTalk:
    """The talk is over; nothing follows. The caller's leg is whoever's comes next."""

    ending: TalkEnding
    to: str = ""
    """The queue of `TO_QUEUE`."""


TalkAction = (
    Hear
    | Unhear
    | PlaySound
    | StopSound
    | RingOther
    | LetGo
    | Promote
    | StartFlow
    | ShowTalk
    | EndTalk
)
