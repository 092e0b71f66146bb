"""Two cells with one queue on a real Redis server, which is frozen in between."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.handoff.office import Office
from ivr.store.redis_ import RedisStore
from ivr.store.steady import SteadyStore
from tests.support.redis_server import RedisServer
from tests.switchboard.desk import Manner, Visit, agent, clock, switchboard, ticket, visit

QUICK = Manner(rings=0.02, talks=0.05, patience=60)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def cell(server: RedisServer, node: str) -> SteadyStore:
    return SteadyStore(RedisStore(server.url), node=node, clock=clock, probe_every=0.2)


def test_twelve_callers_of_two_cells_reach_three_agents_also_while_redis_is_frozen(
    server: RedisServer,
) -> None:
    async def story() -> list[Visit]:
        one, other = cell(server, "cell-1"), cell(server, "cell-2")
        team = (agent("dana"), agent("kim"), agent("lee"))
        async with (
            switchboard(*team, store=one, office=Office()) as first,
            switchboard(*team, store=other, node="cell-2") as second,
        ):
            callers = [
                asyncio.create_task(visit(board, ticket(f"{name}{n}"), QUICK))
                for n in range(6)
                for name, board in (("a", first), ("b", second))
            ]
            await asyncio.sleep(0.1)
            server.freeze()
            await asyncio.sleep(1.0)
            server.thaw()
            told = await asyncio.gather(*callers)
        await one.close()
        await other.close()
        return told

    told = asyncio.run(story())
    assert [len(one.bridged) for one in told] == [1] * 12
