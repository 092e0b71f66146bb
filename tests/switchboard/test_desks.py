"""Callers at real desks: sixty in ten minutes, two SIP agents and one in a browser."""

import asyncio
import random
from collections import Counter

import pytest

from ivr.bridge import RING_SLACK
from ivr.handoff.actions import Outcome
from ivr.handoff.agents import Agent, Presence
from ivr.handoff.events import Refusal
from ivr.handoff.handoff import Limits
from ivr.handoff.office import Office, Queue
from ivr.handoff.tickets import HEAD_START, Priority, Ticket
from ivr.store.memory import RESERVED, MemoryStore
from tests.support.virtual_loop import run
from tests.switchboard.desk import agent, clock, switchboard, ticket
from tests.switchboard.desks import Pick, Practice, Whims

CALLERS = 60
TEN_MINUTES = 600.0
MOMENT = 0.1  # seconds; what is told to the queue is known there
SILENCE = 4.0  # seconds nobody may be left in
KEEPER = 30  # the caller who hangs up and keeps the place
OFFICE = Office(
    {
        "front_desk": Queue("front_desk", "the front desk", ring=8.0, wrap_up=2.0),
        "pharmacy": Queue("pharmacy", "the pharmacy", wrap_up=2.0),
        "nurse_line": Queue("nurse_line", "the nurse line", priority=Priority.NURSE),
    }
)
LEE = Agent("lee", "browser:lee")
TEAM = (agent("dana", "front_desk", "pharmacy"), agent("kim", "pharmacy", "nurse_line"), LEE)


def test_a_phone_rings_as_long_as_the_queue_says_in_which_the_caller_waits_by_then() -> None:
    class SendsOn(Practice):
        def picks(self, call: str) -> Pick:
            sent_on = bool(self.visits[call].bridged)
            return Pick(after=99.0) if sent_on else Pick(sends_to="pharmacy")

    async def story() -> list[tuple[str, float]]:
        practice = SendsOn()
        async with switchboard(agent("dana"), agent("kim"), office=OFFICE) as practice.board:
            await practice.call(ticket("c1"), Whims(hangs_up=60))
        assert practice.visits["c1"].report is not None
        assert practice.visits["c1"].report.refusals[0] is Refusal.NO_ANSWER
        return [(rang.agent, rang.ring_for - RING_SLACK) for rang in practice.rang]

    first, second = run(story())[:2]
    assert first == ("dana", 8.0)
    assert second[1] == Limits().ring


def rush(practice: Practice, *, seed: int, whims: bool, queues: list[str]) -> set[Presence]:
    """Let sixty callers come; give what the agents do when all of them have gone."""
    rng = random.Random(seed)

    async def arrive(n: int, at: float) -> None:
        whim = Whims()
        if whims and n == KEEPER:
            whim = Whims(keeps_place=1.0)
        elif whims and n % 6 == 0:
            whim = Whims(hangs_up=rng.random() * 40)
        elif whims and n % 6 == 1:
            whim = Whims(hangs_up_rung=rng.random() * 6)
        priority = rng.choice([*[Priority.ROUTINE] * 8, Priority.URGENT])
        queue = rng.choice(queues)
        await asyncio.sleep(at)
        await practice.call(Ticket(f"c{n:02}", queue, clock(), priority=priority), whim)

    async def story() -> set[Presence]:
        store = MemoryStore()
        async with switchboard(
            *TEAM, office=OFFICE, store=store, callbacks=practice
        ) as practice.board:
            async with asyncio.TaskGroup() as callers:
                for n in range(CALLERS):
                    callers.create_task(arrive(n, rng.random() * TEN_MINUTES))
            await asyncio.sleep(60)  # the one who kept the place is rung back by then
            assert await store.sizes() == {}
            return {status.presence for status in await store.agents()}

    return run(story())


class Moody(Practice):
    """Agents who pass now and then, in every way there is."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._rng = random.Random(seed)
        self._talks: dict[str, float] = {}

    def picks(self, call: str) -> Pick:
        rng, after = self._rng, 1 + self._rng.random() * 3
        talks = self._talks.setdefault(call, 5 + rng.random() * 20)
        ways = [
            *[Pick(after, talks=talks)] * 12,
            Pick(after, refuses=486),
            Pick(after, refuses=603),
        ]
        ways += [Pick(after, keys="2", talks=talks), Pick(after=99.0)]
        return rng.choice(ways)


@pytest.mark.parametrize("seed", range(4))
def test_sixty_callers_are_bridged_to_exactly_one_agent_each_or_have_hung_up(seed: int) -> None:
    practice = Moody(seed)
    presences = rush(
        practice, seed=seed, whims=True, queues=["front_desk", "pharmacy", "nurse_line"]
    )
    assert (practice.wrong, len(practice.visits)) == ([], CALLERS)
    assert presences.isdisjoint(RESERVED), "somebody is still taken for busy"
    for call, visit in practice.visits.items():
        assert visit.report is not None
        gave_up = visit.report.outcome is Outcome.CALLER_LEFT
        assert len(visit.bridged) == (0 if gave_up else 1), call
        assert gave_up == (visit.hung_up is not None and not visit.bridged)
        assert visit.leg.longest <= SILENCE
    outcomes = Counter(visit.report.outcome for visit in practice.visits.values() if visit.report)
    assert set(outcomes) == {Outcome.SERVED, Outcome.CALLER_LEFT}
    assert practice.visits[f"c{KEEPER}"].bridged


@pytest.mark.parametrize("seed", range(4))
def test_no_phone_rings_and_nobody_is_briefed_once_the_caller_has_hung_up(seed: int) -> None:
    practice = Moody(seed)
    rush(practice, seed=seed, whims=True, queues=["front_desk", "pharmacy"])
    cut = 0
    for rang in practice.rang:
        visit = practice.visits[rang.call]
        assert rang.ended is not None
        if visit.hung_up is not None:
            assert rang.began <= visit.hung_up
            assert rang.ended <= visit.hung_up + MOMENT
            cut += rang.ended >= visit.hung_up and not visit.bridged
    assert cut, "nobody hung up while a phone rang"


def test_whose_turn_it_is_follows_rank_while_everybody_takes_what_they_are_offered() -> None:
    practice = Practice()
    rush(practice, seed=5, whims=False, queues=["pharmacy"])
    turns = {rang.call: rang.began for rang in practice.rang}
    assert len(turns) == len(practice.rang) == CALLERS
    tickets = {call: practice.visits[call].ticket for call in turns}
    ranks = {call: one.asked_at - HEAD_START[one.priority] for call, one in tickets.items()}
    wrong = [
        (one, other)
        for one in turns
        for other in turns
        # Both waited already for a moment, and who came later in rank was served before.
        if ranks[one] < ranks[other] and tickets[one].asked_at + 1.0 < turns[other] < turns[one]
    ]
    assert wrong == []
    assert len({tickets[call].priority for call in turns}) > 1
    assert max(turns[call] - tickets[call].asked_at for call in turns) > 30, "nobody had to wait"
