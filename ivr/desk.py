"""What giving a caller to a person needs from the outside world: a queue, and agents' phones."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from ivr.handoff.agents import Agent, AgentStatus, PresenceChange
from ivr.handoff.card import Card
from ivr.handoff.commands import AgentCommand, TalkView
from ivr.handoff.events import Refusal
from ivr.handoff.tickets import Ticket
from ivr.ports import AudioLeg

# ---------------------------------------------------------------- the queue's store


class QueueStore(Protocol):
    """
    Who waits and who can answer, common to all cells.

    Times are Unix times in seconds and given by the caller. Every method may be repeated
    without harm and raises `StoreUnavailable` when the store does not answer in 0.6 s.
    """

    async def put(self, ticket: Ticket) -> None:
        """Let *ticket* wait, or change what is known of it; a claim on it stays."""
        ...

    async def drop(self, key: str, *, now: float) -> None:
        """Take the ticket out of its queue; an agent reserved for it is READY again."""
        ...

    async def ticket(self, key: str) -> Ticket | None:
        """Return the ticket, waiting or claimed."""
        ...

    async def head(self, queue: str, *, now: float, limit: int) -> tuple[Ticket, ...]:
        """Return who is next in *queue*: unclaimed tickets that are due, by rank."""
        ...

    async def ahead(self, key: str) -> int | None:
        """Count the unclaimed tickets before this one in its queue; None: it does not wait."""
        ...

    async def sizes(self) -> dict[str, int]:
        """Count who waits, claimed ones included, by queue."""
        ...

    async def register(self, status: AgentStatus) -> None:
        """Add an agent, or replace what is known of them."""
        ...

    async def forget(self, agent: str) -> None:
        """Remove an agent by name."""
        ...

    async def agents(self) -> tuple[AgentStatus, ...]:
        """Return every agent, by name."""
        ...

    async def set_presence(self, agent: str, change: PresenceChange, *, now: float) -> bool:
        """Change one agent's presence, never to OFFERED or TALKING; False: no such agent."""
        ...

    async def claim(self, key: str, agent: str, *, node: str, now: float, until: float) -> bool:
        """Reserve a READY *agent* for a waiting, unclaimed ticket; False: one of them is not."""
        ...

    async def release(self, key: str, agent: str, change: PresenceChange, *, now: float) -> None:
        """
        Undo a claim: the ticket waits at its old place and remembers that *agent* had it.

        The agent becomes READY, PAUSED (they did not pick up) or OFFLINE. Nothing happens
        unless the claim is theirs.
        """
        ...

    async def settle(self, key: str, agent: str, *, now: float) -> None:
        """They talk: the ticket leaves the queue, the agent is TALKING."""
        ...

    async def beat(self, node: str, *, now: float, until: float) -> None:
        """Say that the cell *node* lives until *until*, unless it beats again."""
        ...

    async def orphans(self, *, node: str, now: float) -> tuple[Ticket, ...]:
        """
        Take over what dead cells left: each ticket goes to one caller of this method only.

        The tickets taken over now belong to *node* and wait, unclaimed. Agents whose browser a
        dead cell served are OFFLINE; others it had reserved, or who talked through it, are
        READY, and a pause or wrap-up of theirs stays. A reservation whose time is over counts
        as dead, but leaves its ticket with the living cell that has the caller on the line.
        """
        ...

    async def note_wait(self, queue: str, waited: float, *, now: float) -> None:
        """Remember how long a caller waited until an agent took them."""
        ...

    async def waits(self, queue: str) -> tuple[tuple[float, float], ...]:
        """Return the last fifty waits as `(Unix time, seconds)`, the newest last."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yield soon after anything changed in any cell; never fails, may yield too often."""
        ...

    async def close(self) -> None:
        """Let go of every connection; never fails."""
        ...


# ---------------------------------------------------------------- the caller's side of the queue


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the caller stands now."""

    ahead: int
    wait: tuple[int, int] | None
    """Honest range of the wait in whole minutes, from the queue's own answers; None: unknown."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An agent is reserved for this caller and is to be rung; answer by `settle` or `release`."""

    agent: Agent
    ring_for: float = 0.0
    """Seconds, as the queue wants it; 0: as long as the settings say."""


@dataclass(frozen=True, slots=True)
class Shut:
    """Nobody will come: the queue is closed, or nobody works who could."""

    closed: bool
    """Whether the office is closed (`says`), rather than nobody being there."""
    says: str = ""
    """What the practice wants callers to hear, such as when it opens again."""


QueueEvent = Placed | Offered | Shut


class Waiting(Protocol):
    """One caller's stay in the queue. Its methods act at once and never fail."""

    def events(self) -> AsyncIterator[QueueEvent]:
        """Yield what the queue decides, until `leave`."""
        ...

    def release(self, agent: str, refusal: Refusal) -> None:
        """The offer came to nothing; the place stays."""
        ...

    def settle(self, agent: str) -> None:
        """They talk; the place is given up."""
        ...

    def wrap_up(self, agent: str) -> None:
        """Their talk is over."""
        ...

    def keep_place(self, number: str, *, card: Card) -> None:
        """The caller hangs up and keeps the place: ring *number* when it is their turn."""
        ...

    def leave(self) -> None:
        """The caller is gone, or goes elsewhere; idempotent, nothing rings afterwards."""
        ...


class Switchboard(Protocol):
    """Brings callers and agents together."""

    def enter(self, ticket: Ticket) -> Waiting:
        """Let a caller wait; with the store away they wait in this cell."""
        ...

    def title(self, queue: str, *, language: str) -> str:
        """Name *queue* for the ears of those who speak *language*, such as `the pharmacy`."""
        ...


# ---------------------------------------------------------------- agents' phones


@dataclass(frozen=True, slots=True)
class Commanded:
    """The agent wants something done with the caller."""

    command: AgentCommand


class AgentLeg(AudioLeg, Protocol):
    """An agent's phone: audio, and in the browser commands (`Commanded` among its events)."""

    def show(self, view: TalkView) -> None:
        """Show the agent how the talk stands; a SIP phone shows nothing."""
        ...


class AgentPhones(Protocol):
    """Rings agents wherever they are."""

    async def ring(self, agent: Agent, card: Card, *, ring_for: float) -> AudioLeg:
        """
        Ring *agent*, show *card* where there is a screen; return once they picked up.

        Cancelling stops the ringing.

        Raises:
            LegLost: Declined (603), busy (486) or not answered in *ring_for* seconds (408).
            LegBroken: They cannot be reached, or no free slot is left.
        """
        ...
