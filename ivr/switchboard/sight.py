"""One look at the store: who can answer, and who is next in each queue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.desk import QueueStore
from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.tickets import Ticket

HEAD = 50  # tickets of each queue that are looked at; more agents no practice has
_AWAY = frozenset({Presence.OFFLINE, Presence.PAUSED, Presence.WRAPPING})


@dataclass(frozen=True, slots=True)
class View:
    """What one look showed."""

    statuses: Sequence[AgentStatus]
    heads: Mapping[str, Sequence[Ticket]]


async def look(store: QueueStore, *, now: float) -> View:
    """
    Look at the queue; those whose absence is over are READY.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    statuses = await store.agents()
    for status in statuses:
        # Of pauses the store sees to that itself; a dead phone rests no longer than it was told.
        if status.presence is Presence.OFFLINE and 0 < status.until <= now:
            ready = PresenceChange(Presence.READY)
            await store.set_presence(status.agent.name, ready, now=now)
    heads = {
        queue: await store.head(queue, now=now, limit=HEAD) for queue in sorted(await store.sizes())
    }
    return View(tuple(_returned(status, now) for status in statuses), heads)


async def sign_in(store: QueueStore, agents: Iterable[Agent], *, now: float) -> None:
    """
    Make agents known as they are now; who is known keeps their presence.

    Phones need no signing in and ring from now on; whoever works in the console signs in there.

    Raises:
        StoreUnavailable: The store does not answer; may be repeated.
    """
    known = {status.agent.name: status for status in await store.agents()}
    for place, agent in enumerate(agents):
        old = known.get(agent.name)
        if old is not None and (old.agent.in_browser == agent.in_browser or old.ticket):
            if old.agent != agent:
                await store.register(replace(old, agent=agent))
        elif not agent.in_browser:
            # A millisecond apart, because the longest idle one is rung first.
            await store.register(AgentStatus(agent, Presence.READY, now + place / 1000))
        elif old is not None:
            await store.forget(agent.name)


def _returned(status: AgentStatus, now: float) -> AgentStatus:
    if status.presence in _AWAY and 0 < status.until <= now:
        return replace(status, presence=Presence.READY, since=status.until, until=0.0, reason="")
    return status
