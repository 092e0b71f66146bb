"""Giving a caller to an agent, and what becomes of it: kept by every store."""

from dataclasses import replace

import pytest

from ivr.desk import QueueStore
from ivr.handoff.agents import Presence, PresenceChange
from tests.store.conftest import Play
from tests.store.scenes import (
    NO_PICK_UP,
    NOW,
    OFFLINE,
    READY,
    A,
    B,
    found,
    keys,
    offered,
    presence,
    status,
    ticket,
)


def test_a_claimed_ticket_is_offered_to_nobody_else_and_holds_up_nobody(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        await store.register(status("bob"))
        assert await keys(store) == ["c2"]
        assert await store.ahead("c2") == 0
        assert await store.ahead("c1") == 0
        assert await store.ticket("c1") == ticket("c1", 1.0)
        assert await store.sizes() == {"pharmacy": 2}
        assert not await store.claim("c1", "bob", node=B, now=NOW, until=NOW + 30)
        assert await presence(store, "bob") is Presence.READY

    play(scenario)


def test_a_claim_reserves_the_agent(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        ann = await found(store, "ann")
        assert (ann.presence, ann.ticket, ann.node) == (Presence.OFFERED, "c1", A)
        assert (ann.since, ann.until) == (NOW, NOW + 30)
        assert not await store.claim("c2", "ann", node=A, now=NOW, until=NOW + 30)
        assert await keys(store) == ["c2"]

    play(scenario)


@pytest.mark.parametrize("busy", [Presence.OFFLINE, Presence.PAUSED, Presence.WRAPPING])
def test_who_is_not_ready_is_not_reserved(play: Play, busy: Presence) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(ticket("c1"))
        await store.register(status("ann", busy))
        assert not await store.claim("c1", "ann", node=A, now=NOW, until=NOW + 30)
        assert not await store.claim("c1", "nobody", node=A, now=NOW, until=NOW + 30)
        assert not await store.claim("c2", "ann", node=A, now=NOW, until=NOW + 30)
        assert await presence(store, "ann") is busy

    play(scenario)


def test_a_pause_that_is_over_counts_as_ready(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(ticket("c1"))
        await store.register(replace(status("ann", Presence.WRAPPING), until=NOW + 10))
        assert not await store.claim("c1", "ann", node=A, now=NOW + 9, until=NOW + 30)
        assert await store.claim("c1", "ann", node=A, now=NOW + 10, until=NOW + 30)

    play(scenario)


def test_the_same_cell_may_claim_again_and_renews_its_claim(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        assert await store.claim("c1", "ann", node=A, now=NOW + 9, until=NOW + 60)
        assert not await store.claim("c1", "ann", node=B, now=NOW + 9, until=NOW + 60)
        ann = await found(store, "ann")
        assert (ann.since, ann.until) == (NOW, NOW + 60)
        await store.beat(A, now=NOW, until=NOW + 99)
        assert await store.orphans(node=A, now=NOW + 31) == ()

    play(scenario)


def test_a_released_ticket_waits_at_its_old_place_and_remembers_who_had_it(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        for _ in range(2):
            await store.release("c1", "ann", NO_PICK_UP, now=NOW + 20)
        assert await keys(store) == ["c1", "c2"]
        assert await store.ticket("c1") == replace(ticket("c1", 1.0), passed=("ann",))
        ann = await found(store, "ann")
        assert (ann.presence, ann.reason) == (Presence.PAUSED, "did not pick up")
        assert (ann.ticket, ann.since, ann.until) == ("", NOW + 20, NOW + 60)

    play(scenario)


def test_a_claim_is_released_by_its_own_agent_only(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        await store.register(status("bob"))
        await store.release("c1", "bob", OFFLINE, now=NOW)
        await store.release("c2", "ann", OFFLINE, now=NOW)
        assert await keys(store) == ["c2"]
        assert await presence(store, "ann") is Presence.OFFERED
        assert await presence(store, "bob") is Presence.READY

    play(scenario)


def test_a_claim_stays_when_the_ticket_changes(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        await store.put(replace(ticket("c1", 1.0), moved_up=9.0))
        await store.put(ticket("c1", 1.0, queue="billing"))
        assert await keys(store, "billing") == []
        assert await store.sizes() == {"billing": 1, "pharmacy": 1}
        await store.release("c1", "ann", READY, now=NOW)
        assert await keys(store, "billing") == ["c1"]

    play(scenario)


def test_an_agent_who_pauses_while_it_rings_stays_paused(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        assert await store.set_presence("ann", PresenceChange(Presence.PAUSED), now=NOW + 1)
        await store.release("c1", "ann", READY, now=NOW + 2)
        assert await presence(store, "ann") is Presence.PAUSED
        assert await keys(store) == ["c1", "c2"]

    play(scenario)


def test_an_agent_who_says_ready_while_it_rings_is_not_offered_a_second_caller(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        assert await store.set_presence("ann", READY, now=NOW + 1)
        assert await presence(store, "ann") is Presence.OFFERED
        assert not await store.claim("c2", "ann", node=A, now=NOW + 1, until=NOW + 30)

    play(scenario)


def test_an_agent_who_pauses_and_comes_back_while_it_rings_is_offered_nobody_else(
    play: Play,
) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        assert await store.set_presence("ann", PresenceChange(Presence.PAUSED), now=NOW + 1)
        assert await store.set_presence("ann", READY, now=NOW + 2)
        ann = await found(store, "ann")
        assert (ann.presence, ann.ticket, ann.until) == (Presence.OFFERED, "c1", NOW + 30)
        await store.register(status("ann"))
        assert not await store.claim("c2", "ann", node=A, now=NOW + 2, until=NOW + 60)
        await store.drop("c1", now=NOW + 3)
        assert await store.claim("c2", "ann", node=A, now=NOW + 3, until=NOW + 60)

    play(scenario)


def test_when_the_caller_leaves_the_agent_is_ready_again(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        await store.drop("c1", now=NOW + 3)
        ann = await found(store, "ann")
        assert (ann.presence, ann.since, ann.ticket) == (Presence.READY, NOW + 3, "")
        assert await store.sizes() == {"pharmacy": 1}

    play(scenario)


def test_who_talks_has_left_the_queue(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        for later in (5.0, 6.0):
            await store.settle("c1", "ann", now=NOW + later)
        assert await store.ticket("c1") is None
        assert await store.sizes() == {"pharmacy": 1}
        ann = await found(store, "ann")
        assert (ann.presence, ann.ticket, ann.node) == (Presence.TALKING, "c1", A)
        assert (ann.since, ann.until) == (NOW + 5, 0.0)
        await store.drop("c1", now=NOW + 7)
        assert await presence(store, "ann") is Presence.TALKING

    play(scenario)


def test_an_agent_wraps_up_after_a_talk(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        await store.settle("c1", "ann", now=NOW + 5)
        notes = PresenceChange(Presence.WRAPPING, until=NOW + 95)
        assert await store.set_presence("ann", notes, now=NOW + 65)
        ann = await found(store, "ann")
        assert (ann.presence, ann.ticket, ann.until) == (Presence.WRAPPING, "", NOW + 95)

    play(scenario)


def test_whoever_talks_to_the_caller_frees_the_one_who_was_reserved(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        await store.register(status("bob"))
        await store.settle("c1", "bob", now=NOW + 5)
        assert (await found(store, "bob")).node == A
        assert await presence(store, "bob") is Presence.TALKING
        assert await presence(store, "ann") is Presence.READY
        assert await store.ticket("c1") is None

    play(scenario)


def test_a_forgotten_agent_does_not_keep_the_caller(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        await store.forget("ann")
        await store.release("c1", "ann", READY, now=NOW)
        assert await keys(store) == ["c1", "c2"]
        assert await store.agents() == ()

    play(scenario)
