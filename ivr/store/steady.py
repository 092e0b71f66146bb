"""The common queue as a cell uses it: when it is away, the cell goes on with what it knows."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from ivr.desk import QueueStore
from ivr.errors import StoreError
from ivr.handoff.agents import AgentStatus, PresenceChange
from ivr.handoff.tickets import Ticket
from ivr.store.bell import Bell
from ivr.store.memory import refuse_reserved
from ivr.store.own import Own
from ivr.store.reach import PROBE_EVERY, Reach


class SteadyStore:
    """
    `QueueStore` that never fails: over one that may be away, such as `RedisStore`.

    Whoever finds the common store away waits for its own time limit, once; then it is left
    alone until it answers a probe, and this cell's callers are offered to agents as last
    heard. When it is back it hears what happened: the cell's callers at their old places,
    presence, offers, talks, waits. A store that lost its data hears of the callers too.

    Two cells that are apart may offer the same agent. The phone decides, since it can be
    picked up once: whoever talks to the agent says so by `settle`, and that stands. The cell
    that comes back first holds the reservation; the offer of the other one stays its own
    until it is answered or refused, and its caller then waits at the old place again. Of two
    changes of an agent's presence the later one stands.
    """

    def __init__(
        self,
        common: QueueStore,
        *,
        node: str,
        clock: Callable[[], float] = time.time,
        probe_every: float = PROBE_EVERY,
    ) -> None:
        """
        Stand between this cell and the common store.

        Args:
            common: What all cells share; closed with this one.
            node: This cell; a name that no earlier process had, whose callers are gone.
            clock: Tells the Unix time.
            probe_every: Seconds.
        """
        self._common = common
        self._own = Own(node)
        self._bell = Bell()
        self._reach = Reach(common, self._own, self._bell, clock=clock, probe_every=probe_every)

    @property
    def away(self) -> bool:
        """Whether this cell goes on alone."""
        return self._reach.away

    # ------------------------------------------------------------ tickets

    async def put(self, ticket: Ticket) -> None:
        """As in `QueueStore`."""
        own = self._own
        await own.put(ticket)
        with suppress(StoreError):
            await self._reach.call(lambda: self._common.put(ticket))
            await own.heard_ticket(ticket)
        self._bell.ring()

    async def drop(self, key: str, *, now: float) -> None:
        """As in `QueueStore`."""
        offer = self._own.offers.get(key)
        await self._own.drop(key, now=now)
        agent = None if offer is None else await self._own.status(offer.agent)
        with suppress(StoreError):
            await self._reach.call(lambda: self._common.drop(key, now=now))
            self._own.gone.pop(key, None)
            if offer is not None and offer.shared:
                await self._own.heard_agent(offer.agent, agent)
        self._bell.ring()

    async def ticket(self, key: str) -> Ticket | None:
        """As in `QueueStore`."""
        known = await self._own.mirror.ticket(key)
        with suppress(StoreError):
            found = await self._reach.call(lambda: self._common.ticket(key))
            if found is not None or known is None or known.node != self._own.node:
                return found
        return known

    async def head(self, queue: str, *, now: float, limit: int) -> tuple[Ticket, ...]:
        """As in `QueueStore`; while the common store is away, of this cell's callers."""
        own = self._own
        with suppress(StoreError):
            more = limit + len(own.offers)
            found = await self._reach.call(lambda: self._common.head(queue, now=now, limit=more))
            return own.not_offered(found, limit)
        return await own.head(queue, now=now, limit=limit)

    async def ahead(self, key: str) -> int | None:
        """As in `QueueStore`; nobody seems to come forward by the common store being away."""
        known = await self._own.mirror.ahead(key)
        with suppress(StoreError):
            found = await self._reach.call(lambda: self._common.ahead(key))
            if found is not None:
                self._own.stood[key] = found
                return found
            if key not in self._own.untold:
                return None
        return None if known is None else max(known, self._own.stood.get(key, 0))

    async def sizes(self) -> dict[str, int]:
        """As in `QueueStore`; while the common store is away, of this cell's callers."""
        with suppress(StoreError):
            return await self._reach.call(self._common.sizes)
        return await self._own.mirror.sizes()

    # ------------------------------------------------------------ agents

    async def register(self, status: AgentStatus) -> None:
        """As in `QueueStore`."""
        await self._own.register(status)
        with suppress(StoreError):
            await self._reach.call(lambda: self._common.register(status))
            await self._own.heard_agent(status.agent.name, status)
        self._bell.ring()

    async def forget(self, agent: str) -> None:
        """As in `QueueStore`."""
        await self._own.forget(agent)
        with suppress(StoreError):
            await self._reach.call(lambda: self._common.forget(agent))
            self._own.heard_forgotten(agent)
        self._bell.ring()

    async def agents(self) -> tuple[AgentStatus, ...]:
        """As in `QueueStore`; while the common store is away, as last heard."""
        with suppress(StoreError):
            asked = self._own.moment
            found = await self._reach.call(self._common.agents)
            await self._own.learn_agents(found, asked=asked)
            if found:
                return found
        return await self._own.mirror.agents()

    async def set_presence(self, agent: str, change: PresenceChange, *, now: float) -> bool:
        """As in `QueueStore`."""
        refuse_reserved(change)
        known = await self._own.set_presence(agent, change, now=now)
        status = await self._own.status(agent)
        with suppress(StoreError):
            known = await self._reach.call(
                lambda: self._common.set_presence(agent, change, now=now)
            )
            await self._own.heard_agent(agent, status)
        self._bell.ring()
        return known

    # ------------------------------------------------------------ offers

    async def claim(self, key: str, agent: str, *, node: str, now: float, until: float) -> bool:
        """As in `QueueStore`; False too while the ticket's time has not come."""
        own = self._own
        if not own.may_claim(key, agent) or key in own.claiming:
            return False
        own.claiming.add(key)
        try:
            claimed = await self._reach.call(
                lambda: self._common.claim(key, agent, node=node, now=now, until=until)
            )
            if claimed and node == own.node:
                await self._learn_claim(key, agent, now=now, until=until)
        except StoreError:
            claimed = await own.claim(key, agent, node=node, now=now, until=until)
        finally:
            own.claiming.discard(key)
        self._bell.ring()
        return claimed

    async def _learn_claim(self, key: str, agent: str, *, now: float, until: float) -> None:
        if key not in self._own.keys:  # a call-back that another cell put
            ticket = await self._reach.call(lambda: self._common.ticket(key))
            if ticket is not None:
                await self._own.learn_ticket(ticket)
        await self._own.learn_claim(key, agent, now=now, until=until)

    async def release(self, key: str, agent: str, change: PresenceChange, *, now: float) -> None:
        """As in `QueueStore`."""
        refuse_reserved(change)
        own = self._own
        offer = own.offers.get(key)
        await own.release(key, agent, change, now=now)
        ticket, status = await own.mirror.ticket(key), await own.status(agent)
        with suppress(StoreError):
            await self._reach.call(lambda: self._common.release(key, agent, change, now=now))
            if offer is not None and offer.shared:
                await own.heard_ticket(ticket)
                await own.heard_agent(agent, status)
        self._bell.ring()

    async def settle(self, key: str, agent: str, *, now: float) -> None:
        """As in `QueueStore`; somebody else who was reserved for it is READY."""
        await self._own.settle(key, agent, now=now)
        status = await self._own.status(agent)
        with suppress(StoreError):
            await self._reach.call(lambda: self._common.settle(key, agent, now=now))
            self._own.gone.pop(key, None)
            await self._own.heard_agent(agent, status)
        self._bell.ring()

    # ------------------------------------------------------------ cells

    async def beat(self, node: str, *, now: float, until: float) -> None:
        """As in `QueueStore`; goes on by itself until the common store is back."""
        if node == self._own.node:
            self._reach.lease = until - now
        await self._own.mirror.beat(node, now=now, until=until)
        with suppress(StoreError):
            await self._reach.call(lambda: self._common.beat(node, now=now, until=until))

    async def orphans(self, *, node: str, now: float) -> tuple[Ticket, ...]:
        """As in `QueueStore`; while the common store is away, only this cell's lapsed offers."""
        own = self._own
        lapsed = {one.key: one for one in await own.undo_lapsed(node=node, now=now)}
        with suppress(StoreError):
            found = await self._reach.call(lambda: self._common.orphans(node=node, now=now))
            for ticket in found:
                if ticket.key not in own.keys:
                    own.adopted.add(ticket.key)
                await own.learn_ticket(ticket)
                lapsed.pop(ticket.key, None)
            return (*found, *lapsed.values())
        return tuple(lapsed.values())

    # ------------------------------------------------------------ the rest

    async def note_wait(self, queue: str, waited: float, *, now: float) -> None:
        """As in `QueueStore`."""
        own = self._own
        await own.note_wait(queue, waited, now=now)
        with suppress(StoreError):
            await self._reach.call(lambda: self._common.note_wait(queue, waited, now=now))
            own.waits = [one for one in own.waits if one != (queue, waited, now)]

    async def waits(self, queue: str) -> tuple[tuple[float, float], ...]:
        """As in `QueueStore`; while the common store is away, as last heard."""
        with suppress(StoreError):
            for at, waited in await self._reach.call(lambda: self._common.waits(queue)):
                await self._own.mirror.note_wait(queue, waited, now=at)
        return await self._own.mirror.waits(queue)

    def changes(self) -> AsyncIterator[None]:
        """As in `QueueStore`; ends at `close`."""
        self._reach.tend()
        return self._bell.listen()

    async def close(self) -> None:
        """As in `QueueStore`."""
        self._bell.close()
        await self._reach.close()
        await self._common.close()
