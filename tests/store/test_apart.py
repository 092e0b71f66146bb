"""What becomes of two cells that went on apart from each other."""

import asyncio
from dataclasses import replace

from ivr.handoff.agents import Presence, PresenceChange
from tests.store.scenes import (
    NO_PICK_UP,
    NOW,
    READY,
    A,
    B,
    found,
    keys,
    offered,
    presence,
    status,
    ticket,
)
from tests.store.severed import Severed, back, cell, lose_it, offer_apart, until


def test_an_agent_whom_two_cells_offered_apart_stays_with_the_one_who_talks_to_them() -> None:
    async def scenario() -> None:
        common = Severed()
        await common.beat(B, now=NOW, until=NOW + 99)
        async with cell(common) as store:
            await offer_apart(common, store)
            assert (await found(common, "ann")).ticket == "theirs"
            assert await keys(store) == []  # ours still rings there
            await store.release("ours", "ann", READY, now=NOW + 9)
            assert (await found(common, "ann")).ticket == "theirs"

            async def remembered() -> bool:
                return await common.ticket("ours") == replace(ticket("ours", 1.0), passed=("ann",))

            await until(remembered)
            assert await keys(store) == ["ours"]
            await common.settle("theirs", "ann", now=NOW + 10)
            assert await presence(store, "ann") is Presence.TALKING

    asyncio.run(scenario())


def test_who_is_answered_by_an_agent_offered_twice_keeps_them() -> None:
    async def scenario() -> None:
        common = Severed()
        await common.beat(B, now=NOW, until=NOW + 99)
        async with cell(common) as store:
            await offer_apart(common, store)
            await store.settle("ours", "ann", now=NOW + 9)
            await common.release("theirs", "ann", NO_PICK_UP, now=NOW + 20)
            ann = await found(common, "ann")
            assert (ann.presence, ann.ticket) == (Presence.TALKING, "ours")
            assert await keys(common) == ["theirs"]

    asyncio.run(scenario())


def test_of_two_changes_made_apart_the_later_stands() -> None:
    async def scenario() -> None:
        common = Severed()
        async with cell(common) as store:
            await store.register(status("ann"))
            await store.register(status("bob"))
            common.cut = True
            await lose_it(store)
            lunch, away = (
                PresenceChange(Presence.PAUSED, "lunch"),
                PresenceChange(Presence.OFFLINE),
            )
            await store.set_presence("ann", lunch, now=NOW + 5)
            await common.set_presence("ann", away, now=NOW + 9)
            await common.set_presence("bob", away, now=NOW + 5)
            await store.set_presence("bob", lunch, now=NOW + 9)
            common.cut = False
            await back(store)
            assert await presence(store, "ann") is Presence.OFFLINE
            assert await presence(store, "bob") is Presence.PAUSED

    asyncio.run(scenario())


def test_a_caller_taken_for_an_orphan_comes_back_to_the_cell_that_has_them() -> None:
    async def scenario() -> None:
        common = Severed()
        async with cell(common) as ours, cell(common, B) as other:
            await ours.put(ticket("c1"))
            common.cut = True
            await lose_it(ours)
            common.cut = False
            await common.beat(A, now=NOW, until=NOW)
            assert [one.key for one in await other.orphans(node=B, now=NOW + 1)] == ["c1"]
            await back(ours)

            async def returned() -> bool:
                return await common.ticket("c1") == ticket("c1")

            await until(returned)
            await asyncio.sleep(0.6)  # both agree a few times more: they do not pull at it
            assert await returned()

    asyncio.run(scenario())


def test_a_call_back_that_another_cell_finished_is_not_rung_again() -> None:
    async def scenario() -> None:
        common = Severed()
        later = replace(ticket("c1", node=""), callback=True)
        async with cell(common) as store:
            await store.put(later)
            await common.drop("c1", now=NOW)

            async def let_go() -> bool:
                return "c1" not in store._own.keys

            await until(let_go)
            common.cut = True
            assert await keys(store) == []

    asyncio.run(scenario())


def test_agents_who_talk_through_other_cells_are_left_in_peace_for_a_while() -> None:
    async def scenario() -> None:
        common = Severed()
        await common.beat(B, now=NOW, until=NOW + 99)
        await offered(common, node=B)
        await common.settle("c1", "ann", now=NOW)
        async with cell(common) as store:
            await store.agents()
            common.cut = True
            await lose_it(store)
            await store.orphans(node=A, now=NOW + 60)
            assert await presence(store, "ann") is Presence.TALKING
            await store.orphans(node=A, now=NOW + 600)
            assert await presence(store, "ann") is Presence.READY

    asyncio.run(scenario())


def test_an_agent_reserved_elsewhere_is_not_changed_by_what_happened_apart() -> None:
    async def scenario() -> None:
        common = Severed()
        await common.beat(B, now=NOW, until=NOW + 99)
        async with cell(common) as store:
            await store.register(status("ann"))
            common.cut = True
            await lose_it(store)
            await common.put(ticket("theirs", node=B))
            assert await common.claim("theirs", "ann", node=B, now=NOW, until=NOW + 30)
            await store.set_presence("ann", PresenceChange(Presence.PAUSED), now=NOW + 5)
            common.cut = False
            await back(store)
            assert await presence(common, "ann") is Presence.OFFERED

    asyncio.run(scenario())


def test_an_agent_who_rings_here_is_not_offered_again_when_another_cell_lets_them_go() -> None:
    async def scenario() -> None:
        common = Severed()
        await common.beat(B, now=NOW, until=NOW + 99)
        async with cell(common) as store:
            await store.put(ticket("next", 3.0))
            await offer_apart(common, store)
            await common.drop("theirs", now=NOW + 5)
            assert not await store.claim("next", "ann", node=A, now=NOW + 5, until=NOW + 30)

    asyncio.run(scenario())
