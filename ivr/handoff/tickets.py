"""One caller's place in a queue, as plain data that any cell can read."""

from dataclasses import dataclass
from enum import StrEnum


class Priority(StrEnum):
    """How soon a caller must reach a person."""

    ROUTINE = "routine"
    NURSE = "nurse"  # a question about how somebody feels
    URGENT = "urgent"  # the tripwire


HEAD_START = {Priority.ROUTINE: 0.0, Priority.NURSE: 300.0, Priority.URGENT: 3600.0}
"""
Seconds of waiting a priority is worth. A head start instead of classes: whoever waited that
much longer comes first all the same, so nobody starves, and a rank never has to be computed anew.
"""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One caller's place in a queue. Holds nothing the caller said, keyed or is."""

    key: str
    """Opaque id of the call it was drawn in."""
    queue: str
    asked_at: float
    """When they asked for a person; Unix time in seconds, so that it outlives a restart."""
    language: str = "en"
    priority: Priority = Priority.ROUTINE
    node: str = ""
    """The cell that has the caller on the line; empty while a call-back waits."""
    callback: bool = False
    """Whether the caller hung up and kept the place: the line rings them when it is their turn."""
    not_before: float = 0.0
    """Unix time before which nobody is offered this ticket: the next try of a call-back."""
    moved_up: float = 0.0
    """Seconds of head start a supervisor gave them."""
    passed: tuple[str, ...] = ()
    """Names of the agents who had it and passed; nobody is offered it twice."""

    @property
    def rank(self) -> float:
        """What the queue is ordered by; the smallest is next."""
        return self.asked_at - HEAD_START[self.priority] - self.moved_up
