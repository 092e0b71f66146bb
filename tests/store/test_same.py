"""Memory and Redis do the same, step by step, whatever happens in whatever order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ivr.desk import QueueStore
from ivr.handoff.agents import Presence, PresenceChange
from ivr.store.memory import MemoryStore
from ivr.store.redis_ import RedisStore
from tests.store.scenes import NOW, in_browser, status, ticket
from tests.support.redis_server import RedisServer

KEYS = st.sampled_from(["c1", "c2", "c3", "c4"])
QUEUES = st.sampled_from(["pharmacy", "billing"])
NODES = st.sampled_from(["", "cell-a", "cell-b"])
CELLS = st.sampled_from(["cell-a", "cell-b", "cell-c"])
AGENTS = st.sampled_from(["ann", "bob"])
SECONDS = st.integers(0, 20).map(float)
CHANGES = st.builds(
    PresenceChange,
    st.sampled_from(sorted(set(Presence) - {Presence.OFFERED, Presence.TALKING})),
    until=st.just(0.0) | SECONDS.map(lambda seconds: NOW + seconds),
)
EXAMPLES = 30
Ask = Callable[[QueueStore], Awaitable[object]]


class Both(RuleBasedStateMachine):
    """Does everything to both, and compares what they answer and what is there afterwards."""

    server: RedisServer

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.memory = MemoryStore()
        self.redis = RedisStore(self.server.url, prefix=uuid4().hex)
        self.now = NOW

    def teardown(self) -> None:
        self.runner.run(self.redis.close())
        self.runner.close()

    def same(self, ask: Ask) -> None:
        async def both() -> tuple[object, object]:
            return await ask(self.memory), await ask(self.redis)

        ours, theirs = self.runner.run(both())
        assert ours == theirs

    @rule(seconds=SECONDS)
    def time_goes_on(self, seconds: float) -> None:
        self.now += seconds / 4

    @rule(key=KEYS, asked=SECONDS, queue=QUEUES, node=NODES, later=st.just(0.0) | SECONDS)
    def put(self, key: str, asked: float, queue: str, node: str, later: float) -> None:
        one = ticket(key, asked, queue=queue, node=node)
        one = replace(one, not_before=self.now + later if later else 0.0)
        self.same(lambda store: store.put(one))

    @rule(key=KEYS)
    def drop(self, key: str) -> None:
        self.same(lambda store: store.drop(key, now=self.now))

    @rule(name=AGENTS, presence=st.sampled_from(Presence), node=NODES, browser=st.booleans())
    def register(self, name: str, presence: Presence, node: str, browser: bool) -> None:  # noqa: FBT001 - drawn
        one = in_browser(name, node) if browser else status(name)
        self.same(lambda store: store.register(replace(one, presence=presence, node=node)))

    @rule(name=AGENTS)
    def ready(self, name: str) -> None:
        self.same(lambda store: store.register(status(name)))

    @rule(name=AGENTS)
    def forget(self, name: str) -> None:
        self.same(lambda store: store.forget(name))

    @rule(name=AGENTS, change=CHANGES)
    def change(self, name: str, change: PresenceChange) -> None:
        self.same(lambda store: store.set_presence(name, change, now=self.now))

    @rule(key=KEYS, name=AGENTS, node=CELLS, lasts=SECONDS)
    def claim(self, key: str, name: str, node: str, lasts: float) -> None:
        end = self.now + lasts
        self.same(lambda store: store.claim(key, name, node=node, now=self.now, until=end))

    @rule(key=KEYS, name=AGENTS, change=CHANGES)
    def release(self, key: str, name: str, change: PresenceChange) -> None:
        self.same(lambda store: store.release(key, name, change, now=self.now))

    @rule(key=KEYS, name=AGENTS)
    def settle(self, key: str, name: str) -> None:
        self.same(lambda store: store.settle(key, name, now=self.now))

    @rule(node=CELLS, lasts=SECONDS)
    def beat(self, node: str, lasts: float) -> None:
        self.same(lambda store: store.beat(node, now=self.now, until=self.now + lasts))

    @rule(node=CELLS)
    def orphans(self, node: str) -> None:
        self.same(lambda store: store.orphans(node=node, now=self.now))

    @invariant()
    def everything_stands_alike(self) -> None:
        async def seen(store: QueueStore) -> object:
            names = ("c1", "c2", "c3", "c4")
            return (
                [await store.head(one, now=self.now, limit=9) for one in ("pharmacy", "billing")],
                [(await store.ticket(key), await store.ahead(key)) for key in names],
                await store.sizes(),
                await store.agents(),
            )

        self.same(seen)


def test_memory_and_redis_do_the_same_step_by_step(redis_server: RedisServer) -> None:
    machine = type("BothHere", (Both,), {"server": redis_server})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
    )
