"""Who waits, in which order, and who is rung for them: the same for consoles and operators."""

from collections.abc import Iterable

from ivr.desk import QueueStore
from ivr.handoff.agents import AgentStatus, Presence
from ivr.handoff.tickets import Ticket

LISTED = 500  # callers of one queue that are shown


async def who_waits(
    store: QueueStore, statuses: Iterable[AgentStatus], *, now: float
) -> dict[str, list[tuple[Ticket, str]]]:
    """
    Return who waits, by queue, the next one first; with the name of who is offered to them, or ``.

    A ticket of no queue only reserves an agent who is rung out of a talk: nobody waits with it.

    Args:
        store: Common to all cells.
        statuses: Every agent, as the store has just told.
        now: Unix time.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    found = {
        ticket.key: (ticket, "")
        for queue in await store.sizes()
        if queue
        for ticket in await store.head(queue, now=now, limit=LISTED)
    }
    for status in statuses:
        if status.presence is Presence.OFFERED and status.ticket:
            ticket = await store.ticket(status.ticket)
            if ticket is not None and ticket.queue:
                found[ticket.key] = (ticket, status.agent.name)
    waiting: dict[str, list[tuple[Ticket, str]]] = {}
    for ticket, agent in sorted(found.values(), key=lambda one: (one[0].rank, one[0].key)):
        waiting.setdefault(ticket.queue, []).append((ticket, agent))
    return waiting
