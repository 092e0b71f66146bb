"""Several cells, and hearing of each other: kept by every store."""

import asyncio
from dataclasses import replace

import pytest

from ivr.desk import QueueStore
from ivr.handoff.agents import AgentStatus, Presence
from tests.store.conftest import Play
from tests.store.scenes import (
    NOW,
    A,
    B,
    in_browser,
    keys,
    offered,
    presence,
    status,
    ticket,
)


def test_what_a_dead_cell_left_goes_to_one_taker_only(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 10)
        await store.beat(B, now=NOW, until=NOW + 99)
        await offered(store)
        await store.put(ticket("b1", 3.0, node=B))
        assert await store.orphans(node=B, now=NOW + 9) == ()
        taken = await store.orphans(node=B, now=NOW + 10)
        assert taken == (ticket("c1", 1.0, node=B), ticket("c2", 2.0, node=B))
        assert await store.orphans(node="cell-c", now=NOW + 10) == ()
        assert await store.orphans(node=B, now=NOW + 11) == ()
        assert await keys(store) == ["c1", "c2", "b1"]
        assert await presence(store, "ann") is Presence.READY

    play(scenario)


def test_a_talk_through_a_dead_cell_is_over(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 10)
        await offered(store)
        await store.settle("c1", "ann", now=NOW + 5)
        await store.orphans(node=B, now=NOW + 9)
        assert await presence(store, "ann") is Presence.TALKING
        await store.orphans(node=B, now=NOW + 10)
        assert await presence(store, "ann") is Presence.READY

    play(scenario)


def test_a_browser_goes_offline_with_its_cell(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 10)
        await store.beat(B, now=NOW, until=NOW + 99)
        await store.register(in_browser("ann", A))
        await store.register(in_browser("bob", B))
        await store.orphans(node="cell-c", now=NOW + 10)
        assert await presence(store, "ann") is Presence.OFFLINE
        assert await presence(store, "bob") is Presence.READY

    play(scenario)


AFTER_DEATH = {
    Presence.READY: Presence.READY,
    Presence.PAUSED: Presence.PAUSED,
    Presence.WRAPPING: Presence.WRAPPING,
    Presence.OFFLINE: Presence.OFFLINE,
    Presence.OFFERED: Presence.READY,
    Presence.TALKING: Presence.READY,
}
"""What becomes of the people of a dead cell whose phone is a phone."""


@pytest.mark.parametrize("before", AFTER_DEATH)
def test_with_its_cell_a_browser_is_gone_and_a_phone_is_not(play: Play, before: Presence) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(B, now=NOW, until=NOW + 99)
        for name, node in (("ann", A), ("bob", B)):
            await become(store, in_browser(name, node), before)
            await become(store, replace(status(f"{name}'s phone"), node=node), before)
        await store.orphans(node="cell-c", now=NOW + 10)
        assert await presence(store, "ann") is Presence.OFFLINE
        assert await presence(store, "ann's phone") is AFTER_DEATH[before]
        assert await presence(store, "bob") is before
        assert await presence(store, "bob's phone") is before

    play(scenario)


async def become(store: QueueStore, there: AgentStatus, wanted: Presence) -> None:
    """Let somebody be *wanted* at the cell that serves them."""
    name, cell = there.agent.name, there.node
    if wanted not in {Presence.OFFERED, Presence.TALKING}:
        await store.register(replace(there, presence=wanted))
        return
    await store.register(there)
    await store.put(ticket(f"for {name}", node=cell))
    assert await store.claim(f"for {name}", name, node=cell, now=NOW, until=NOW + 99)
    if wanted is Presence.TALKING:
        await store.settle(f"for {name}", name, now=NOW)


def test_a_reservation_whose_time_is_over_is_undone(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 99)
        await offered(store, until=5.0)
        assert await store.orphans(node=A, now=NOW + 4) == ()
        assert await store.orphans(node=A, now=NOW + 5) == (ticket("c1", 1.0),)
        assert await keys(store) == ["c1", "c2"]
        assert await presence(store, "ann") is Presence.READY

    play(scenario)


def test_a_caller_stays_with_the_living_cell_that_has_them_on_the_line(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 99)
        await offered(store, until=5.0, node=B)
        assert await store.orphans(node="cell-c", now=NOW + 5) == ()
        assert await store.ticket("c1") == ticket("c1", 1.0)
        assert await keys(store) == ["c1", "c2"]
        assert await presence(store, "ann") is Presence.READY

    play(scenario)


def test_a_call_back_that_nobody_has_on_the_line_waits_for_anybody(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(replace(ticket("c1", node=""), callback=True))
        await store.register(status("ann"))
        assert await store.orphans(node=B, now=NOW + 9) == ()
        assert await store.claim("c1", "ann", node=A, now=NOW, until=NOW + 30)
        assert [one.node for one in await store.orphans(node=B, now=NOW + 9)] == [B]

    play(scenario)


def test_a_cell_that_asks_is_alive_and_keeps_its_callers(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        assert await store.orphans(node=A, now=NOW + 9) == ()
        assert await presence(store, "ann") is Presence.OFFERED

    play(scenario)


def test_the_last_fifty_waits_are_remembered(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        for number in range(60):
            for _ in range(2):
                await store.note_wait("pharmacy", 10.5 + number, now=NOW + number)
        waits = await store.waits("pharmacy")
        assert len(waits) == 50
        assert waits[0] == (NOW + 10, 20.5)
        assert waits[-1] == (NOW + 59, 69.5)
        assert await store.waits("billing") == ()

    play(scenario)


def test_whoever_listens_hears_of_a_change(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        changes = store.changes()
        await store.put(ticket("c1"))
        async with asyncio.timeout(10):
            await anext(changes)
            heard = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0.1)
            await store.register(status("ann"))
            await heard

    play(scenario)


def test_listening_ends_when_the_store_closes(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        changes = store.changes()
        await store.close()
        async with asyncio.timeout(10):
            assert [None async for _ in changes] in ([], [None])

    play(scenario)
