"""What the live feed tells beside moments of calls, typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ivr.story.calls import CallOutcome
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Turn

Part = Turn | Step | Media | Message
FACTS: Mapping[str, type[Part]] = {
    "turn": Turn,
    "step": Step,
    "media": Media,
    "message": Message,
}
"""Events that are facts."""
OF_STORY: Mapping[str, type[Part]] = {
    "turns": Turn,
    "steps": Step,
    "media": Media,
    "messages": Message,
}
"""Members of a story."""
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Over:
    """How a call ended."""

    call: str
    at: datetime
    outcome: CallOutcome | None = None
    reason: str = ""
    """Why it went to a person (`HandoffReason`); `` when it did not."""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue; durations in seconds."""

    queue: str
    waiting: int = 0
    longest: float = 0.0
    target: float = 0.0
    in_time: float | None = None
    """Share of the last waits within the target, 0 to 1; None: nobody waited yet."""
    working: int = 0
    """People signed in who could take its callers."""
    ready: int = 0


@dataclass(frozen=True, slots=True)
class WaiterRow:
    """Somebody who waits, the next first."""

    call: str
    queue: str = ""
    waited: float = 0.0
    why: str = ""
    """In words."""
    priority: str = ""
    moved_up: bool = False
    callback: bool = False
    """Whether they hung up and are rung back."""
    language: str = ""
    offered_to: str = ""
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentRow:
    """Somebody who takes calls."""

    agent: str
    presence: str = ""
    seconds: float | None = None
    """Since when, as of the event."""
    reason: str = ""
    back_in: float | None = None
    where: str = ""
    queues: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    role: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class TrunkRow:
    """A carrier account."""

    name: str
    state: str = ""
    """`registered`, `failed`, `trying` or `by address`, which registers nowhere."""
    status: int = 0
    """SIP status of the last answer; 0: none yet."""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of the last times something took, and all but the slowest of twenty, in seconds."""

    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class LineRow:
    """The line itself."""

    cell: str = ""
    started: datetime = EPOCH
    calls: int = 0
    legs: int = 0
    capacity: int = 0
    taking: bool = True
    draining: bool = False
    common: bool = False
    """Whether queues and agents are those of several lines."""
    speech: str = ""
    trunks: tuple[TrunkRow, ...] = ()
    errors: Mapping[str, int] = field(default_factory=dict)
    """How often the line was in trouble, by kind."""
    turn_latency: Spread = Spread()
    """From the end of what callers did to our answer; None: no turn yet."""
    recogniser: Spread = Spread()
    """From the end of speech to what was understood; None: nobody spoke yet."""
    listening: int = 0
    """Callers who are listened to now."""
    refused: int = 0
    redirected: int = 0
