"""Those who are in a talk: no queue offers them another caller, whatever brought them there."""

from ivr.handoff.agents import AgentStatus, Presence, PresenceChange
from ivr.handoff.matching import is_free
from ivr.handoff.tickets import Ticket
from ivr.switchboard.place import FREE, Place, Surroundings

RESERVED_FOR = 60.0  # seconds; it is settled at once, unless this cell dies on the way
ELSEWHERE = frozenset({Presence.OFFLINE, Presence.OFFERED, Presence.TALKING})


class Engaged:
    """
    Who is in one talk, as the store must know them.

    Those who were not offered its caller, but are consulted, attend it or took it over, are
    TALKING from the first ring on: by a ticket of their own that nobody waits with, so that
    they are free like everybody else when this cell dies. Afterwards they are what they were
    before; whoever was READY and served the caller wraps up first.
    """

    def __init__(self, place: Place, around: Surroundings) -> None:
        """Begin with whom *place* was offered, who talks."""
        self._place = place
        self._around = around
        self._before: dict[str, AgentStatus] = {}
        self._served: set[str] = set()

    async def ring(self, status: AgentStatus) -> bool:
        """
        Engage an agent who is to be rung; False: somebody else was faster. `part` ends it.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        name, store, now = status.agent.name, self._around.store, self._around.clock()
        if name in self._before or status.presence in ELSEWHERE:
            return False
        ticket = self._ticket_of(name)
        self._before[name] = status
        await store.put(ticket)
        if is_free(status, now=now) and not await store.claim(
            ticket.key, name, node=ticket.node, now=now, until=now + RESERVED_FOR
        ):
            del self._before[name]
            await store.drop(ticket.key, now=now)
            return False
        await store.settle(ticket.key, name, now=now)
        return True

    def join(self, agent: str) -> None:
        """Engage somebody who is in the talk already, such as a supervisor."""
        if agent not in self._before:
            self._place.errands.add(lambda: self._join(agent))

    def serve(self, agent: str) -> None:
        """Take note that *agent* talks to the caller from now on."""
        self._served.add(agent)
        self.join(agent)

    def part(self, agent: str) -> None:
        """Let somebody go, whoever it is; nothing to do for who was not in it."""
        self._place.wrap_up(agent)
        self._place.errands.add(lambda: self._part(agent))

    # ------------------------------------------------------------ the store

    async def _join(self, name: str) -> None:
        store, now = self._around.store, self._around.clock()
        for status in await store.agents():
            if status.agent.name == name and status.presence not in ELSEWHERE:
                self._before.setdefault(name, status)
                await store.put(self._ticket_of(name))
                await store.settle(self._ticket_of(name).key, name, now=now)

    async def _part(self, name: str) -> None:
        before = self._before.get(name)
        if before is None:
            return
        store, now, key = self._around.store, self._around.clock(), self._ticket_of(name).key
        await store.drop(key, now=now)  # there is one only if `ring` was broken off
        for status in await store.agents():
            # Who paused or closed the console meanwhile stays away.
            talking = (status.presence, status.ticket) == (Presence.TALKING, key)
            if status.agent.name == name and talking:
                await store.set_presence(name, self._after(before, now), now=now)
        self._before.pop(name, None)
        self._served.discard(name)
        self._around.changed()

    def _after(self, before: AgentStatus, now: float) -> PresenceChange:
        if not is_free(before, now=now):
            return PresenceChange(before.presence, before.reason, before.until)
        notes = self._place.queue.wrap_up if before.agent.name in self._served else 0.0
        return PresenceChange(Presence.WRAPPING, until=now + notes) if notes else FREE

    def _ticket_of(self, agent: str) -> Ticket:
        ticket = self._place.ticket
        return Ticket(f"{ticket.key}.{agent}", "", ticket.asked_at, node=ticket.node)
