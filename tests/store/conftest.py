"""Every kind of store, for the one contract."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ivr.desk import QueueStore
from ivr.store.memory import MemoryStore

Scenario = Callable[[QueueStore], Awaitable[None]]
Play = Callable[[Scenario], None]


@pytest.fixture(params=["memory"])
def play() -> Play:
    """Let a scenario happen in a fresh store."""

    async def in_store(scenario: Scenario) -> None:
        store = MemoryStore()
        try:
            await scenario(store)
        finally:
            await store.close()

    return lambda scenario: asyncio.run(in_store(scenario))
