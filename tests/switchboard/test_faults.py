"""The store away, a cell dead, callers and agents gone at the wrong moment."""

import asyncio
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

from ivr.desk import Offered, Shut
from ivr.errors import StoreUnavailable
from ivr.handoff.agents import Agent, AgentStatus, Presence
from ivr.handoff.card import Card
from ivr.handoff.events import Refusal
from ivr.handoff.hours import Hours
from ivr.handoff.office import Office, Queue
from ivr.handoff.tickets import Priority, Ticket
from ivr.store.memory import MemoryStore
from ivr.store.steady import SteadyStore
from tests.support.virtual_loop import run
from tests.switchboard.desk import Manner, Visit, agent, clock, switchboard, ticket, visit
from tests.switchboard.fickle import FickleStore


def steady(store: FickleStore) -> SteadyStore:
    return SteadyStore(store, node="cell-1", clock=clock)


NEVER = Hours(((),) * 7, zone=ZoneInfo("UTC"))


def test_while_the_store_is_away_callers_are_still_brought_to_agents() -> None:
    async def story() -> tuple[list[Visit], list[Presence], dict[str, int]]:
        store = FickleStore()
        async with switchboard(agent("dana"), agent("kim"), store=steady(store)) as board:
            store.away = True
            visits = [
                asyncio.create_task(visit(board, ticket(f"c{n}"), Manner(talks=8)))
                for n in range(4)
            ]
            await asyncio.sleep(30)
            store.away = False
            told = await asyncio.gather(*visits)
            await asyncio.sleep(10)
            presences = [status.presence for status in await store.agents()]
            return list(told), presences, await store.sizes()

    told, presences, sizes = run(story())
    assert [len(one.bridged) for one in told] == [1, 1, 1, 1]
    assert max(one.bridged[0][0] - one.entered for one in told) < 25
    assert presences == [Presence.READY] * 2
    assert sizes == {}


def test_a_caller_who_waits_while_the_store_is_away_keeps_the_place() -> None:
    async def story() -> tuple[Visit, Visit]:
        store = FickleStore()
        async with switchboard(agent("dana"), store=steady(store)) as board:
            busy = asyncio.create_task(visit(board, ticket("c0"), Manner(talks=60)))
            await asyncio.sleep(5)
            first = asyncio.create_task(visit(board, ticket("c1")))
            await asyncio.sleep(5)
            store.away = True
            await asyncio.sleep(30)
            store.away = False
            second = asyncio.create_task(visit(board, ticket("c2")))
            await busy
            return await first, await second

    first, second = run(story())
    assert first.bridged[0] < second.bridged[0]


def test_a_caller_who_enters_while_the_store_never_answered_is_brought_to_the_settings_agents() -> (
    None
):
    async def story() -> Visit:
        store = FickleStore()
        store.away = True
        async with switchboard(agent("dana"), store=steady(store)) as board:
            return await visit(board, ticket("c1"))

    assert [name for _, name in run(story()).bridged] == ["dana"]


def test_a_store_that_fails_for_half_a_minute_costs_waiting_and_nothing_else() -> None:
    async def story() -> Visit:
        store = FickleStore()
        async with switchboard(agent("dana"), store=store) as board:
            store.away = True
            waiting = asyncio.create_task(visit(board, ticket("c1")))
            await asyncio.sleep(30)
            store.away = False
            return await waiting

    told = run(story())
    assert len(told.bridged) == 1
    assert told.shut is None
    assert told.rang[0][0] - told.entered < 33


def test_a_store_that_forgot_everything_is_told_again() -> None:
    async def story() -> Visit:
        store = MemoryStore()
        async with switchboard(agent("dana"), store=store) as board:
            asyncio.create_task(visit(board, ticket("c0"), Manner(talks=30)))  # noqa: RUF006 - ends first
            await asyncio.sleep(10)
            waiting = asyncio.create_task(visit(board, ticket("c1")))
            await asyncio.sleep(5)
            await store.drop("c1", now=clock())
            return await waiting

    assert run(story()).bridged


def test_what_a_dead_cell_left_is_cleared_away_and_its_agent_is_free() -> None:
    async def story() -> tuple[Visit, dict[str, int]]:
        store = MemoryStore()
        now = clock()
        await store.beat("dead", now=now, until=now + 10)
        await store.register(AgentStatus(agent("dana"), Presence.READY, now))
        await store.put(Ticket("lost", "front_desk", now, node="dead"))
        await store.claim("lost", "dana", node="dead", now=now, until=now + 600)
        async with switchboard(store=store) as board:
            told = await visit(board, ticket("c1"))
            return told, await store.sizes()

    told, sizes = run(story())
    assert [name for _, name in told.bridged] == ["dana"]
    assert sizes == {}


