"""A cell goes on while the common store is away, and tells it everything afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

from ivr.desk import QueueStore
from ivr.errors import StoreUnavailable
from ivr.handoff.agents import Presence, PresenceChange
from ivr.handoff.tickets import Ticket
from ivr.store.memory import MemoryStore
from ivr.store.redis_ import RedisStore
from ivr.store.steady import SteadyStore
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
from tests.support.redis_server import RedisServer

SOON = 20.0  # seconds; generous, these machines are shared


class Severed(MemoryStore):
    """A common store that this cell reaches, or does not."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = False
        self.asked = 0

    async def head(self, queue: str, *, now: float, limit: int) -> tuple[Ticket, ...]:
        self.asked += 1
        if self.cut:
            raise StoreUnavailable("cut")
        return await super().head(queue, now=now, limit=limit)

    async def beat(self, node: str, *, now: float, until: float) -> None:
        if self.cut:
            raise StoreUnavailable("cut")
        await super().beat(node, now=now, until=until)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SOON):
        while not await condition():  # noqa: ASYNC110 - a server of its own is what is waited for
            await asyncio.sleep(0.02)


@asynccontextmanager
async def cell(common: QueueStore, node: str = A) -> AsyncIterator[SteadyStore]:
    store = SteadyStore(common, node=node, clock=lambda: NOW, probe_every=0.05)
    await store.beat(node, now=NOW, until=NOW + 20)
    try:
        yield store
    finally:
        await store.close()


async def back(store: SteadyStore) -> None:
    async def near() -> bool:
        return not store.away

    await until(near)


async def lose_it(store: SteadyStore) -> None:
    """Let the cell notice that the common store is away."""
    await store.head("pharmacy", now=NOW, limit=1)
    assert store.away


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


def test_an_agent_whom_two_cells_offered_apart_stays_with_the_one_who_talks_to_them() -> None:
    async def scenario() -> None:
        common = Severed()
        await common.beat(B, now=NOW, until=NOW + 99)
        async with cell(common) as store:
            await store.put(ticket("ours", 1.0))
            await store.register(status("ann"))
            common.cut = True
            await lose_it(store)
            await common.put(ticket("theirs", 2.0, node=B))
            assert await common.claim("theirs", "ann", node=B, now=NOW, until=NOW + 30)
            assert await store.claim("ours", "ann", node=A, now=NOW, until=NOW + 30)
            common.cut = False
            await back(store)
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
            await store.put(ticket("ours", 1.0))
            await store.register(status("ann"))
            common.cut = True
            await lose_it(store)
            await common.put(ticket("theirs", 2.0, node=B))
            assert await common.claim("theirs", "ann", node=B, now=NOW, until=NOW + 30)
            assert await store.claim("ours", "ann", node=A, now=NOW, until=NOW + 30)
            common.cut = False
            await back(store)
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
            await store.put(ticket("ours", 1.0))
            await store.put(ticket("next", 3.0))
            await store.register(status("ann"))
            common.cut = True
            await lose_it(store)
            await common.put(ticket("theirs", 2.0, node=B))
            assert await common.claim("theirs", "ann", node=B, now=NOW, until=NOW + 30)
            assert await store.claim("ours", "ann", node=A, now=NOW, until=NOW + 30)
            common.cut = False
            await back(store)
            await common.drop("theirs", now=NOW + 5)
            assert not await store.claim("next", "ann", node=A, now=NOW + 5, until=NOW + 30)

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
