"""What operators see of the queue, and what they may do to it."""

import asyncio
from typing import Any

from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.office import Office, Queue
from ivr.handoff.tickets import Priority, Ticket
from ivr.store.memory import MemoryStore
from ivr.switchboard.front import Front
from tests.switchboard.desk import agent

NOW = 10_000.0
OFFICE = Office({"pharmacy": Queue("pharmacy", "the pharmacy", target=60)})


async def opened() -> tuple[MemoryStore, Front]:
    store = MemoryStore()
    await store.register(AgentStatus(agent("dana", "pharmacy"), Presence.READY, NOW - 30))
    await store.register(AgentStatus(agent("kim"), Presence.PAUSED, NOW - 5, reason="lunch"))
    await store.put(Ticket("c1", "pharmacy", NOW - 90))
    await store.put(Ticket("c2", "pharmacy", NOW - 50, priority=Priority.NURSE))
    await store.put(Ticket("c3", "billing", NOW - 20))
    front = Front(
        store,
        lambda: OFFICE,
        clock=lambda: NOW,
        why=lambda call: "asked" if call == "c1" else "",
        forget=lambda call: call == "c3",
    )
    return store, front


def test_who_waits_is_told_in_order_with_how_long_and_why() -> None:
    async def story() -> Any:  # noqa: ANN401 - JSON
        _, front = await opened()
        return await front.queue()

    callers = asyncio.run(story())["callers"]
    told = [(c["call"], c["waited"], c["why"], c["priority"]) for c in callers]
    assert told == [
        ("c2", 50, "", "nurse"),
        ("c1", 90, "asked", "routine"),
        ("c3", 20, "", "routine"),
    ]


def test_each_queue_tells_its_longest_wait_its_service_level_and_who_is_ready() -> None:
    async def story() -> Any:  # noqa: ANN401 - JSON
        store, front = await opened()
        for waited in (10.0, 20.0, 30.0, 200.0):
            await store.note_wait("pharmacy", waited, now=NOW - waited)
        return await front.queue()

    queues = {row["queue"]: row for row in asyncio.run(story())["queues"]}
    assert queues["pharmacy"] == {
        "queue": "pharmacy",
        "waiting": 2,
        "longest": 90,
        "target": 60,
        "in_time": 0.75,
        "working": 1,
        "ready": 1,
    }
    assert (queues["billing"]["waiting"], queues["billing"]["in_time"]) == (1, None)


def test_who_comes_back_by_themselves_before_a_caller_gives_up_works() -> None:
    async def story() -> Any:  # noqa: ANN401 - JSON
        store, front = await opened()
        busy = PresenceChange(Presence.PAUSED, "busy", NOW + 10)
        await store.set_presence("dana", busy, now=NOW)
        return await front.queue()

    queues = {row["queue"]: row for row in asyncio.run(story())["queues"]}
    assert (queues["pharmacy"]["working"], queues["pharmacy"]["ready"]) == (1, 0)


def test_a_caller_to_whom_somebody_is_offered_still_waits() -> None:
    async def story() -> Any:  # noqa: ANN401 - JSON
        store, front = await opened()
        await store.claim("c1", "dana", node="cell-1", now=NOW, until=NOW + 60)
        return await front.queue()

    callers = asyncio.run(story())["callers"]
    assert {c["call"]: c["offered_to"] for c in callers} == {"c1": "dana", "c2": "", "c3": ""}


def test_who_is_moved_up_is_next_of_all_and_a_second_time_changes_nothing() -> None:
    async def story() -> tuple[Any, Any, Any]:
        _, front = await opened()
        first, second = await front.move_up("c3"), await front.move_up("c3")
        return first, second, await front.queue()

    first, second, seen = asyncio.run(story())
    assert (first["moved_up"], second["moved_up"]) == (True, False)
    assert seen["callers"][0]["call"] == "c3"
    assert seen["callers"][0]["moved_up"]


def test_who_is_moved_up_comes_before_those_who_are_being_offered_somebody() -> None:
    async def story() -> tuple[Any, Any]:
        store, front = await opened()
        await store.claim("c2", "dana", node="cell-1", now=NOW, until=NOW + 60)
        moved = await front.move_up("c1")
        await store.release("c2", "dana", PresenceChange(Presence.READY), now=NOW)
        return moved, await front.queue()

    moved, seen = asyncio.run(story())
    assert moved["moved_up"]
    assert [caller["call"] for caller in seen["callers"]][:2] == ["c1", "c2"]


def test_agents_can_be_paused_and_made_ready_and_who_is_not_there_is_an_error() -> None:
    async def story() -> tuple[Any, Any]:
        _, front = await opened()
        await front.set_presence("dana", Presence.PAUSED, "lunch")
        await front.set_presence("kim", Presence.READY, "")
        return await front.agents(), await front.set_presence("pat", Presence.READY, "")

    seen, trouble = asyncio.run(story())
    assert [(a["agent"], a["presence"], a["reason"]) for a in seen["agents"]] == [
        ("dana", "paused", "lunch"),
        ("kim", "ready", ""),
    ]
    assert trouble == {"error": "nobody called pat is signed in; known are: dana, kim"}


def test_who_talks_is_not_made_ready_and_who_is_not_at_the_console_is_neither() -> None:
    async def story() -> tuple[Any, Any, Any]:
        store, front = await opened()
        await store.settle("c1", "dana", now=NOW)
        away = Agent("lee", "browser:lee")
        await store.register(AgentStatus(away, Presence.OFFLINE, NOW))
        return (
            await front.set_presence("dana", Presence.READY, ""),
            await front.set_presence("lee", Presence.PAUSED, ""),
            await front.agents(),
        )

    talking, away, seen = asyncio.run(story())
    assert ("in a talk" in talking["error"], "console" in away["error"]) == (True, True)
    assert [row["presence"] for row in seen["agents"]] == ["talking", "paused", "offline"]


def test_a_call_back_can_be_ended_and_what_is_none_is_an_error() -> None:
    async def story() -> tuple[Any, Any, Any]:
        store, front = await opened()
        ended = await front.end_callback("c3")
        return ended, await front.end_callback("c9"), await store.ticket("c3")

    ended, trouble, left = asyncio.run(story())
    assert (ended, left) == ({"call": "c3"}, None)
    assert trouble == {"error": "there is no call-back c9"}
