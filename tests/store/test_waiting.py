"""Who waits, and in which order: kept by every store."""

from dataclasses import replace

from ivr.desk import QueueStore
from ivr.handoff.tickets import Priority, Ticket
from tests.store.conftest import Play
from tests.store.scenes import (
    NOW,
    A,
    keys,
    status,
    ticket,
)


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
