"""Where every ticket stands: by queue, by rank, by cell."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from ivr.handoff.tickets import Ticket
from ivr.store.order import Order


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket and the claim on it."""

    ticket: Ticket
    agent: str = ""
    """Whom it is claimed for; empty: it is unclaimed."""
    claimant: str = ""
    """The cell that claimed it."""
    until: float = 0.0


@dataclass(slots=True)
class _Queue:
    waiting: Order = field(default_factory=Order)  # the unclaimed, by rank
    due: Order = field(default_factory=Order)  # of these, whose time has come, by rank
    later: Order = field(default_factory=Order)  # of these, the others, by `not_before`
    claimed: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.waiting) + len(self.claimed)


class Places:
    """Every ticket, found by key, by queue and by cell without looking through the others."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}
        self._queues: defaultdict[str, _Queue] = defaultdict(_Queue)
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        self._offers: dict[str, str] = {}  # agent to ticket

    def get(self, key: str) -> Kept | None:
        """Return what is known of the ticket *key*."""
        return self._kept.get(key)

    def claimed_for(self, agent: str) -> Kept | None:
        """Return the ticket that is claimed for *agent*."""
        return self._kept.get(self._offers.get(agent, ""))

    def let_in(self, kept: Kept) -> None:
        """Give a ticket the place its rank and its claim say; its old place is given up."""
        ticket = kept.ticket
        self.take_out(ticket.key)
        key, queue = ticket.key, self._queues[ticket.queue]
        self._kept[key] = kept
        for node in {ticket.node, kept.claimant} - {""}:
            self._held[node].add(key)
        if kept.agent:
            queue.claimed.add(key)
            self._offers[kept.agent] = key
            return
        queue.waiting.add(key, ticket.rank)
        if ticket.not_before:
            queue.later.add(key, ticket.not_before)
        else:
            queue.due.add(key, ticket.rank)

    def take_out(self, key: str) -> None:
        """Forget the ticket *key* if it is there."""
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        for node in {kept.ticket.node, kept.claimant} - {""}:
            self._held[node].discard(key)
            if not self._held[node]:
                del self._held[node]
        if self._offers.get(kept.agent) == key:
            del self._offers[kept.agent]
        queue = self._queues[kept.ticket.queue]
        for order in (queue.waiting, queue.due, queue.later, queue.claimed):
            order.discard(key)
        if not len(queue):
            del self._queues[kept.ticket.queue]

    def next_in(self, queue: str, *, now: float, limit: int) -> tuple[Ticket, ...]:
        """Return the first unclaimed tickets of *queue* whose time has come."""
        if queue not in self._queues:
            return ()
        places = self._queues[queue]
        for key in places.later.up_to(now):
            places.later.discard(key)
            places.due.add(key, self._kept[key].ticket.rank)
        return tuple(self._kept[key].ticket for key in places.due.first(limit))

    def before(self, ticket: Ticket) -> int:
        """Count the unclaimed tickets before *ticket*."""
        return self._queues[ticket.queue].waiting.before(ticket.key, ticket.rank)

    def sizes(self) -> dict[str, int]:
        """Count the tickets of each queue that has any."""
        return {name: len(queue) for name, queue in self._queues.items()}

    def nodes(self) -> tuple[str, ...]:
        """Name the cells that have a ticket or claim one."""
        return tuple(self._held)

    def held_by(self, nodes: Collection[str]) -> set[str]:
        """Return the keys of what any of *nodes* has or claims."""
        return {key for node in nodes for key in self._held.get(node, ())}

    def lapsed(self, now: float) -> set[str]:
        """Return the keys of tickets whose claim is over."""
        return {
            key
            for queue in self._queues.values()
            for key in queue.claimed
            if self._kept[key].until <= now
        }
