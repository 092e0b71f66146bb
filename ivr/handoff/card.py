"""What an agent sees about a caller before they take the call; readable in five seconds."""

from dataclasses import dataclass, replace

from ivr.handoff.agents import Role
from ivr.handoff.tickets import Priority

AGENTS_LANGUAGE = "en"
"""What stands on cards and is whispered to agents, whatever their callers speak."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the caller said."""

    words: str
    sure: float
    """Confidence, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Card:
    """One caller, for one agent. Personal data: never logged, never on a disk."""

    call: str
    """Opaque id."""
    queue: str
    """The queue in words, such as `the pharmacy`."""
    caller: str = ""
    """Their name as the clinic knows it; empty when they are not verified."""
    verified: str = ""
    """How they proved who they are, such as `date of birth and phone`."""
    wanted: str = ""
    """What they wanted, in plain words."""
    done: tuple[str, ...] = ()
    """What the line already did for them."""
    why: str = ""
    """Why the machine gave up, in one sentence."""
    said: tuple[Said, ...] = ()
    """Their last three utterances, the newest last."""
    known: tuple[str, ...] = ()
    """What not to ask again, such as `date of birth`."""
    language: str = "en"
    priority: Priority = Priority.ROUTINE
    waited: float = 0.0
    """Seconds since they asked for a person."""
    callback: bool = False
    """Whether the line rang them back."""

    def for_role(self, role: Role) -> "Card":
        """Leave out what *role* may not see: a clerk learns who it is, not what ails them."""
        if role is not Role.CLERK:
            return self
        return replace(self, wanted="", done=(), said=())
