"""What `QueueStore` promises, kept by every store."""

import asyncio
from dataclasses import replace

import pytest

from ivr.desk import QueueStore
from ivr.errors import MisuseError
from ivr.handoff.agents import Presence, PresenceChange, Role
from ivr.handoff.tickets import Priority, Ticket
from tests.store.conftest import Play
from tests.store.scenes import (
    NO_PICK_UP,
    NOW,
    OFFLINE,
    READY,
    A,
    B,
    found,
    in_browser,
    keys,
    offered,
    presence,
    status,
    ticket,
)

# ---------------------------------------------------------------- waiting


def test_a_ticket_comes_back_whole(play: Play) -> None:
    full = Ticket(
        "c1",
        "línea española",
        NOW + 0.123456,
        language="es",
        priority=Priority.NURSE,
        node=A,
        callback=True,
        not_before=NOW + 90.25,
        moved_up=12.5,
        passed=("ann", "Dr. Zoë"),
    )

    async def scenario(store: QueueStore) -> None:
        await store.put(full)
        assert await store.ticket("c1") == full
        assert await store.ticket("c2") is None

    play(scenario)


def test_who_asked_first_is_next(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        for key, asked in (("late", 3.0), ("first", 1.0), ("middle", 2.0)):
            await store.put(ticket(key, asked))
        assert await keys(store) == ["first", "middle", "late"]
        assert [one.key for one in await store.head("pharmacy", now=NOW, limit=2)] == [
            "first",
            "middle",
        ]
        assert [await store.ahead(key) for key in ("first", "middle", "late")] == [0, 1, 2]

    play(scenario)


def test_a_head_start_comes_first_but_starves_nobody(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(ticket("routine", 0.0))
        await store.put(ticket("patient", -400.0))
        await store.put(replace(ticket("nurse", 10.0), priority=Priority.NURSE))
        await store.put(replace(ticket("urgent", 20.0), priority=Priority.URGENT))
        await store.put(replace(ticket("helped", 30.0), moved_up=1e6))
        assert await keys(store) == ["helped", "urgent", "patient", "nurse", "routine"]

    play(scenario)


def test_two_of_one_moment_stand_in_the_order_of_their_keys(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        for key in ("b", "a", "c"):
            await store.put(ticket(key))
        assert await keys(store) == ["a", "b", "c"]
        assert [await store.ahead(key) for key in ("a", "b", "c")] == [0, 1, 2]

    play(scenario)


def test_putting_again_changes_the_ticket_and_makes_no_second_one(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(ticket("c1", 1.0))
        await store.put(ticket("c2", 2.0))
        await store.put(replace(ticket("c2", 2.0), moved_up=60.0))
        await store.put(replace(ticket("c2", 2.0), moved_up=60.0))
        assert await keys(store) == ["c2", "c1"]
        assert await store.sizes() == {"pharmacy": 2}

    play(scenario)


def test_a_ticket_moves_to_another_queue_whole(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(ticket("c1", 1.0))
        await store.put(ticket("c1", 1.0, queue="billing"))
        assert await keys(store) == []
        assert await keys(store, "billing") == ["c1"]
        assert await store.sizes() == {"billing": 1}

    play(scenario)


def test_a_call_back_that_is_not_due_keeps_its_place_and_blocks_nobody(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(replace(ticket("later", 1.0, node=""), callback=True, not_before=NOW + 60))
        await store.put(ticket("here", 2.0))
        await store.register(status("ann"))
        assert await keys(store) == ["here"]
        assert await store.ahead("here") == 1
        assert not await store.claim("later", "ann", node=A, now=NOW + 59, until=NOW + 99)
        assert await keys(store, now=NOW + 60) == ["later", "here"]
        assert await store.claim("later", "ann", node=A, now=NOW + 60, until=NOW + 99)

    play(scenario)


def test_a_due_call_back_can_be_put_off_again(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(replace(ticket("c1"), not_before=NOW + 1))
        assert await keys(store, now=NOW + 1) == ["c1"]
        await store.put(replace(ticket("c1"), not_before=NOW + 9))
        assert await keys(store, now=NOW + 2) == []
        assert await keys(store, now=NOW + 9) == ["c1"]

    play(scenario)


def test_who_is_dropped_waits_no_more(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(ticket("c1", 1.0))
        await store.put(ticket("c2", 2.0))
        for _ in range(2):
            await store.drop("c1", now=NOW)
        assert await keys(store) == ["c2"]
        assert await store.ticket("c1") is None
        assert await store.ahead("c1") is None
        assert await store.ahead("c2") == 0
        assert await store.sizes() == {"pharmacy": 1}

    play(scenario)


def test_queues_do_not_mix(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(ticket("c1", 1.0))
        await store.put(ticket("c2", 2.0, queue="billing"))
        assert await store.ahead("c2") == 0
        assert await keys(store, "billing") == ["c2"]
        assert await keys(store, "nobody here") == []
        assert await store.sizes() == {"billing": 1, "pharmacy": 1}

    play(scenario)


# ---------------------------------------------------------------- agents


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


# ---------------------------------------------------------------- offers


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


# ---------------------------------------------------------------- cells


def test_what_a_dead_cell_left_goes_to_one_taker_only(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 10)
        await store.beat(B, now=NOW, until=NOW + 99)
        await offered(store)
        await store.put(ticket("b1", 3.0, node=B))
        assert await store.orphans(node=B, now=NOW + 9) == ()
        taken = await store.orphans(node=B, now=NOW + 10)
        assert taken == (ticket("c1", 1.0, node=B), ticket("c2", 2.0, node=B))
        assert await store.orphans(node="cell-c", now=NOW + 10) == ()
        assert await store.orphans(node=B, now=NOW + 11) == ()
        assert await keys(store) == ["c1", "c2", "b1"]
        assert await presence(store, "ann") is Presence.READY

    play(scenario)


def test_a_talk_through_a_dead_cell_is_over(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 10)
        await offered(store)
        await store.settle("c1", "ann", now=NOW + 5)
        await store.orphans(node=B, now=NOW + 9)
        assert await presence(store, "ann") is Presence.TALKING
        await store.orphans(node=B, now=NOW + 10)
        assert await presence(store, "ann") is Presence.READY

    play(scenario)


def test_a_browser_goes_offline_with_its_cell(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 10)
        await store.beat(B, now=NOW, until=NOW + 99)
        await store.register(in_browser("ann", A))
        await store.register(in_browser("bob", B))
        await store.orphans(node="cell-c", now=NOW + 10)
        assert await presence(store, "ann") is Presence.OFFLINE
        assert await presence(store, "bob") is Presence.READY

    play(scenario)


def test_a_reservation_whose_time_is_over_is_undone(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 99)
        await offered(store, until=5.0)
        assert await store.orphans(node=A, now=NOW + 4) == ()
        assert await store.orphans(node=A, now=NOW + 5) == (ticket("c1", 1.0),)
        assert await keys(store) == ["c1", "c2"]
        assert await presence(store, "ann") is Presence.READY

    play(scenario)


def test_a_caller_stays_with_the_living_cell_that_has_them_on_the_line(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.beat(A, now=NOW, until=NOW + 99)
        await offered(store, until=5.0, node=B)
        assert await store.orphans(node="cell-c", now=NOW + 5) == ()
        assert await store.ticket("c1") == ticket("c1", 1.0)
        assert await keys(store) == ["c1", "c2"]
        assert await presence(store, "ann") is Presence.READY

    play(scenario)


def test_a_call_back_that_nobody_has_on_the_line_waits_for_anybody(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await store.put(replace(ticket("c1", node=""), callback=True))
        await store.register(status("ann"))
        assert await store.orphans(node=B, now=NOW + 9) == ()
        assert await store.claim("c1", "ann", node=A, now=NOW, until=NOW + 30)
        assert [one.node for one in await store.orphans(node=B, now=NOW + 9)] == [B]

    play(scenario)


def test_a_cell_that_asks_is_alive_and_keeps_its_callers(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        await offered(store)
        assert await store.orphans(node=A, now=NOW + 9) == ()
        assert await presence(store, "ann") is Presence.OFFERED

    play(scenario)


# ---------------------------------------------------------------- the rest


def test_the_last_fifty_waits_are_remembered(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        for number in range(60):
            for _ in range(2):
                await store.note_wait("pharmacy", 10.5 + number, now=NOW + number)
        waits = await store.waits("pharmacy")
        assert len(waits) == 50
        assert waits[0] == (NOW + 10, 20.5)
        assert waits[-1] == (NOW + 59, 69.5)
        assert await store.waits("billing") == ()

    play(scenario)


def test_whoever_listens_hears_of_a_change(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        changes = store.changes()
        await store.put(ticket("c1"))
        async with asyncio.timeout(10):
            await anext(changes)
            heard = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0.1)
            await store.register(status("ann"))
            await heard

    play(scenario)


def test_listening_ends_when_the_store_closes(play: Play) -> None:
    async def scenario(store: QueueStore) -> None:
        changes = store.changes()
        await store.close()
        async with asyncio.timeout(10):
            assert [None async for _ in changes] in ([], [None])

    play(scenario)
