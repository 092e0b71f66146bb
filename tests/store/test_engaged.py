"""Those in a talk, as every store knows them: no queue has them meanwhile, all have them back."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ivr.desk import QueueStore
from ivr.handoff.agents import AgentStatus, Presence, PresenceChange
from ivr.handoff.office import Queue
from ivr.switchboard.engaged import Engaged
from ivr.switchboard.errands import Errands
from ivr.switchboard.place import FREE, Place, Surroundings
from tests.store.conftest import Play
from tests.store.scenes import NOW, OFFLINE, A, B, found, keys, presence, status, ticket

LUNCH = PresenceChange(Presence.PAUSED, "lunch", NOW + 1800)
CALL = "c1"


class Scene:
    """Ann talks to a caller of the pharmacy; Kim is there too, as *kim* says."""

    def __init__(self, store: QueueStore, *, wrap_up: float = 10.0) -> None:
        self.store = store
        around = Surroundings(
            store, lambda: NOW, None, lambda: None, lambda *_: FREE, lambda _: None
        )
        queue = Queue("pharmacy", "the pharmacy", wrap_up=wrap_up)
        self.place = Place(ticket(CALL), queue, around, Errands())
        self.engaged = Engaged(self.place, around)

    async def begin(self, *others: AgentStatus) -> None:
        ann = status("ann")
        for one in (ann, *others):
            await self.store.register(one)
        await self.store.put(self.place.ticket)
        assert await self.store.claim(CALL, "ann", node=A, now=NOW, until=NOW + 30)
        self.place.offer(ann.agent)
        self.place.settle("ann")
        await self.done()

    async def done(self) -> None:
        await self.place.errands.wait(within=5)

    async def kim(self) -> tuple[Presence, str, float]:
        kim = await found(self.store, "kim")
        return kim.presence, kim.reason, kim.until

    async def part(self, name: str) -> None:
        self.engaged.part(name)
        await self.done()


@pytest.mark.parametrize("change", [FREE, LUNCH, PresenceChange(Presence.WRAPPING, "", NOW + 20)])
def test_who_is_consulted_is_offered_nobody_meanwhile_and_afterwards_what_they_were(
    change: PresenceChange, play: Play
) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store)
        before = status("kim", change.presence)
        await scene.begin(replace(before, reason=change.reason, until=change.until))
        assert await scene.engaged.ring(await found(store, "kim"))
        assert (await found(store, "kim")).presence is Presence.TALKING
        assert await keys(store, "") == []
        await store.put(ticket("c2"))
        assert not await store.claim("c2", "kim", node=A, now=NOW + 9, until=NOW + 30)
        await scene.part("kim")
        assert await scene.kim() == (change.presence, change.reason, change.until)

    play(scenario)


@pytest.mark.parametrize(
    ("wrap_up", "after"),
    [(10.0, (Presence.WRAPPING, "", NOW + 10.0)), (0.0, (Presence.READY, "", 0.0))],
)
def test_who_served_the_caller_in_the_end_wraps_up(
    wrap_up: float, after: tuple[Presence, str, float], play: Play
) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store, wrap_up=wrap_up)
        await scene.begin(status("kim"))
        await scene.engaged.ring(await found(store, "kim"))
        await scene.part("ann")
        ann = await found(store, "ann")
        assert (ann.presence, ann.reason, ann.until) == after
        scene.engaged.serve("kim")
        await scene.done()
        assert await presence(store, "kim") is Presence.TALKING
        await scene.part("kim")
        assert await scene.kim() == after

    play(scenario)


def test_who_served_the_caller_in_a_pause_is_in_it_again(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store)
        await scene.begin(status("kim"))
        await store.set_presence("kim", LUNCH, now=NOW)
        await scene.engaged.ring(await found(store, "kim"))
        scene.engaged.serve("kim")
        await scene.part("kim")
        assert await scene.kim() == (Presence.PAUSED, "lunch", NOW + 1800)

    play(scenario)


def test_a_supervisor_is_offered_nobody_while_they_attend(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store)
        await scene.begin(status("kim"))
        scene.engaged.join("kim")
        await scene.done()
        assert await presence(store, "kim") is Presence.TALKING
        scene.engaged.serve("kim")
        await scene.part("kim")
        assert await presence(store, "kim") is Presence.WRAPPING

    play(scenario)


def test_who_is_offered_another_caller_at_that_moment_is_not_engaged(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store)
        await scene.begin(status("kim"))
        kim = await found(store, "kim")
        await store.put(ticket("c2"))
        assert await store.claim("c2", "kim", node=A, now=NOW, until=NOW + 30)
        assert not await scene.engaged.ring(kim)
        assert await keys(store, "") == []
        await scene.part("kim")
        kim = await found(store, "kim")
        assert (kim.presence, kim.ticket) == (Presence.OFFERED, "c2")

    play(scenario)


@pytest.mark.parametrize("change", [OFFLINE, LUNCH])
def test_who_goes_away_in_the_talk_stays_away(change: PresenceChange, play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store)
        await scene.begin(status("kim"))
        await scene.engaged.ring(await found(store, "kim"))
        await store.set_presence("kim", change, now=NOW)
        await scene.part("kim")
        assert await scene.kim() == (change.presence, change.reason, change.until)

    play(scenario)


def test_who_asks_for_a_pause_while_consulted_has_it_after_serving_the_caller(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store)
        await scene.begin(status("kim"))
        await scene.engaged.ring(await found(store, "kim"))
        await store.set_presence("kim", LUNCH, now=NOW)
        scene.engaged.serve("kim")
        await scene.part("kim")
        assert await scene.kim() == (Presence.PAUSED, "lunch", NOW + 1800)

    play(scenario)


def test_who_was_transferred_away_and_talks_to_the_next_caller_is_left_alone(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store, wrap_up=0.0)
        await scene.begin()
        await scene.part("ann")
        await store.put(ticket("c2"))
        assert await store.claim("c2", "ann", node=A, now=NOW, until=NOW + 30)
        await store.settle("c2", "ann", now=NOW)
        scene.place.wrap_up("ann")
        await scene.part("ann")
        ann = await found(store, "ann")
        assert (ann.presence, ann.ticket) == (Presence.TALKING, "c2")

    play(scenario)


@pytest.mark.parametrize("prepare", [lambda kim: kim, lambda kim: replace(kim, reason="lunch")])
def test_a_cell_that_dies_frees_whom_it_engaged(
    prepare: Callable[[AgentStatus], AgentStatus], play: Play
) -> None:
    async def scenario(store: QueueStore) -> None:
        scene = Scene(store)
        kim = prepare(status("kim"))
        await scene.begin(replace(kim, presence=Presence.PAUSED) if kim.reason else kim)
        await scene.engaged.ring(await found(store, "kim"))
        await store.beat(A, now=NOW, until=NOW + 5)
        await store.beat(B, now=NOW + 9, until=NOW + 30)
        await store.orphans(node=B, now=NOW + 9)
        assert await presence(store, "kim") is Presence.READY

    play(scenario)
