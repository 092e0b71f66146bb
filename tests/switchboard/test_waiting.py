"""Who waits is listed in one order, whoever is rung for them."""

import asyncio

from ivr.handoff.agents import AgentStatus, Presence
from ivr.handoff.tickets import Priority, Ticket
from ivr.store.memory import MemoryStore
from ivr.switchboard.waiting import who_waits
from tests.switchboard.desk import agent

NOW = 10_000.0


def test_who_is_rung_for_keeps_the_place_in_the_list() -> None:
    async def story() -> dict[str, list[tuple[str, str]]]:
        store = MemoryStore()
        await store.register(AgentStatus(agent("dana"), Presence.READY, NOW))
        await store.put(Ticket("c1", "pharmacy", NOW - 90))
        await store.put(Ticket("c2", "pharmacy", NOW - 50, priority=Priority.NURSE))
        await store.put(Ticket("c3", "pharmacy", NOW - 20))
        await store.put(Ticket("c4", "billing", NOW - 10))
        await store.register(AgentStatus(agent("kim"), Presence.READY, NOW))
        for key in ("c1.kim", "c1.lee"):
            await store.put(Ticket(key, "", NOW))
        assert await store.claim("c1", "dana", node="cell", now=NOW, until=NOW + 60)
        assert await store.claim("c1.kim", "kim", node="cell", now=NOW, until=NOW + 60)
        found = await who_waits(store, await store.agents(), now=NOW)
        return {name: [(t.key, rung) for t, rung in rows] for name, rows in found.items()}

    assert asyncio.run(story()) == {
        "pharmacy": [("c2", ""), ("c1", "dana"), ("c3", "")],
        "billing": [("c4", "")],
    }
