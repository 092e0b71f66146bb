"""
What the console needs of the line: who waits, who works, and what agents may ask for.

The console implements none of it and knows nobody who does: `ConsoleActions` is its one
wire to the switchboard.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from ivr.desk import AgentLeg
from ivr.handoff.agents import Agent, Presence, PresenceChange
from ivr.handoff.card import Card
from ivr.handoff.commands import Attending, TalkPhase
from ivr.handoff.tickets import Priority
from ivr.ports import AudioLeg
from ivr.webrtc.messages import WrapUpOutcome


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits; nothing of who they are."""

    ticket: str
    """Key of the ticket."""
    queue: str
    """The queue in words."""
    position: int
    """1 is next in this queue."""
    waited: float
    """Seconds."""
    priority: Priority = Priority.ROUTINE
    language: str = "en"
    callback: bool = False
    offered_to: str = ""
    """Name of the agent who is rung for them."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent, in a browser or at a SIP phone."""

    name: str
    presence: Presence
    since: float
    """Seconds since the last change."""
    reason: str = ""
    left: float = 0.0
    """Seconds until it ends by itself, such as a wrap-up; 0: it does not."""


@dataclass(frozen=True, slots=True)
class TalkRow:
    """A talk that a supervisor may attend."""

    call: str
    agent: str
    queue: str
    seconds: float
    phase: TalkPhase
    attended_by: str = ""
    """Names of supervisors in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller can be sent: a queue or a flow."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Floor:
    """The whole practice at one moment. Talks go to supervisors only, the rest to every agent."""

    waiting: tuple[Waiter, ...] = ()
    """The next one of each queue first."""
    colleagues: tuple[Colleague, ...] = ()
    talks: tuple[TalkRow, ...] = ()
    queues: tuple[Place, ...] = ()
    flows: tuple[Place, ...] = ()
    """Those an agent may send a caller through, such as paying by keypad."""


@dataclass(frozen=True, slots=True)
class WrapUpNote:
    """What an agent wrote about a talk. Personal data: never logged."""

    call: str
    agent: str
    note: str
    outcome: WrapUpOutcome
    finished: bool
    """False: the agent went away, this is as far as they came."""


class Door(Protocol):
    """Knows who may log in."""

    async def check(self, name: str, password: str) -> Agent | None:
        """
        Return the agent, or None; an unknown name takes as long as a wrong password.

        Raises:
            StoreError: The roster cannot be read.
        """
        ...


class ConsoleActions(Protocol):
    """What the console asks of the line. The awaitable ones raise `IvrError` when they cannot."""

    async def set_presence(self, agent: Agent, change: PresenceChange) -> None:
        """An agent logged in (PAUSED), got ready, pauses, or is gone (OFFLINE)."""
        ...

    async def floor(self) -> Floor:
        """Return how things stand."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yield soon after the floor changed; may yield too often, never fails."""
        ...

    async def attend(self, by: Agent, call: str, mode: Attending, leg: AgentLeg) -> Card:
        """
        Let a supervisor into a talk by *leg*, or change how they take part; note it in the audit.

        Returns the caller's card. They leave by hanging up *leg*. After TAKE_OVER the talk
        is theirs: *leg* is shown how it stands, and its commands count.
        """
        ...

    async def move_up(self, by: Agent, ticket: str) -> None:
        """Let a caller be next in their queue; note it in the audit."""
        ...

    async def keep_note(self, note: WrapUpNote) -> None:
        """Keep what an agent wrote; the last one of a call counts."""
        ...

    def ring_line(self, leg: AudioLeg) -> None:
        """Take a caller who rings from a page; their leg waits to be answered."""
        ...
