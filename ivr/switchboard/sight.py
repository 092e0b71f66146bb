"""What a cell sees of the queue: the store's word, or while that is silent the last it heard."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.desk import QueueStore
from ivr.errors import StoreError
from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.tickets import Ticket
from ivr.switchboard.errands import Errands

_log = logging.getLogger(__name__)
HEAD = 50  # tickets of each queue that are looked at; more agents no practice has
ALONE_AFTER = 3.0  # seconds without the store, then the cell goes on alone
SIGN_IN_WITHIN = 2.0  # seconds the start waits for the store; it goes on telling it afterwards
_AWAY = frozenset({Presence.OFFLINE, Presence.PAUSED, Presence.WRAPPING})


@dataclass(frozen=True, slots=True)
class View:
    """One look at the queue."""

    statuses: Sequence[AgentStatus]
    heads: Mapping[str, Sequence[Ticket]]
    alone: bool
    """Whether the store is silent, so that nobody can be reserved in it."""
    sure: bool = True
    """Whether it is known who works."""


class Sight:
    """Looks at the store, and remembers."""

    def __init__(self, store: QueueStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._statuses: tuple[AgentStatus, ...] = ()
        self._known = False
        self._silent_since: float | None = None
        self._errands = Errands()

    async def look(self, own: Iterable[Ticket]) -> View:
        """
        Look at the queue now.

        Args:
            own: Who waits in this cell: all there is to see while the store is silent.

        Raises:
            StoreError: The store is silent, but not for long yet.
        """
        now = self._clock()
        try:
            statuses = await self._bring_back(await self._store.agents(), now)
            heads = {
                queue: await self._store.head(queue, now=now, limit=HEAD)
                for queue in sorted(await self._store.sizes())
            }
        except StoreError:
            if self._silent_since is None:
                self._silent_since = now
                _log.warning("store of the queue is silent")
            if now - self._silent_since < ALONE_AFTER:
                raise
            return self._look_alone(own, now)
        if self._silent_since is not None:
            _log.info("store of the queue is back", extra={"seconds": now - self._silent_since})
            self._silent_since = None
        self._statuses, self._known = statuses, True
        return View(statuses, heads, alone=False)

    def became(self, agent: str, change: PresenceChange) -> None:
        """Note what became of an agent, before the store knows."""
        now = self._clock()
        self._statuses = tuple(
            AgentStatus(
                status.agent, change.presence, now, reason=change.reason, until=change.until
            )
            if status.agent.name == agent
            else status
            for status in self._statuses
        )

    async def sign_in(self, agents: Iterable[Agent]) -> None:
        """
        Make agents known whose phones need no signing in; who is known keeps their presence.

        Args:
            agents: In the order to ring them while nobody has been idle for longer.
        """
        now = self._clock()
        # A millisecond apart, because the longest idle one is rung first.
        fresh = tuple(
            AgentStatus(agent, Presence.READY, now + place / 1000)
            for place, agent in enumerate(agents)
        )
        names = {status.agent.name for status in fresh}
        others = (status for status in self._statuses if status.agent.name not in names)
        self._statuses, self._known = (*others, *fresh), True
        self._errands.add(lambda: self._register(fresh))
        await self._errands.wait(within=SIGN_IN_WITHIN)

    async def close(self) -> None:
        """Stop to tell the store; never fails."""
        await self._errands.close(within=0.0)

    async def _register(self, fresh: Sequence[AgentStatus]) -> None:
        known = {status.agent.name: status for status in await self._store.agents()}
        for status in fresh:
            old = known.get(status.agent.name)
            await self._store.register(replace(old, agent=status.agent) if old else status)

    def _look_alone(self, own: Iterable[Ticket], now: float) -> View:
        heads: dict[str, list[Ticket]] = {}
        for ticket in own:
            if ticket.not_before <= now:
                heads.setdefault(ticket.queue, []).append(ticket)
        self._statuses = tuple(_returned(status, now) for status in self._statuses)
        return View(self._statuses, heads, alone=True, sure=self._known)

    async def _bring_back(
        self, statuses: Sequence[AgentStatus], now: float
    ) -> tuple[AgentStatus, ...]:
        """Let those be READY whose phone rested long enough; of pauses the store sees to that."""
        ready = PresenceChange(Presence.READY)
        for status in statuses:
            if status.presence is Presence.OFFLINE and 0 < status.until <= now:
                await self._store.set_presence(status.agent.name, ready, now=now)
        return tuple(_returned(status, now) for status in statuses)


def _returned(status: AgentStatus, now: float) -> AgentStatus:
    if status.presence in _AWAY and 0 < status.until <= now:
        return replace(status, presence=Presence.READY, since=status.until, until=0.0, reason="")
    return status
