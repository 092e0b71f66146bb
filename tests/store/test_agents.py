"""Who can answer: kept by every store."""

from dataclasses import replace

import pytest

from ivr.desk import QueueStore
from ivr.errors import MisuseError
from ivr.handoff.agents import Presence, PresenceChange, Role
from tests.store.conftest import Play
from tests.store.scenes import (
    NOW,
    READY,
    B,
    found,
    in_browser,
    status,
)


def test_agents_come_back_whole_and_by_name(play: Play) -> None:
    ann = status("ann")
    zoe = replace(
        in_browser("Zoë", B),
        agent=replace(
            in_browser("Zoë", B).agent,
            queues=("pharmacy", "billing"),
            skills=frozenset({"diabetes", "wounds"}),
            languages=("es", "en"),
            role=Role.SUPERVISOR,
        ),
        presence=Presence.PAUSED,
        since=NOW - 0.25,
        reason="lunch",
        until=NOW + 1800,
    )

    async def scenario(store: QueueStore) -> None:
        await store.register(zoe)
        await store.register(ann)
        assert await store.agents() == (zoe, ann)
        await store.register(replace(ann, presence=Presence.OFFLINE))
        assert await store.agents() == (zoe, replace(ann, presence=Presence.OFFLINE))
        await store.forget("Zoë")
        await store.forget("Zoë")
        assert [one.agent.name for one in await store.agents()] == ["ann"]

    play(scenario)


def test_a_pause_has_its_reason_and_its_end(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.register(status("ann"))
        lunch = PresenceChange(Presence.PAUSED, "lunch", until=NOW + 1800)
        assert await store.set_presence("ann", lunch, now=NOW + 5)
        ann = await found(store, "ann")
        assert (ann.presence, ann.reason) == (Presence.PAUSED, "lunch")
        assert (ann.since, ann.until) == (NOW + 5, NOW + 1800)

    play(scenario)


def test_saying_ready_again_does_not_make_an_agent_less_idle(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.register(status("ann"))
        assert await store.set_presence("ann", READY, now=NOW + 99)
        assert (await found(store, "ann")).since == NOW

    play(scenario)


def test_nobody_unknown_changes(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        assert not await store.set_presence("nobody", READY, now=NOW)
        assert await store.agents() == ()

    play(scenario)


@pytest.mark.parametrize("reserved", [Presence.OFFERED, Presence.TALKING])
def test_only_a_claim_reserves_an_agent(play: Play, reserved: Presence) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.register(status("ann"))
        with pytest.raises(MisuseError):
            await store.set_presence("ann", PresenceChange(reserved), now=NOW)
        with pytest.raises(MisuseError):
            await store.release("c1", "ann", PresenceChange(reserved), now=NOW)

    play(scenario)
