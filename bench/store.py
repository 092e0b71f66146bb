"""`python -m bench.store`: what the queue costs, in memory and on Redis, few and many waiting."""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.figures import keep
from ivr.desk import QueueStore
from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.tickets import Ticket
from ivr.store.memory import MemoryStore
from ivr.store.redis_ import RedisStore
from ivr.store.steady import SteadyStore
from tests.support.redis_server import RedisServer

NOW = 1_790_000_000.0
NODE, QUEUE, AGENT = "cell", "pharmacy", "ann"
ROUNDS = 5
FILLERS = 16  # tasks that fill a queue at once
READY = PresenceChange(Presence.READY)


@dataclass(frozen=True, slots=True)
class Figure:
    """What one operation costs."""

    store: str
    waiting: int
    what: str
    per_second: float
    """One after the other, the median of the rounds."""
    milliseconds: float


Step = Callable[[QueueStore, int], Awaitable[object]]


def _ticket(number: int) -> Ticket:
    return Ticket(f"c{number:06}", QUEUE, NOW + number, node=NODE)


async def _put(store: QueueStore, number: int) -> None:
    await store.put(_ticket(number))


async def _head(store: QueueStore, number: int) -> None:
    del number
    await store.head(QUEUE, now=NOW, limit=1)


async def _ahead(store: QueueStore, number: int) -> None:
    await store.ahead(f"c{number:06}")


async def _offer(store: QueueStore, number: int) -> None:
    """Take the next caller from the queue to the end of their talk."""
    (first,) = await store.head(QUEUE, now=NOW, limit=1)
    if not await store.claim(first.key, AGENT, node=NODE, now=NOW, until=NOW + 30):
        raise RuntimeError(f"the claim of caller {number} failed")
    await store.settle(first.key, AGENT, now=NOW)
    await store.set_presence(AGENT, READY, now=NOW)
    await store.put(first)  # as many wait as before


STEPS: tuple[tuple[str, Step], ...] = (
    ("put", _put),
    ("head", _head),
    ("ahead", _ahead),
    ("whole handover: head, claim, settle, ready, put", _offer),
)


def main() -> None:
    """Measure every store with few and with many waiting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300, help="of each of five rounds")
    steps: int = parser.parse_args().steps
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            _report(asyncio.run(_measure(server, steps)))
        finally:
            server.kill()


async def _measure(server: RedisServer, steps: int) -> list[Figure]:
    figures = []
    for waiting in (100, 100_000):
        for name in ("memory", "redis", "steady over redis"):
            async with _store(name, server, f"bench-{name}-{waiting}") as store:
                await _fill(store, waiting)
                figures += [
                    await _time(store, what, step, (name, waiting, steps)) for what, step in STEPS
                ]
    return figures


@asynccontextmanager
async def _store(name: str, server: RedisServer, prefix: str) -> AsyncIterator[QueueStore]:
    store: QueueStore = MemoryStore()
    if name != "memory":
        store = RedisStore(server.url, prefix=prefix)
    if name.startswith("steady"):
        # What waits already is other cells'; this one has only what it puts itself.
        await _fill(store, int(prefix.rpartition("-")[2]))
        store = SteadyStore(store, node=NODE, clock=lambda: NOW)
    try:
        yield store
    finally:
        await store.close()


async def _fill(store: QueueStore, waiting: int) -> None:
    if isinstance(store, SteadyStore):
        return
    await store.register(AgentStatus(Agent(AGENT, "sip:ann@192.0.2.7"), Presence.READY, NOW))
    numbers = iter(range(waiting))

    async def fill() -> None:
        for number in numbers:
            await store.put(_ticket(number))

    async with asyncio.TaskGroup() as group:
        for _ in range(FILLERS):
            group.create_task(fill())


async def _time(store: QueueStore, what: str, step: Step, of: tuple[str, int, int]) -> Figure:
    name, waiting, steps = of
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for number in range(steps):
            await step(store, number * 7919 % waiting)
        rates.append(steps / (time.perf_counter() - started))
    rate = statistics.median(rates)
    return Figure(name, waiting, what, rate, 1000 / rate)


def _report(figures: list[Figure]) -> None:
    print(f"{'store':18} {'waiting':>8} {'what':48} {'a second':>10} {'ms':>8}")
    for one in figures:
        start = f"{one.store:18} {one.waiting:8} {one.what:48}"
        print(f"{start} {one.per_second:10.0f} {one.milliseconds:8.3f}")
    keep("store", {"figures": [asdict(figure) for figure in figures]})


if __name__ == "__main__":
    main()
