"""A cell goes on while the common store is away, and tells it everything afterwards."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from ivr.handoff.agents import Presence, PresenceChange
from ivr.store.redis_ import RedisStore
from tests.store.scenes import (
    NO_PICK_UP,
    NOW,
    A,
    B,
    found,
    keys,
    offered,
    presence,
    status,
    ticket,
)
from tests.store.severed import Severed, back, cell, lose_it, until
from tests.support.redis_server import RedisServer


def test_a_frozen_store_costs_one_wait_and_no_caller(own_server: RedisServer) -> None:
    async def scenario() -> None:
        prefix = uuid4().hex
        other = RedisStore(own_server.url, prefix=prefix)
        async with cell(RedisStore(own_server.url, prefix=prefix)) as store:
            await store.put(ticket("before", 1.0))
            await store.register(status("ann"))
            own_server.freeze()
            await store.put(ticket("while", 2.0))
            assert store.away
            assert await keys(store) == ["before", "while"]
            assert await store.claim("before", "ann", node=A, now=NOW, until=NOW + 30)
            await store.settle("before", "ann", now=NOW + 5)
            own_server.thaw()
            await back(store)
            assert await other.ticket("before") is None
            assert await other.ticket("while") == ticket("while", 2.0)
            assert await presence(other, "ann") is Presence.TALKING
        await other.close()

    asyncio.run(scenario())


def test_thirty_seconds_without_a_store_lose_nothing(own_server: RedisServer) -> None:
    async def scenario() -> None:
        prefix = uuid4().hex
        other = RedisStore(own_server.url, prefix=prefix)
        async with cell(RedisStore(own_server.url, prefix=prefix)) as store:
            for name in ("ann", "bob", "cid"):
                await store.register(status(name))
            await store.put(ticket("c1", 1.0))
            assert await store.claim("c1", "ann", node=A, now=NOW, until=NOW + 30)
            own_server.kill()
            await store.put(ticket("c2", 2.0))
            await store.put(ticket("c3", 3.0))
            await store.put(ticket("c4", 4.0))
            await store.settle("c1", "ann", now=NOW + 3)
            assert await store.claim("c2", "bob", node=A, now=NOW + 4, until=NOW + 60)
            assert await store.claim("c3", "cid", node=A, now=NOW + 5, until=NOW + 60)
            await store.release("c3", "cid", NO_PICK_UP, now=NOW + 25)
            await store.set_presence("ann", PresenceChange(Presence.WRAPPING), now=NOW + 29)
            await store.note_wait("pharmacy", 3.0, now=NOW + 3)
            own_server.start()
            await back(store)
            assert await other.sizes() == {"pharmacy": 3}
            assert await keys(other) == ["c3", "c4"]
            assert await other.ticket("c3") == replace(ticket("c3", 3.0), passed=("cid",))
            assert (await found(other, "bob")).ticket == "c2"
            assert await presence(other, "ann") is Presence.WRAPPING
            assert (await found(other, "cid")).reason == "did not pick up"
            assert await other.waits("pharmacy") == ((NOW + 3, 3.0),)
        await other.close()

    asyncio.run(scenario())


def test_a_store_that_lost_its_data_hears_of_callers_and_agents(own_server: RedisServer) -> None:
    async def scenario() -> None:
        prefix = uuid4().hex
        other = RedisStore(own_server.url, prefix=prefix)
        async with cell(RedisStore(own_server.url, prefix=prefix)) as store:
            await store.put(ticket("c1", 1.0))
            await store.register(status("ann"))
            await store.set_presence("ann", PresenceChange(Presence.PAUSED, "lunch"), now=NOW + 1)
            await own_server.forget_everything()

            async def told() -> bool:
                return await other.ticket("c1") is not None and bool(await other.agents())

            await until(told)
            assert await keys(other) == ["c1"]
            assert (await found(other, "ann")).reason == "lunch"
        await other.close()

    asyncio.run(scenario())


def test_while_it_is_away_it_is_left_alone() -> None:
    async def scenario() -> None:
        common = Severed()
        async with cell(common) as store:
            await store.put(ticket("c1"))
            common.cut = True
            for _ in range(5):
                assert await keys(store) == ["c1"]
            assert common.asked == 1

    asyncio.run(scenario())


def test_nobody_seems_to_come_forward_because_the_store_went_away() -> None:
    async def scenario() -> None:
        common = Severed()
        await common.put(ticket("elsewhere", 1.0, node=B))
        async with cell(common) as store:
            await store.put(ticket("c1", 2.0))
            assert await store.ahead("c1") == 1
            common.cut = True
            await lose_it(store)
            assert await store.ahead("c1") == 1

    asyncio.run(scenario())


def test_a_call_back_put_while_the_store_was_away_gets_into_it() -> None:
    async def scenario() -> None:
        common = Severed()
        later = replace(ticket("c1", node=""), callback=True)
        async with cell(common) as store:
            common.cut = True
            await lose_it(store)
            await store.put(later)
            common.cut = False
            await back(store)
            assert await common.ticket("c1") == later

    asyncio.run(scenario())


def test_who_left_while_the_store_was_away_rings_nobody() -> None:
    async def scenario() -> None:
        common = Severed()
        async with cell(common) as store:
            await offered(store)
            common.cut = True
            await lose_it(store)
            await store.drop("c1", now=NOW + 3)
            common.cut = False
            await back(store)
            assert await common.ticket("c1") is None
            assert await presence(common, "ann") is Presence.READY

    asyncio.run(scenario())


def test_an_offer_refused_while_the_store_was_away_is_undone_there() -> None:
    async def scenario() -> None:
        common = Severed()
        async with cell(common) as store:
            await offered(store)
            common.cut = True
            await lose_it(store)
            await store.release("c1", "ann", NO_PICK_UP, now=NOW + 3)
            common.cut = False
            await back(store)
            assert await keys(common) == ["c1", "c2"]
            assert await common.ticket("c1") == replace(ticket("c1", 1.0), passed=("ann",))
            assert (await found(common, "ann")).reason == "did not pick up"

    asyncio.run(scenario())


def test_who_had_a_caller_is_remembered_even_of_an_agent_just_heard_of() -> None:
    async def scenario() -> None:
        common = Severed()
        async with cell(common) as store:
            await store.put(ticket("c1"))
            await store.agents()
            await common.register(status("new"))
            assert await store.claim("c1", "new", node=A, now=NOW, until=NOW + 30)
            common.cut = True
            await lose_it(store)
            await store.release("c1", "new", NO_PICK_UP, now=NOW + 9)
            assert await store.ticket("c1") == replace(ticket("c1"), passed=("new",))

    asyncio.run(scenario())
