"""Every kind of store, for the one contract."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from uuid import uuid4

import pytest

from ivr.desk import QueueStore
from ivr.store.memory import MemoryStore
from ivr.store.redis_ import RedisStore
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


@pytest.fixture(params=["memory", "redis"])
def play(request: pytest.FixtureRequest) -> Play:
    """Let a scenario happen in a fresh store."""
    kind: str = request.param
    make: Callable[[], QueueStore] = MemoryStore
    if kind == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        make = lambda: RedisStore(server.url, prefix=uuid4().hex)  # noqa: E731 - one of two makers

    async def in_store(scenario: Scenario) -> None:
        store = make()
        try:
            await scenario(store)
        finally:
            await store.close()

    return lambda scenario: asyncio.run(in_store(scenario))
