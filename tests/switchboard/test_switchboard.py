import asyncio

from ivr.desk import Shut
from ivr.handoff.agents import Agent
from ivr.handoff.events import Refusal
from ivr.handoff.tickets import Priority
from tests.support.virtual_loop import run
from tests.switchboard.desk import Manner, Visit, agent, switchboard, ticket, visit


def test_a_caller_is_offered_the_one_agent_there_is() -> None:
    async def story() -> Visit:
        async with switchboard(agent("dana")) as board:
            return await visit(board, ticket("c1"))

    assert [name for _, name in run(story()).bridged] == ["dana"]


def test_with_nobody_at_work_the_caller_is_told_at_once() -> None:
    async def story() -> Visit:
        async with switchboard() as board:
            return await visit(board, ticket("c1"))

    told = run(story())
    assert (told.shut, told.rang) == (Shut(closed=False), [])
    assert told.left == told.entered


def test_two_callers_never_have_the_same_agent_and_the_first_comes_first() -> None:
    async def story() -> tuple[Visit, Visit, Visit]:
        async with switchboard(agent("dana")) as board:
            first = asyncio.create_task(visit(board, ticket("c1"), Manner(talks=30)))
            await asyncio.sleep(1)
            second = asyncio.create_task(visit(board, ticket("c2"), Manner(talks=30)))
            await asyncio.sleep(1)
            third = asyncio.create_task(
                visit(board, ticket("c3", priority=Priority.URGENT), Manner(talks=30))
            )
            return await asyncio.gather(first, second, third)

    first, second, third = run(story())
    assert first.bridged[0] < third.bridged[0] < second.bridged[0]
    assert third.bridged[0][0] - first.bridged[0][0] == 34  # a talk and the ringing
    assert [placed.ahead for placed in second.placed] == [0]


def test_who_passes_is_not_offered_again_while_somebody_else_could_come() -> None:
    def picks(agent: Agent, key: str) -> Refusal | None:
        return Refusal.DECLINED if agent.name == "dana" else None

    async def story() -> Visit:
        async with switchboard(agent("dana"), agent("kim")) as board:
            return await visit(board, ticket("c1"), Manner(picks=picks))

    assert [name for _, name in run(story()).rang] == ["dana", "kim"]


def test_when_everybody_passed_they_are_asked_once_more_after_a_pause() -> None:
    asked: list[str] = []

    def picks(agent: Agent, key: str) -> Refusal | None:
        asked.append(agent.name)
        return Refusal.DECLINED if len(asked) < 3 else None

    async def story() -> Visit:
        async with switchboard(agent("dana"), agent("kim")) as board:
            return await visit(board, ticket("c1"), Manner(picks=picks))

    told = run(story())
    assert [name for _, name in told.rang] == ["dana", "kim", "dana"]
    assert 15 <= told.rang[2][0] - told.rang[1][0] <= 22


def test_a_phone_that_was_dead_for_an_hour_is_tried_again() -> None:
    unplugged = True

    def picks(agent: Agent, key: str) -> Refusal | None:
        return Refusal.UNREACHABLE if unplugged else None

    async def story() -> tuple[list[Visit], Visit]:
        nonlocal unplugged
        visits = []
        async with switchboard(agent("dana")) as board:
            for hour in range(12):
                visits.append(await visit(board, ticket(f"c{hour}"), Manner(picks=picks)))
                await asyncio.sleep(300)
            unplugged = False
            return visits, await visit(board, ticket("last"), Manner(picks=picks))

    before, last = run(story())
    assert all(told.shut for told in before)
    assert [name for _, name in last.bridged] == ["dana"]


def test_the_last_agent_who_missed_a_call_is_rung_again_and_the_caller_waits_for_it() -> None:
    told: list[str] = []

    def picks(agent: Agent, key: str) -> Refusal | None:
        told.append(key)
        return Refusal.NO_ANSWER if len(told) == 1 else None

    async def story() -> Visit:
        async with switchboard(agent("dana")) as board:
            return await visit(board, ticket("c1"), Manner(picks=picks, rings=20))

    found = run(story())
    assert found.shut is None
    assert [name for _, name in found.rang] == ["dana", "dana"]
    assert [name for _, name in found.bridged] == ["dana"]


def test_nothing_rings_after_the_caller_has_gone() -> None:
    async def story() -> tuple[Visit, Visit]:
        async with switchboard(agent("dana")) as board:
            first = asyncio.create_task(visit(board, ticket("c1"), Manner(talks=30)))
            await asyncio.sleep(1)
            second = await visit(board, ticket("c2"), Manner(patience=10))
            return await first, second

    first, second = run(story())
    assert first.bridged
    assert second.rang == []
