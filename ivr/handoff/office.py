"""The office: the queues callers wait in, as a practice manager writes them in `queues.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.handoff.hours import Hours
from ivr.handoff.tickets import Priority


class Strategy(StrEnum):
    """Who of several people is offered a caller."""

    LONGEST_IDLE = "longest_idle"
    BEST_SKILL = "best_skill"  # who knows the queue best; among those the longest idle


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of people callers wait for."""

    name: str
    """As flows name it."""
    title: str
    """For callers' ears, such as `the pharmacy`."""
    strategy: Strategy = Strategy.LONGEST_IDLE
    needs: frozenset[str] = frozenset()
    """Skills that somebody must have to answer here."""
    language: str = ""
    """What is spoken here, such as `es`; empty: what the caller speaks."""
    priority: Priority = Priority.ROUTINE
    """What its callers have at least."""
    wrap_up: float = 0.0
    """Seconds for notes after a call, in which no other is offered."""
    ring: float = 0.0
    """Seconds a phone rings; 0: as long as the settings say."""
    target: float = 60.0
    """Seconds within which a caller should be answered: the service level."""
    when_closed: str = ""
    """Flow that callers hear when the queue is closed; empty: the one for nobody being there."""
    hours: Hours = field(default_factory=Hours)


@dataclass(frozen=True, slots=True)
class Office:
    """All queues."""

    queues: Mapping[str, Queue] = field(default_factory=dict)
    """By name; empty: there is no `queues.yaml`, any name is a queue and always open."""
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Titles in other languages: queue to language to title."""
    file: str = ""
    marks: Mapping[tuple[str, ...], tuple[int, int]] = field(default_factory=dict, repr=False)
    """Line and column of what stands in the file, such as `("queues", "pharmacy", "title")`."""

    def queue(self, name: str) -> Queue:
        """Find a queue; one that nobody described is open always and has no needs."""
        return self.queues.get(name) or Queue(name, "the " + name.replace("_", " "))

    def title(self, name: str, *, language: str = "en") -> str:
        """Name a queue for the ears of a caller who speaks *language*."""
        return self.titles.get(name, {}).get(language) or self.queue(name).title
