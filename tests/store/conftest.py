"""Every kind of store, for the one contract."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from uuid import uuid4

import pytest

from ivr.desk import QueueStore
from ivr.store.memory import MemoryStore
from ivr.store.redis_ import RedisStore
from ivr.store.steady import SteadyStore
from tests.store.scenes import NOW
from tests.support.redis_server import RedisServer

Scenario = Callable[[QueueStore], Awaitable[None]]
Play = Callable[[Scenario], None]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Serve the whole session; whoever kills or freezes one starts their own."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Serve one test, which may do to it what it wants."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    try:
        yield server
    finally:
        server.kill()


KINDS = ("memory", "redis", "steady over redis", "steady alone")


@pytest.fixture(params=KINDS)
def play(request: pytest.FixtureRequest) -> Play:
    """Let a scenario happen in a fresh store."""
    kind: str = request.param
    server = None if kind == "memory" else request.getfixturevalue("redis_server")

    async def in_store(scenario: Scenario) -> None:
        store = _make(kind, server)
        try:
            await scenario(store)
        finally:
            await store.close()

    return lambda scenario: asyncio.run(in_store(scenario))


def _make(kind: str, server: RedisServer | None) -> QueueStore:
    if server is None:
        return MemoryStore()
    if kind == "steady alone":
        return SteadyStore(RedisStore("unix:///nowhere/redis.sock"), node="here", clock=lambda: NOW)
    store = RedisStore(server.url, prefix=uuid4().hex)
    if kind == "redis":
        return store
    return SteadyStore(store, node="here", clock=lambda: NOW)
