"""What only a server of its own can show: strangers' data, crowds, death, freezing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from uuid import uuid4

import pytest

from ivr.errors import SettingsError, StoreUnavailable
from ivr.handoff.agents import Presence
from ivr.handoff.tickets import Priority
from ivr.store.redis_ import RedisStore
from tests.store.scenes import NOW, READY, A, B, keys, offered, presence, status, ticket
from tests.support.redis_server import RedisServer

CALLERS = 500
WORKERS = 8


@asynccontextmanager
async def line(server: RedisServer, cells: int = 1) -> AsyncIterator[list[RedisStore]]:
    """Give each of *cells* its own connections to one line."""
    prefix = uuid4().hex
    stores = [RedisStore(server.url, prefix=prefix) for _ in range(cells)]
    try:
        yield stores
    finally:
        for store in stores:
            await store.close()


async def spoil(store: RedisStore, *words: str) -> None:
    """Send the server a command of a stranger; *words* name a key after the prefix by `~`."""
    named = [word.replace("~", f"{store._prefix}:") for word in words]
    await store._client.execute_command(*named)  # type: ignore[no-untyped-call] # redis-py's own


# ---------------------------------------------------------------- many at once


def test_eight_cells_claim_each_caller_once_and_in_order(redis_server: RedisServer) -> None:
    async def work(store: RedisStore, node: str) -> list[str]:
        mine = []
        await store.register(status(node))
        while head := await store.head("pharmacy", now=NOW + 9e9, limit=WORKERS):
            for one in head:
                if await store.claim(one.key, node, node=node, now=NOW, until=NOW + 60):
                    mine.append(one.key)
                    await store.settle(one.key, node, now=NOW)
                    await store.set_presence(node, READY, now=NOW)
                    break
        return mine

    async def scenario() -> None:
        async with line(redis_server, WORKERS) as stores:
            for number in range(CALLERS):
                priority = Priority.URGENT if number % 50 == 0 else Priority.ROUTINE
                one = replace(ticket(f"c{number:03}", float(number)), priority=priority)
                await stores[number % WORKERS].put(one)
            done = await asyncio.gather(
                *(work(store, f"cell-{number}") for number, store in enumerate(stores))
            )
            assert sorted(key for keys in done for key in keys) == [
                f"c{number:03}" for number in range(CALLERS)
            ]
            assert await stores[0].sizes() == {}
            for claimed in done:
                numbers = [int(key[1:]) for key in claimed]
                urgent = [one for one in numbers if one % 50 == 0]
                routine = [one for one in numbers if one % 50]
                assert numbers[: len(urgent)] == urgent
                # Out of order by no more than those who claim at the same time.
                assert all(later > one - WORKERS for one, later in pairwise(routine))

    asyncio.run(scenario())


def test_orphans_go_to_exactly_one_of_several_takers(redis_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(redis_server, WORKERS) as stores:
            await stores[0].beat(A, now=NOW, until=NOW + 5)
            for number, store in enumerate(stores, start=1):
                await store.beat(f"cell-{number}", now=NOW, until=NOW + 99)
            for number in range(100):
                await stores[0].put(ticket(f"c{number}", float(number)))
            taken = await asyncio.gather(
                *(
                    store.orphans(node=f"cell-{number}", now=NOW + 6)
                    for number, store in enumerate(stores, start=1)
                )
            )
            every = [one.key for each in taken for one in each]
            assert len(every) == len(set(every)) == 100

    asyncio.run(scenario())


def test_an_answer_about_orphans_that_got_lost_is_given_again(redis_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [store]:
            await store.put(ticket("c1"))
            answered = store._answered
            assert len(await store.orphans(node=B, now=NOW)) == 1
            store._answered = answered
            assert [one.key for one in await store.orphans(node=B, now=NOW)] == ["c1"]
            assert await store.orphans(node=B, now=NOW) == ()

    asyncio.run(scenario())


def test_a_crowd_of_callers_is_served_in_turn(redis_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [store]:

            async def insist(number: int) -> None:
                for _ in range(20):
                    await store.put(ticket(f"c{number}", float(number)))

            await asyncio.gather(*(insist(number) for number in range(64)))
            assert await store.sizes() == {"pharmacy": 64}

    asyncio.run(scenario())


def test_who_is_cancelled_leaves_no_answer_to_the_next(redis_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [store]:
            await store.put(ticket("c1"))
            await store.register(status("ann"))
            for pause in range(100):
                asked = asyncio.create_task(store.agents())
                for _ in range(pause % 20):
                    await asyncio.sleep(0)
                asked.cancel()
                assert await store.ahead("c1") == 0
                assert await store.sizes() == {"pharmacy": 1}

    asyncio.run(scenario())


def test_lines_share_a_server_without_meeting(redis_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [ours], line(redis_server) as [theirs]:
            await ours.put(ticket("c1"))
            await ours.register(status("ann"))
            assert await theirs.sizes() == {}
            assert await theirs.agents() == ()
            assert await theirs.ticket("c1") is None

    asyncio.run(scenario())


def test_a_change_in_one_cell_wakes_the_other(redis_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(redis_server, 2) as [here, there]:
            changes = there.changes()
            async with asyncio.timeout(10):
                await anext(changes)
                await here.put(ticket("c1"))
                await anext(changes)

    asyncio.run(scenario())


# ---------------------------------------------------------------- death and freezing


def test_what_was_answered_outlives_a_killed_server(own_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(own_server) as [store]:
            await offered(store)
            changes = store.changes()
            own_server.kill()
            with pytest.raises(StoreUnavailable):
                await store.head("pharmacy", now=NOW, limit=1)
            own_server.start()
            assert await keys(store) == ["c2"]
            assert await presence(store, "ann") is Presence.OFFERED
            await store.release("c1", "ann", READY, now=NOW)
            assert await keys(store) == ["c1", "c2"]
            async with asyncio.timeout(10):
                await anext(changes)

    asyncio.run(scenario())


def test_a_frozen_server_is_given_up_and_taken_up_again(own_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(own_server) as [store]:
            await store.put(ticket("c1"))
            own_server.freeze()
            asked: list[Callable[[], Awaitable[object]]] = [
                lambda: store.put(ticket("c2")),
                lambda: store.ahead("c1"),
                store.agents,
            ]
            for ask in asked:
                with pytest.raises(StoreUnavailable, match="does not answer"):
                    async with asyncio.timeout(10):
                        await ask()
            own_server.thaw()
            assert await store.ahead("c1") == 0

    asyncio.run(scenario())


def test_no_server_at_all_is_an_error_of_the_store() -> None:
    async def scenario() -> None:
        store = RedisStore("unix:///nowhere/redis.sock")
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            await store.sizes()
        await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("url", ["", "http://example.org", "redis://host:port/x", "redis.sock"])
def test_an_address_that_is_none_of_redis_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match=r"store\.url") as error:
        RedisStore(url)
    assert "host:port/x" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["redis://h:6380/2", "rediss://u:secret@h:6380", "unix:///run/redis.sock?db=1"]
)
def test_every_form_of_address_is_taken(url: str) -> None:
    async def scenario() -> None:
        await RedisStore(url).close()

    asyncio.run(scenario())


# ---------------------------------------------------------------- strangers' data


SPOILT = {
    "no JSON": "{",
    "no object": "[]",
    "a field short": "{}",
    "nothing finite": json.dumps(
        {
            "queue": "pharmacy",
            "asked_at": float("nan"),
            "language": "en",
            "priority": "routine",
            "callback": False,
            "not_before": 0.0,
            "moved_up": 0.0,
        }
    ),
    "nested too deep": "[" * 100_000,
    "no such priority": json.dumps(
        {
            "queue": "pharmacy",
            "asked_at": 1.0,
            "language": "en",
            "priority": "first",
            "callback": False,
            "not_before": 0.0,
            "moved_up": 0.0,
        }
    ),
}


@pytest.mark.parametrize("body", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_ticket_is_thrown_out_and_holds_up_nobody(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [store]:
            await store.put(ticket("bad", 1.0))
            await store.put(ticket("good", 2.0))
            await spoil(store, "HSET", "~ticket:bad", "body", body)
            assert [one.key for one in await store.head("pharmacy", now=NOW, limit=1)] == ["good"]
            assert await store.sizes() == {"pharmacy": 1}
            assert await store.ticket("bad") is None

    asyncio.run(scenario())
    assert "ticket bad" in str(caplog.records[0].__dict__["error"])


@pytest.mark.parametrize(
    "words",
    [
        ("HSET", "~ticket:bad", "rank", "first"),
        ("HSET", "~ticket:bad", "not_before", "nan"),
        ("HSET", "~ticket:bad", "passed", "[1]"),
        ("HDEL", "~ticket:bad", "node"),
        ("SET", "~ticket:bad", "7"),
        ("DEL", "~ticket:bad"),
    ],
    ids=" ".join,
)
def test_a_spoilt_field_is_thrown_out_and_holds_up_nobody(
    redis_server: RedisServer, words: tuple[str, ...]
) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [store]:
            await store.put(ticket("bad", 1.0))
            await store.put(ticket("good", 2.0))
            await store.register(status("ann"))
            await spoil(store, *words)
            assert await keys(store) == ["good"]
            assert not await store.claim("bad", "ann", node=A, now=NOW, until=NOW + 9)
            await store.put(ticket("bad", 1.0))
            assert await keys(store) == ["bad", "good"]

    asyncio.run(scenario())


def test_a_stranger_among_the_due_blocks_nothing(redis_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [store]:
            await spoil(store, "ZADD", "~due:empty", "1", "nobody")
            assert await keys(store, "empty") == []
            await spoil(store, "ZADD", "~waits:pharmacy", "1", "soon")
            assert await store.waits("pharmacy") == ()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "words",
    [
        ("HSET", "~agent:ann", "body", "[]"),
        ("HSET", "~agent:ann", "presence", "asleep"),
        ("HSET", "~agent:ann", "since", "nan"),
        ("SET", "~agent:ann", "7"),
        ("DEL", "~agent:ann"),
    ],
    ids=" ".join,
)
def test_a_spoilt_agent_is_forgotten_and_the_others_stay(
    redis_server: RedisServer, words: tuple[str, ...]
) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [store]:
            await store.register(status("ann"))
            await store.register(status("bob"))
            await spoil(store, *words)
            assert [one.agent.name for one in await store.agents()] == ["bob"]
            await store.register(status("ann"))
            assert [one.agent.name for one in await store.agents()] == ["ann", "bob"]

    asyncio.run(scenario())


def test_a_set_of_the_wrong_kind_is_an_error_of_the_store(redis_server: RedisServer) -> None:
    async def scenario() -> None:
        async with line(redis_server) as [store]:
            await spoil(store, "SET", "~due:pharmacy", "7")
            with pytest.raises(StoreUnavailable, match="refuses what we ask"):
                await store.head("pharmacy", now=NOW, limit=1)
            assert await keys(store, "billing") == []

    asyncio.run(scenario())
