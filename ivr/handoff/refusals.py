"""
What becomes of an agent who did not take a caller.

Nobody is away for ever because of it: a line whose only person missed one call must ring them
again. So each such absence ends by itself, and only lasts longer when it happens again. The one
exception is a console that is gone: it comes back when its browser does.
"""

from ivr.handoff.agents import Agent, Presence, PresenceChange
from ivr.handoff.events import Refusal

BUSY_FOR = 10.0  # seconds; a call of their own seldom ends sooner
AWAY_FOR = (60.0, 120.0, 300.0, 600.0)  # seconds of pause after the first miss, the second, …
GONE_FOR = (10.0, 30.0, 60.0, 120.0, 300.0)  # seconds before a dead phone is tried again
DID_NOT_PICK_UP = "did not pick up"
BUSY = "busy"
UNREACHABLE = "not reachable"


def after_refusal(agent: Agent, refusal: Refusal, *, misses: int, now: float) -> PresenceChange:
    """
    Decide what becomes of an agent.

    Args:
        agent: Who it is.
        refusal: Why they did not take the caller.
        misses: How many calls they missed in a row before this one.
        now: Unix time.
    """
    match refusal:
        case Refusal.NO_ANSWER | Refusal.SILENT:
            return PresenceChange(Presence.PAUSED, DID_NOT_PICK_UP, now + _nth(AWAY_FOR, misses))
        case Refusal.UNREACHABLE | Refusal.AGENT_GONE if agent.in_browser:
            # A console signs in again by itself as soon as it is there; until then nothing rings.
            return PresenceChange(Presence.OFFLINE, UNREACHABLE)
        case Refusal.UNREACHABLE | Refusal.AGENT_GONE:
            return PresenceChange(Presence.OFFLINE, UNREACHABLE, now + _nth(GONE_FOR, misses))
        case Refusal.BUSY:
            return PresenceChange(Presence.PAUSED, BUSY, now + BUSY_FOR)
        case _:  # they declined this caller, or the caller was gone first: the next one is welcome
            return PresenceChange(Presence.READY)


def is_miss(refusal: Refusal) -> bool:
    """Whether it counts as a miss."""
    return refusal in {
        Refusal.NO_ANSWER,
        Refusal.SILENT,
        Refusal.UNREACHABLE,
        Refusal.AGENT_GONE,
    }


def _nth(steps: tuple[float, ...], misses: int) -> float:
    return steps[min(misses, len(steps) - 1)]
