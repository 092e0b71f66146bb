"""Tickets and agents of the store's tests."""

from ivr.desk import QueueStore
from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.tickets import Ticket

NOW = 1_790_000_000.0
READY = PresenceChange(Presence.READY)
OFFLINE = PresenceChange(Presence.OFFLINE)
NO_PICK_UP = PresenceChange(Presence.PAUSED, "did not pick up", until=NOW + 60)
A, B = "cell-a", "cell-b"


def ticket(key: str, asked: float = 0.0, *, queue: str = "pharmacy", node: str = A) -> Ticket:
    return Ticket(key, queue, NOW + asked, node=node)


def status(name: str, presence: Presence = Presence.READY, *, since: float = 0.0) -> AgentStatus:
    return AgentStatus(Agent(name, f"sip:{name}@192.0.2.7"), presence, NOW + since)


def in_browser(name: str, node: str) -> AgentStatus:
    return AgentStatus(Agent(name, f"browser:{name}"), Presence.READY, NOW, node=node)


async def presence(store: QueueStore, name: str) -> Presence:
    return (await found(store, name)).presence


async def found(store: QueueStore, name: str) -> AgentStatus:
    return next(one for one in await store.agents() if one.agent.name == name)


async def keys(store: QueueStore, queue: str = "pharmacy", *, now: float = NOW) -> list[str]:
    return [one.key for one in await store.head(queue, now=now, limit=100)]


async def offered(store: QueueStore, *, until: float = 30.0, node: str = A) -> None:
    """Let caller c1 of cell A wait with c2 behind them, and offer c1 to Ann."""
    await store.put(ticket("c1", 1.0))
    await store.put(ticket("c2", 2.0))
    await store.register(status("ann"))
    assert await store.claim("c1", "ann", node=node, now=NOW, until=NOW + until)