def test_two_cells_never_ring_one_agent_for_two_callers() -> None:
    async def story() -> list[Visit]:
        store = MemoryStore()
        async with (
            switchboard(agent("dana"), store=store) as one,
            switchboard(store=store, node="cell-2") as other,
        ):
            return await asyncio.gather(
                *(
                    visit(board, ticket(f"{name}{n}"), Manner(talks=10))
                    for n in range(6)
                    for name, board in (("a", one), ("b", other))
                )
            )

    told = run(story())
    talks = sorted((one.rang[0][0], one.bridged[0][0] + 10) for one in told)
    assert [len(one.bridged) for one in told] == [1] * 12
    assert all(end <= begin for (_, end), (begin, _) in pairwise(talks))


def test_a_claim_whose_answer_was_lost_is_given_back_and_the_caller_is_served() -> None:
    class Lossy(MemoryStore):
        lost = False

        async def claim(self, key: str, agent: str, *, node: str, now: float, until: float) -> bool:
            claimed = await super().claim(key, agent, node=node, now=now, until=until)
            if claimed and not self.lost:
                self.lost = True
                raise StoreUnavailable("the answer was lost")
            return claimed

    async def story() -> Visit:
        async with switchboard(agent("dana"), store=Lossy()) as board:
            return await visit(board, ticket("c1"))

    told = run(story())
    assert [name for _, name in told.bridged] == ["dana"]
    assert told.rang[0][0] - told.entered < 5


def test_a_closed_queue_says_so_at_once_and_when_it_opens() -> None:
    office = Office({"billing": Queue("billing", "billing", hours=NEVER)})

    async def story() -> tuple[Visit, Visit]:
        async with switchboard(agent("dana"), office=office) as board:
            routine = await visit(board, ticket("c1", "billing"))
            urgent = replace(ticket("c2", "billing"), priority=Priority.URGENT)
            return routine, await visit(board, urgent)

    routine, urgent = run(story())
    assert routine.shut == Shut(closed=True, says="We are closed now.")
    assert urgent.bridged, "an emergency does not wait for opening hours"


def test_a_place_that_is_kept_outlives_the_call_and_is_not_offered_to_it() -> None:
    async def story() -> Ticket | None:
        store = MemoryStore()
        async with switchboard(agent("dana"), store=store) as board:
            waiting = board.enter(ticket("c1"))
            async for event in waiting.events():
                if isinstance(event, Offered):
                    break
            waiting.keep_place("2125550142", card=Card("c1", "the front desk"))
            waiting.leave()
            await asyncio.sleep(5)
            assert [s.presence for s in await store.agents()] == [Presence.READY]
            return await store.ticket("c1")

    kept = run(story())
    assert kept is not None
    assert (kept.callback, kept.node, kept.passed) == (True, "", ())


def test_a_caller_who_hangs_up_while_it_rings_frees_the_agent() -> None:
    async def story() -> tuple[Visit, Visit]:
        async with switchboard(agent("dana")) as board:
            first = await visit(board, ticket("c1"), Manner(rings=20, patience=5))
            return first, await visit(board, ticket("c2"))

    first, second = run(story())
    assert (first.bridged, len(second.bridged)) == ([], 1)
    assert second.rang[0][0] - second.entered < 1


def test_both_agents_vanish_while_ringing_and_the_caller_is_told() -> None:
    def gone(agent: Agent, key: str) -> Refusal | None:
        return Refusal.UNREACHABLE

    async def story() -> Visit:
        team = (Agent("dana", "browser:dana"), Agent("kim", "browser:kim"))
        async with switchboard(*team) as board:
            return await visit(board, ticket("c1"), Manner(gone))

    told = run(story())
    assert told.shut == Shut(closed=False)
    assert told.left is not None
    assert told.left - told.entered < 10


def test_who_is_sent_to_another_queue_keeps_the_call_and_the_errands_stay_in_order() -> None:
    async def story() -> tuple[list[str], Ticket | None]:
        store = FickleStore()
        common = steady(store)
        async with switchboard(agent("dana", "front_desk"), store=common) as board:
            first = board.enter(ticket("c1"))
            async for event in first.events():
                if isinstance(event, Offered):
                    break
            first.settle("dana")
            store.away = True
            first.wrap_up("dana")
            first.leave()
            second = board.enter(ticket("c1", "billing"))
            await asyncio.sleep(2)
            store.away = False
            rung = []
            async for event in second.events():
                if isinstance(event, Offered):
                    rung.append(event.agent.name)
                    break
            return rung, await common.ticket("c1")

    rung, found = run(story())
    assert rung == ["dana"]
    assert found is not None
    assert found.queue == "billing"
