"""The queue of one cell, in its own memory."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from ivr.errors import MisuseError
from ivr.handoff.agents import AgentStatus, Presence, PresenceChange
from ivr.handoff.matching import is_free
from ivr.handoff.tickets import Ticket
from ivr.store.bell import Bell
from ivr.store.places import Kept, Places

WAITS_KEPT = 50
RESERVED = frozenset({Presence.OFFERED, Presence.TALKING})
"""Presences that only a claim leads to."""
_READY = PresenceChange(Presence.READY)
_OFFLINE = PresenceChange(Presence.OFFLINE)


class MemoryStore:
    """
    `QueueStore` in memory: nothing outlives the process, and nothing ever fails.

    Beyond the contract: a cell that claims what it has claimed already renews its claim; a
    lapsed pause or wrap-up counts as READY; whoever gets READY while it rings there is OFFERED.
    """

    def __init__(self) -> None:
        self._places = Places()
        self._agents: dict[str, AgentStatus] = {}
        self._alive: dict[str, float] = {}
        self._waits: dict[str, list[tuple[float, float]]] = {}
        self._bell = Bell()

    # ------------------------------------------------------------ tickets

    async def put(self, ticket: Ticket) -> None:
        """As in `QueueStore`."""
        old = self._places.get(ticket.key)
        self._places.let_in(Kept(ticket) if old is None else replace(old, ticket=ticket))
        self._bell.ring()

    async def drop(self, key: str, *, now: float) -> None:
        """As in `QueueStore`."""
        kept = self._places.get(key)
        if kept is not None:
            self._places.take_out(key)
            self._free(kept.agent, key, now)
            self._bell.ring()

    async def ticket(self, key: str) -> Ticket | None:
        """As in `QueueStore`."""
        kept = self._places.get(key)
        return None if kept is None else kept.ticket

    async def head(self, queue: str, *, now: float, limit: int) -> tuple[Ticket, ...]:
        """As in `QueueStore`; *now* must not go back."""
        return self._places.next_in(queue, now=now, limit=limit)

    async def ahead(self, key: str) -> int | None:
        """As in `QueueStore`; those whose time has not come keep their place and count."""
        kept = self._places.get(key)
        return None if kept is None else self._places.before(kept.ticket)

    async def sizes(self) -> dict[str, int]:
        """As in `QueueStore`; an empty queue is left out."""
        return self._places.sizes()

    # ------------------------------------------------------------ agents

    async def register(self, status: AgentStatus) -> None:
        """As in `QueueStore`."""
        self._agents[status.agent.name] = status
        self._bell.ring()

    async def forget(self, agent: str) -> None:
        """As in `QueueStore`."""
        if self._agents.pop(agent, None) is not None:
            self._bell.ring()

    async def agents(self) -> tuple[AgentStatus, ...]:
        """As in `QueueStore`."""
        return tuple(self._agents[name] for name in sorted(self._agents))

    async def set_presence(self, agent: str, change: PresenceChange, *, now: float) -> bool:
        """As in `QueueStore`."""
        refuse_reserved(change)
        status = self._agents.get(agent)
        if status is None:
            return False
        kept = self._places.claimed_for(agent)
        if kept is None or change.presence is not Presence.READY:
            self._change(status, change, now)
        elif status.presence is not Presence.OFFERED:
            self._offer(status, kept, since=now)
        self._bell.ring()
        return True

    def _offer(self, status: AgentStatus, kept: Kept, *, since: float) -> None:
        self._agents[status.agent.name] = AgentStatus(
            status.agent,
            Presence.OFFERED,
            since,
            ticket=kept.ticket.key,
            until=kept.until,
            node=_where(status, kept.claimant),
        )

    # ------------------------------------------------------------ offers

    async def claim(self, key: str, agent: str, *, node: str, now: float, until: float) -> bool:
        """As in `QueueStore`; False too while the ticket's time has not come."""
        kept, status = self._places.get(key), self._agents.get(agent)
        if kept is None or status is None:
            return False
        mine = (kept.agent, kept.claimant, status.ticket) == (agent, node, key)
        renewed = mine and status.presence is Presence.OFFERED
        if not renewed and not self._can_claim(kept, status, now):
            return False
        kept = replace(kept, agent=agent, claimant=node, until=until)
        self._places.let_in(kept)
        self._offer(status, kept, since=status.since if renewed else now)
        self._bell.ring()
        return True

    def _can_claim(self, kept: Kept, status: AgentStatus, now: float) -> bool:
        free = is_free(status, now=now) and self._places.claimed_for(status.agent.name) is None
        return free and not kept.agent and kept.ticket.not_before <= now

    async def release(self, key: str, agent: str, change: PresenceChange, *, now: float) -> None:
        """As in `QueueStore`."""
        refuse_reserved(change)
        kept = self._places.get(key)
        if kept is None or kept.agent != agent:
            return
        passed = kept.ticket.passed
        if agent not in passed:
            passed = (*passed, agent)
        self._places.let_in(Kept(replace(kept.ticket, passed=passed)))
        self._free(agent, key, now, change)
        self._bell.ring()

    async def settle(self, key: str, agent: str, *, now: float) -> None:
        """As in `QueueStore`; somebody else who was reserved for it is READY."""
        kept, status = self._places.get(key), self._agents.get(agent)
        through = ""
        if kept is not None:
            self._places.take_out(key)
            through = kept.claimant
            if kept.agent != agent:
                through = kept.ticket.node
                self._free(kept.agent, key, now)
        if status is not None and (status.presence, status.ticket) != (Presence.TALKING, key):
            self._agents[agent] = AgentStatus(
                status.agent, Presence.TALKING, now, ticket=key, node=_where(status, through)
            )
        self._bell.ring()

    # ------------------------------------------------------------ cells

    async def beat(self, node: str, *, now: float, until: float) -> None:
        """As in `QueueStore`."""
        alive = {other: end for other, end in self._alive.items() if end > now}
        self._alive = {**alive, node: until}

    async def orphans(self, *, node: str, now: float) -> tuple[Ticket, ...]:
        """As in `QueueStore`; whoever asks lives, and a cell that never beat does not."""
        dead = {one for one in self._places.nodes() if not _lives(self._alive, one, node, now)}
        keys = self._places.held_by(dead) | self._places.lapsed(now)
        taken = []
        for kept in [kept for key in keys if (kept := self._places.get(key))]:
            ticket = kept.ticket
            if ticket.node in {"", node} or ticket.node in dead:
                ticket = replace(ticket, node=node)
                taken.append(ticket)
            self._places.let_in(Kept(ticket))
            self._free(kept.agent, ticket.key, now)
        changed = self._free_from_dead_cells(node, now)
        if keys or changed:
            self._bell.ring()
        return tuple(sorted(taken, key=lambda ticket: (ticket.rank, ticket.key)))

    def _free_from_dead_cells(self, node: str, now: float) -> bool:
        changed = False
        for status in tuple(self._agents.values()):
            gone = not _lives(self._alive, status.node, node, now)
            lapsed = status.presence is Presence.OFFERED and status.until <= now
            if gone and status.agent.in_browser and status.presence is not Presence.OFFLINE:
                self._change(status, _OFFLINE, now)
            elif lapsed or (gone and status.presence in RESERVED):
                self._change(status, _READY, now)
            else:
                continue
            changed = True
        return changed

    # ------------------------------------------------------------ the rest

    async def note_wait(self, queue: str, waited: float, *, now: float) -> None:
        """As in `QueueStore`."""
        waits = {*self._waits.get(queue, ()), (now, waited)}
        self._waits[queue] = sorted(waits)[-WAITS_KEPT:]

    async def waits(self, queue: str) -> tuple[tuple[float, float], ...]:
        """As in `QueueStore`."""
        return tuple(self._waits.get(queue, ()))

    def changes(self) -> AsyncIterator[None]:
        """As in `QueueStore`; ends at `close`."""
        return self._bell.listen()

    async def close(self) -> None:
        """As in `QueueStore`."""
        self._bell.close()

    # ------------------------------------------------------------ what becomes of agents

    def _free(self, agent: str, key: str, now: float, change: PresenceChange = _READY) -> None:
        status = self._agents.get(agent)
        if status is not None and (status.presence, status.ticket) == (Presence.OFFERED, key):
            self._change(status, change, now)

    def _change(self, status: AgentStatus, change: PresenceChange, now: float) -> None:
        same = status.presence is change.presence
        self._agents[status.agent.name] = AgentStatus(
            status.agent,
            change.presence,
            status.since if same else now,
            reason=change.reason,
            until=change.until,
            node=status.node,
        )


def _lives(alive: Mapping[str, float], node: str, asking: str, now: float) -> bool:
    return node in {"", asking} or alive.get(node, 0.0) > now


def _where(status: AgentStatus, node: str) -> str:
    browser_is_there = status.agent.in_browser and status.node
    return status.node if browser_is_there or not node else node


def refuse_reserved(change: PresenceChange) -> None:
    """
    Let through what may become of an agent without a claim.

    Raises:
        MisuseError: OFFERED and TALKING follow from a claim alone.
    """
    if change.presence in RESERVED:
        raise MisuseError(f"nobody becomes {change.presence} without a claim")
