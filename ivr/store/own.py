"""What one cell knows of the queue by itself, and what the common store has not heard yet."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ivr.handoff.agents import AgentStatus, Presence, PresenceChange
from ivr.handoff.tickets import Ticket
from ivr.store.memory import WAITS_KEPT, MemoryStore

TRUST = 180.0
"""
Seconds without the common store for which other cells are taken to live, so that nobody rings
agents who talk through them. Afterwards a phone that may be busy beats a caller who waits.
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """A claim of this cell."""

    agent: str
    until: float
    shared: bool
    """Whether the common store knows it."""


class Own:
    """
    The cell's callers, its offers and everybody's presence as last heard.

    Changes are entered here first and told to the common store then; what it has not heard
    stays in `untold`, `gone`, `changed`, `forgotten` and `waits`.
    """

    def __init__(self, node: str) -> None:
        self.node = node
        self.mirror = MemoryStore()
        self.keys: set[str] = set()
        """Tickets in the mirror."""
        self.adopted: set[str] = set()
        """Of these, the ones a dead cell left; should it live, its caller is still there."""
        self.stood: dict[str, int] = {}
        """How many were ahead when the common store last said."""
        self.offers: dict[str, Offer] = {}
        """By ticket."""
        self.claiming: set[str] = set()
        """Tickets for which the common store is being asked."""
        self.untold: set[str] = set()
        """Tickets that were put."""
        self.gone: dict[str, float] = {}
        """Tickets that left, and when."""
        self.changed: set[str] = set()
        """Agents whose presence changed."""
        self.forgotten: set[str] = set()
        """Agents who were removed."""
        self.waits: list[tuple[str, float, float]] = []
        """As `note_wait` takes them."""
        self.edits = 0
        """Counts what happened here, so that whoever copies can tell whether anything did since."""
        self._heard = 0

    @property
    def moment(self) -> tuple[int, int]:
        """Changes with all that happens here or is heard of; an answer from before is old."""
        return self.edits, self._heard

    # ------------------------------------------------------------ tickets

    async def put(self, ticket: Ticket) -> None:
        """Enter *ticket* and note that the common store has to hear of it."""
        self.edits += 1
        self.untold.add(ticket.key)
        self.gone.pop(ticket.key, None)
        await self.learn_ticket(ticket)

    async def learn_ticket(self, ticket: Ticket) -> None:
        """Enter *ticket* as the common store knows it."""
        self.keys.add(ticket.key)
        await self.mirror.put(ticket)

    async def drop(self, key: str, *, now: float) -> None:
        """Take the ticket out and note that the common store has to hear of it."""
        self.edits += 1
        self.gone[key] = now
        offer = self.offers.get(key)
        if offer is not None:
            self.changed.add(offer.agent)
        await self.lose_ticket(key, now=now)

    async def lose_ticket(self, key: str, *, now: float) -> None:
        """Take the ticket out here."""
        self._let_go(key)
        await self.mirror.drop(key, now=now)

    def _let_go(self, key: str) -> None:
        for keys in (self.keys, self.adopted, self.untold):
            keys.discard(key)
        self.offers.pop(key, None)
        self.stood.pop(key, None)

    async def heard_ticket(self, told: Ticket | None) -> None:
        """The common store heard of *told*; if nothing changed since, no more has to be said."""
        self._heard += 1
        if told is not None and await self.mirror.ticket(told.key) == told:
            self.untold.discard(told.key)

    async def head(self, queue: str, *, now: float, limit: int) -> tuple[Ticket, ...]:
        """Return who of this cell's callers is next."""
        return self.not_offered(
            await self.mirror.head(queue, now=now, limit=limit + len(self.offers)), limit
        )

    def not_offered(self, tickets: Iterable[Ticket], limit: int) -> tuple[Ticket, ...]:
        """Leave out whom this cell is offering, whatever the common store knows of it."""
        return tuple(one for one in tickets if one.key not in self.offers)[:limit]

    # ------------------------------------------------------------ agents

    async def heard_agent(self, agent: str, told: AgentStatus | None) -> None:
        """The common store heard what *told* says of *agent*; as in `heard_ticket`."""
        self._heard += 1
        if await self.status(agent) == told:
            self.changed.discard(agent)

    async def status(self, agent: str) -> AgentStatus | None:
        """Return what was last heard of *agent*."""
        found = (one for one in await self.mirror.agents() if one.agent.name == agent)
        return next(found, None)

    async def register(self, status: AgentStatus) -> None:
        """Enter an agent and note that the common store has to hear of it."""
        self.edits += 1
        self.changed.add(status.agent.name)
        self.forgotten.discard(status.agent.name)
        await self.mirror.register(status)

    async def forget(self, agent: str) -> None:
        """Remove an agent and note that the common store has to hear of it."""
        self.edits += 1
        self.changed.discard(agent)
        self.forgotten.add(agent)
        await self.mirror.forget(agent)

    async def set_presence(self, agent: str, change: PresenceChange, *, now: float) -> bool:
        """Change an agent and note that the common store has to hear of it."""
        self.edits += 1
        self.changed.add(agent)
        return await self.mirror.set_presence(agent, change, now=now)

    def heard_forgotten(self, agent: str) -> None:
        """The common store removed *agent* too."""
        self._heard += 1
        self.forgotten.discard(agent)

    async def learn_agents(
        self, statuses: Iterable[AgentStatus], *, asked: tuple[int, int]
    ) -> None:
        """
        Believe what the common store says of everybody, if nothing happened since it was asked.

        One that knows nobody at all lost its data: it has to hear of everybody.
        """
        if asked != self.moment:
            return
        heard = {one.agent.name: one for one in statuses}
        known = {one.agent.name for one in await self.mirror.agents()}
        if known and not heard:
            self.edits += 1
            self.changed |= known
        for name in known - heard.keys() - self.changed:
            await self.mirror.forget(name)
        for name in heard.keys() - self.changed - self.forgotten:
            await self.mirror.register(heard[name])

    async def trust_others(self, *, now: float) -> None:
        """Take the cells that have agents to live for a while longer."""
        for status in await self.mirror.agents():
            if status.node not in {"", self.node}:
                await self.mirror.beat(status.node, now=now, until=now + TRUST)

    # ------------------------------------------------------------ offers

    def may_claim(self, key: str, agent: str) -> bool:
        """Tell whether this cell offers neither the ticket nor the agent otherwise already."""
        return all(
            (one == key) == (offer.agent == agent)
            for one, offer in self.offers.items()
            if one == key or offer.agent == agent
        )

    async def claim(self, key: str, agent: str, *, node: str, now: float, until: float) -> bool:
        """Reserve *agent* as far as this cell knows."""
        self.edits += 1
        claimed = await self.mirror.claim(key, agent, node=node, now=now, until=until)
        if claimed and node == self.node:
            self.changed.add(agent)
            self.offers[key] = Offer(agent, until, shared=False)
        return claimed

    async def learn_claim(self, key: str, agent: str, *, now: float, until: float) -> None:
        """Enter a claim of this cell that the common store accepted."""
        self.edits += 1
        self.offers[key] = Offer(agent, until, shared=True)
        claimed = await self.mirror.claim(key, agent, node=self.node, now=now, until=until)
        status = await self.status(agent)
        if not claimed and status is not None:  # what was last heard of them is not true any more
            await self.mirror.register(AgentStatus(status.agent, Presence.READY, now))
            await self.mirror.claim(key, agent, node=self.node, now=now, until=until)

    async def release(self, key: str, agent: str, change: PresenceChange, *, now: float) -> None:
        """Undo a claim; *agent* had the ticket, whoever knows of it."""
        self.edits += 1
        await self.mirror.release(key, agent, change, now=now)
        offer = self.offers.get(key)
        if offer is None or offer.agent != agent:
            return
        del self.offers[key]
        self.untold.add(key)
        self.changed.add(agent)
        ticket = await self.mirror.ticket(key)
        if ticket is not None and agent not in ticket.passed:
            await self.mirror.put(replace(ticket, passed=(*ticket.passed, agent)))

    async def settle(self, key: str, agent: str, *, now: float) -> None:
        """Note that they talk."""
        self.edits += 1
        self.gone[key] = now
        self.changed.add(agent)
        self._let_go(key)
        await self.mirror.settle(key, agent, now=now)

    async def undo_lapsed(self, *, node: str, now: float) -> tuple[Ticket, ...]:
        """Let those wait again whose offer is over in time; return them."""
        self.edits += 1
        for key, offer in tuple(self.offers.items()):
            if offer.until <= now:
                del self.offers[key]
                self.untold.add(key)
                self.changed.add(offer.agent)
        return await self.mirror.orphans(node=node, now=now)

    # ------------------------------------------------------------ the rest

    async def note_wait(self, queue: str, waited: float, *, now: float) -> None:
        """Note a wait that the common store has to hear of."""
        self.edits += 1
        await self.mirror.note_wait(queue, waited, now=now)
        self.waits = [*self.waits, (queue, waited, now)][-WAITS_KEPT:]
