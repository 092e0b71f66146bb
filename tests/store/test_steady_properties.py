"""However often the store goes away, it ends up knowing what a store that never left knows."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from ivr.desk import QueueStore
from ivr.handoff.agents import Presence, PresenceChange
from ivr.store.steady import SteadyStore
from tests.store.scenes import NOW, A, status, ticket
from tests.store.severed import Severed
from tests.support.virtual_loop import VirtualLoop

KEYS = st.sampled_from(["c1", "c2", "c3"])
AGENTS = st.sampled_from(["ann", "bob"])
CHANGES = st.builds(
    PresenceChange, st.sampled_from([Presence.READY, Presence.PAUSED, Presence.WRAPPING])
)
PAUSED = PresenceChange(Presence.PAUSED)
LONG = 60.0  # seconds of virtual time in which every cell and its store agree


class OneCell(RuleBasedStateMachine):
    """Does everything to a cell whose store comes and goes, and to a store that never left."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.plain, self.common = Severed(), Severed()
        self.steady = SteadyStore(self.common, node=A, clock=lambda: self.now)
        self.now = NOW
        self.both(lambda store: store.beat(A, now=NOW, until=NOW + 1e6))
        self.both(lambda store: store.register(status("ann")))
        self.both(lambda store: store.register(status("bob")))

    def both(self, ask: Callable[[QueueStore], Awaitable[object]]) -> None:
        async def ask_both() -> None:
            self.now += 1.0
            ours, plain = await ask(self.steady), await ask(self.plain)
            assert ours == plain

        self.runner.run(ask_both())

    @rule()
    def goes_away(self) -> None:
        self.common.cut = True
        self.runner.run(self.steady.head("pharmacy", now=self.now, limit=1))

    @rule()
    def comes_back(self) -> None:
        self.common.cut = False

    @rule(seconds=st.sampled_from([0.3, 2.0, 10.0]))
    def time_passes(self, seconds: float) -> None:
        self.runner.run(asyncio.sleep(seconds))

    @rule(key=KEYS, asked=st.integers(0, 9), queue=st.sampled_from(["pharmacy", "billing"]))
    def put(self, key: str, asked: int, queue: str) -> None:
        one = ticket(key, float(asked), queue=queue)
        self.both(lambda store: store.put(one))

    @rule(key=KEYS)
    def drop(self, key: str) -> None:
        self.both(lambda store: store.drop(key, now=self.now))

    @rule(name=AGENTS, change=CHANGES)
    def change(self, name: str, change: PresenceChange) -> None:
        self.both(lambda store: store.set_presence(name, change, now=self.now))

    @rule(key=KEYS, name=AGENTS)
    def claim(self, key: str, name: str) -> None:
        end = self.now + 1e6
        self.both(lambda store: store.claim(key, name, node=A, now=self.now, until=end))

    @rule(key=KEYS, name=AGENTS, change=CHANGES)
    def release(self, key: str, name: str, change: PresenceChange) -> None:
        self.both(lambda store: store.release(key, name, change, now=self.now))

    @rule(key=KEYS, name=AGENTS)
    def settle(self, key: str, name: str) -> None:
        if self.runner.run(self.plain.ticket(key)) is not None:
            self.both(lambda store: store.settle(key, name, now=self.now))

    def teardown(self) -> None:
        self.common.cut = False
        self.time_passes(LONG)
        # An agent who paused while it rang here cannot be reserved anew: that offer stays this
        # cell's own until it is over.
        for key in ("c1", "c2", "c3"):
            self.release(key, "ann", PAUSED)
            self.release(key, "bob", PAUSED)

        async def end() -> None:
            await asyncio.sleep(LONG)
            try:
                for store in (self.common, self.steady):
                    assert await seen(store) == await seen(self.plain)
            finally:
                await self.steady.close()

        self.runner.run(end())
        self.runner.close()


async def seen(store: QueueStore) -> object:
    return (
        [await store.ticket(key) for key in ("c1", "c2", "c3")],
        [await store.head(one, now=NOW, limit=9) for one in ("pharmacy", "billing")],
        await store.sizes(),
        [replace(one, since=0.0, node="") for one in await store.agents()],
    )


TestOneCell = OneCell.TestCase
TestOneCell.settings = settings(max_examples=60, stateful_step_count=30)
