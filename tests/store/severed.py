"""A common store that can be cut off, and a cell in front of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ivr.desk import QueueStore
from ivr.errors import StoreUnavailable
from ivr.handoff.tickets import Ticket
from ivr.store.memory import MemoryStore
from ivr.store.steady import SteadyStore
from tests.store.scenes import NOW, A, B, status, ticket

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


async def offer_apart(common: Severed, store: SteadyStore) -> None:
    """Let two cells offer the same agent while they are apart, and find together again."""
    await store.put(ticket("ours", 1.0))
    await store.register(status("ann"))
    common.cut = True
    await lose_it(store)
    await common.put(ticket("theirs", 2.0, node=B))
    assert await common.claim("theirs", "ann", node=B, now=NOW, until=NOW + 30)
    assert await store.claim("ours", "ann", node=A, now=NOW, until=NOW + 30)
    common.cut = False
    await back(store)
