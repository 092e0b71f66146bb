"""Who can take a call, and whether they can take one now."""

from dataclasses import dataclass
from enum import StrEnum

BROWSER = "browser:"


class Role(StrEnum):
    """What an agent may see and do; each may do what the one before may."""

    CLERK = "clerk"  # sees what the call is about, not what is medical
    AGENT = "agent"
    SUPERVISOR = "supervisor"


class Presence(StrEnum):
    """Whether an agent can be offered a caller."""

    OFFLINE = "offline"
    READY = "ready"
    OFFERED = "offered"  # reserved for one caller, whose call rings there
    TALKING = "talking"
    WRAPPING = "wrapping"  # notes after a call, until a time
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who takes calls."""

    name: str
    address: str
    """Where to ring them: a SIP URI, or `browser:NAME` for one who works in the console."""
    queues: tuple[str, ...] = ()
    """Queues they answer for, the ones they know best first; empty: all."""
    skills: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ("en",)
    role: Role = Role.AGENT

    @property
    def in_browser(self) -> bool:
        """Whether they work in the console, where picking up is accepting."""
        return self.address.startswith(BROWSER)


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """What becomes of an agent."""

    presence: Presence
    reason: str = ""
    """Why they pause, such as `lunch` or `did not pick up`."""
    until: float = 0.0
    """Unix time when it ends by itself; 0: never."""


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """One agent as the queue knows them."""

    agent: Agent
    presence: Presence
    since: float
    """Unix time in seconds of the last change; the READY one with the smallest is idle longest."""
    reason: str = ""
    """As in `PresenceChange`, `until` too."""
    ticket: str = ""
    """Key of the ticket they are offered, or talk about."""
    until: float = 0.0
    node: str = ""
    """The cell that reserved them, or has their browser."""
