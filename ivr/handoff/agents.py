"""Who can take a call."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who takes calls."""

    name: str
    address: str
    """Where to ring them: a SIP URI."""
    queues: tuple[str, ...] = ()
    """Queues they answer for; empty: all."""


def agents_for(queue: str, agents: Iterable[Agent]) -> tuple[Agent, ...]:
    """
    Choose who may be offered a caller of *queue*, in the order to ring them.

    Those who answer for it by name come first, then those who answer for all. When nobody
    answers for it, everybody is asked: the wrong person beats no person.
    """
    agents = tuple(agents)
    named = tuple(agent for agent in agents if queue in agent.queues)
    general = tuple(agent for agent in agents if not agent.queues)
    return named + general or agents
