"""Sixty callers in ten minutes, two SIP agents and one in a browser."""

import asyncio
import random
from dataclasses import dataclass, field
from itertools import pairwise

from ivr.handoff.agents import Agent
from ivr.handoff.events import Refusal
from ivr.handoff.office import Office, Queue
from ivr.handoff.tickets import HEAD_START, Priority, Ticket
from ivr.store.memory import MemoryStore
from tests.support.virtual_loop import run
from tests.switchboard.desk import Manner, Visit, agent, clock, switchboard, visit

CALLERS = 60
TEN_MINUTES = 600.0
OFFICE = Office(
    {
        "front_desk": Queue("front_desk", "the front desk", wrap_up=2.0),
        "pharmacy": Queue("pharmacy", "the pharmacy", wrap_up=2.0),
        "nurse_line": Queue("nurse_line", "the nurse line", priority=Priority.NURSE),
    }
)
TEAM = (
    agent("dana", "front_desk", "pharmacy"),
    agent("kim", "pharmacy", "nurse_line"),
    Agent("lee", "browser:lee"),
)


@dataclass
class Rush:
    """What happened."""

    visits: list[Visit] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


async def rush(seed: int) -> Rush:
    rng = random.Random(seed)
    story = Rush()

    def picks(who: Agent, key: str) -> Refusal | None:
        lucky = rng.random()
        if lucky > 0.08:
            return None
        return rng.choice([Refusal.DECLINED, Refusal.BUSY, Refusal.NO_ANSWER])

    async def call(key: str, at: float) -> None:
        await asyncio.sleep(at)
        queue = rng.choice(["front_desk"] * 3 + ["pharmacy"] * 2 + ["nurse_line"])
        urgent = rng.random() < 0.05
        priority = Priority.URGENT if urgent else Priority.ROUTINE
        drawn = Ticket(key, queue, clock(), priority=priority)
        patience = 5 + rng.random() * 60 if rng.random() < 0.1 else 7200
        manner = Manner(
            picks, rings=2 + rng.random() * 3, talks=5 + rng.random() * 30, patience=patience
        )
        story.visits.append(await visit(board, drawn, manner))

    async with switchboard(*TEAM, office=OFFICE) as board:
        async with asyncio.TaskGroup() as callers:
            for n in range(CALLERS):
                callers.create_task(call(f"c{n:02}", rng.random() * TEN_MINUTES))
        story.left = [p.ticket.key for p in board.places() if p.waits]
    return story


def test_each_caller_is_bridged_to_exactly_one_agent_unless_they_hang_up() -> None:
    for seed in range(5):
        story = run(rush(seed))
        assert len(story.visits) == CALLERS
        for told in story.visits:
            gave_up = told.left is not None and told.left - told.entered <= 65
            assert len(told.bridged) == 1 or (not told.bridged and gave_up)
            assert told.shut is None
        assert story.left == []


def test_no_agent_has_two_callers_and_none_rings_after_a_hang_up() -> None:
    for seed in range(5):
        busy: dict[str, list[tuple[float, float]]] = {}
        for told in run(rush(seed)).visits:
            for n, (at, name) in enumerate(told.rang):
                last = n == len(told.rang) - 1
                assert told.left is not None
                assert at <= told.left
                until = told.left if last else told.rang[n + 1][0]
                busy.setdefault(name, []).append((at, until if last else at))
        for times in busy.values():
            ordered = sorted(times)
            assert all(end <= begin for (_, end), (begin, _) in pairwise(ordered))


def test_order_and_priority_are_right_while_everybody_takes_what_they_are_offered() -> None:
    """Of two callers of one queue who wait at the same time the lower rank is offered first."""

    async def story() -> list[tuple[float, float, float]]:
        rng = random.Random(7)
        found: list[tuple[float, float, float]] = []

        async def call(n: int) -> None:
            await asyncio.sleep(rng.random() * TEN_MINUTES)
            priority = rng.choice([*[Priority.ROUTINE] * 6, Priority.NURSE, Priority.URGENT])
            drawn = Ticket(f"c{n:02}", "pharmacy", clock(), priority=priority)
            told = await visit(board, drawn, Manner(talks=20))
            rank = drawn.asked_at - HEAD_START[priority]
            found.append((drawn.asked_at, told.rang[0][0], rank))

        async with switchboard(*TEAM, office=OFFICE) as board, asyncio.TaskGroup() as callers:
            for n in range(CALLERS):
                callers.create_task(call(n))
        return found

    found = run(story())
    assert len(found) == CALLERS
    wrong = [
        (one, other)
        for one in found
        for other in found
        # Both waited already for a moment, and who came later in rank was served before.
        if one[2] < other[2] and one[0] + 1.0 < other[1] < one[1]
    ]
    assert wrong == []


def test_after_the_rush_every_agent_is_free_and_no_ticket_is_left() -> None:
    async def story() -> tuple[dict[str, int], list[str]]:
        store = MemoryStore()
        async with switchboard(*TEAM, office=OFFICE, store=store) as board:
            async with asyncio.TaskGroup() as callers:
                for n in range(20):
                    callers.create_task(visit(board, Ticket(f"c{n}", "pharmacy", clock() + n)))
            await asyncio.sleep(30)
            return await store.sizes(), [s.presence for s in await store.agents()]

    sizes, presences = run(story())
    assert sizes == {}
    assert set(presences) <= {"ready", "wrapping"}
