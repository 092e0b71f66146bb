"""What consoles see of the running line, and what they do to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from ivr.desk import AgentLeg
from ivr.errors import HandoffError, StoreUnavailable
from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.card import Card, Said
from ivr.handoff.commands import Attending, Hold, TalkPhase
from ivr.handoff.tickets import Priority
from ivr.records.audit import Deed
from ivr.store.memory import MemoryStore
from ivr.webrtc.floor import Colleague, Place, TalkRow, Waiter, WrapUpNote
from ivr.webrtc.messages import WrapUpOutcome
from tests.support.fakes import FakeAudioLeg
from tests.support.practice import DANA, KIM, NODE, SAM, Practice, practice
from tests.support.talk_scene import Scene, play
from tests.support.virtual_loop import run
from tests.switchboard.desk import START, agent, clock, ticket
from tests.switchboard.fickle import FickleStore

CARD = Card("c1", "the pharmacy", caller="Alex Sample", wanted="a refill", said=(Said("yes", 0.9),))
READY = PresenceChange(Presence.READY)
PAUSED = PresenceChange(Presence.PAUSED, "just logged in")
OFFLINE = PresenceChange(Presence.OFFLINE)


def story(tell: Callable[[Practice], Awaitable[None]], folder: Path) -> None:
    """Let *tell* happen in virtual time."""

    async def main() -> None:
        async with practice(folder, clock) as there:
            await tell(there)

    run(main())


async def status_of(there: Practice, who: Agent) -> AgentStatus | None:
    known = {status.agent.name: status for status in await there.store.agents()}
    return known.get(who.name)


# ---------------------------------------------------------------- agents and those who wait


def test_who_gets_ready_is_offered_the_first_who_waits_and_everybody_sees_it(
    tmp_path: Path,
) -> None:
    async def day(there: Practice) -> None:
        await there.floor.set_presence(DANA, PAUSED)
        status = await status_of(there, DANA)
        assert status is not None
        assert (status.presence, status.reason, status.node) == (
            *(Presence.PAUSED, "just logged in"),
            NODE,
        )
        await there.floor.set_presence(DANA, READY)
        there.board.enter(ticket("c1", "pharmacy"))
        await asyncio.sleep(5)
        there.board.enter(ticket("c2", "pharmacy", language="es", priority=Priority.URGENT))
        await asyncio.sleep(5)
        seen = await there.floor.floor()
        title = "the pharmacy"
        assert seen.waiting == (
            Waiter("c2", title, 1, 5.0, priority=Priority.URGENT, language="es"),
            Waiter("c1", title, 2, 10.0, offered_to="Dana"),
        )
        (dana,) = seen.colleagues
        assert (dana.name, dana.presence, dana.left) == ("Dana", Presence.OFFERED, 0.0)
        assert dana.since == pytest.approx(10.0, abs=0.1)
        assert seen.queues == (Place("pharmacy", title),)
        assert seen.flows == (Place("pay_bill", "Pay a bill"),)

    story(day, tmp_path)


def test_notes_take_the_queues_time_and_end_sooner_when_the_agent_says_so(tmp_path: Path) -> None:
    async def day(there: Practice) -> None:
        await there.floor.set_presence(DANA, READY)
        place = there.board.enter(ticket("c1", "pharmacy"))
        await asyncio.sleep(2)
        place.settle("Dana")
        await asyncio.sleep(60)
        place.wrap_up("Dana")
        await asyncio.sleep(10)
        (dana,) = (await there.floor.floor()).colleagues
        assert dana.presence is Presence.WRAPPING
        assert dana.left == pytest.approx(20.0, abs=0.1)
        await there.floor.set_presence(DANA, READY)
        (dana,) = (await there.floor.floor()).colleagues
        assert (dana.presence, dana.left) == (Presence.READY, 0.0)

    story(day, tmp_path)


def test_a_pause_that_is_over_is_shown_as_ready(tmp_path: Path) -> None:
    async def day(there: Practice) -> None:
        until = clock() + 60
        missed = AgentStatus(agent("Lee"), Presence.PAUSED, clock(), "did not pick up", until=until)
        await there.store.register(missed)
        (lee,) = (await there.floor.floor()).colleagues
        assert (lee.presence, lee.reason, lee.left) == (Presence.PAUSED, "did not pick up", 60.0)
        await asyncio.sleep(70)
        assert (await there.floor.floor()).colleagues == (Colleague("Lee", Presence.READY, 10.0),)

    story(day, tmp_path)


def test_who_is_rung_stays_offered_whatever_the_page_says(tmp_path: Path) -> None:
    async def day(there: Practice) -> None:
        await there.floor.set_presence(DANA, READY)
        there.board.enter(ticket("c1", "pharmacy"))
        await asyncio.sleep(2)
        await there.floor.set_presence(replace(DANA, skills=frozenset({"nurse"})), READY)
        status = await status_of(there, DANA)
        assert status is not None
        assert (status.presence, status.ticket) == (Presence.OFFERED, "c1")
        assert status.agent.skills == {"nurse"}

    story(day, tmp_path)


def test_who_was_forgotten_is_not_remembered_by_leaving(tmp_path: Path) -> None:
    async def day(there: Practice) -> None:
        await there.floor.set_presence(DANA, READY)
        await there.store.forget("Dana")
        await there.floor.set_presence(DANA, OFFLINE)
        assert await status_of(there, DANA) is None

    story(day, tmp_path)


def test_a_console_of_another_cell_becomes_ours_when_its_agent_logs_in_here(tmp_path: Path) -> None:
    async def day(there: Practice) -> None:
        await there.store.register(AgentStatus(DANA, Presence.OFFLINE, clock(), node="dead"))
        await there.floor.set_presence(DANA, READY)
        status = await status_of(there, DANA)
        assert status is not None
        assert (status.presence, status.node) == (Presence.READY, NODE)

    story(day, tmp_path)


def test_who_went_to_another_cell_is_not_signed_out_by_the_page_they_left(tmp_path: Path) -> None:
    async def day(there: Practice) -> None:
        await there.floor.set_presence(DANA, READY)
        await there.store.register(AgentStatus(DANA, Presence.READY, clock(), node="cell-2"))
        await there.floor.set_presence(DANA, OFFLINE)
        status = await status_of(there, DANA)
        assert status is not None
        assert (status.presence, status.node) == (Presence.READY, "cell-2")

    story(day, tmp_path)


# ---------------------------------------------------------------- talks, and supervisors


@asynccontextmanager
async def talking(scene: Scene, folder: Path) -> AsyncIterator[Practice]:
    """Have the talk of *scene* go on in a practice."""
    async with practice(folder, clock) as there:
        now = asyncio.get_running_loop().time()
        with there.talks.going_on(scene.talk, CARD, now=now):
            yield there


def test_talks_are_listed_as_they_go(tmp_path: Path) -> None:
    async def tell(scene: Scene) -> None:
        async with talking(scene, tmp_path) as there:
            await asyncio.sleep(7)
            (row,) = (await there.floor.floor()).talks
            assert row == TalkRow("c1", "Dana", "the pharmacy", 7.0, TalkPhase.TALKING)
            await there.floor.attend(SAM, "c1", Attending.LISTEN, cast("AgentLeg", scene.boss))
            await scene.ask(Hold())
            (row,) = (await there.floor.floor()).talks
            assert (row.phase, row.attended_by) == (TalkPhase.HELD, "Sam")
        assert (await there.floor.floor()).talks == ()

    play(tell)


def test_changes_are_told_of_the_queue_and_of_talks(tmp_path: Path) -> None:
    async def tell(scene: Scene) -> None:
        async with practice(tmp_path, clock) as there:
            told: list[None] = []

            async def listen() -> None:
                async for change in there.floor.changes():
                    told.append(change)  # noqa: PERF401 - it is looked at while it grows

            listening = asyncio.ensure_future(listen())
            await asyncio.sleep(3)
            assert told == []
            with there.talks.going_on(scene.talk, CARD, now=0.0):
                await asyncio.sleep(1)
                assert len(told) == 1
                await scene.ask(Hold())
                assert len(told) == 2
            await asyncio.sleep(1)
            assert len(told) == 3
            await there.floor.set_presence(DANA, PAUSED)
            await asyncio.sleep(0.1)
            assert len(told) == 4
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    play(tell)


def test_a_supervisor_is_let_in_once_it_is_noted_and_sees_what_their_role_may(
    tmp_path: Path,
) -> None:
    async def tell(scene: Scene) -> None:
        async with talking(scene, tmp_path) as there:
            leg = cast("AgentLeg", scene.boss)
            assert await there.floor.attend(SAM, "c1", Attending.LISTEN, leg) == CARD
            await asyncio.sleep(1)
            assert scene.boss.hears == {scene.caller, scene.dana}
            clerk = replace(KIM, name="Sam")
            card = await there.floor.attend(clerk, "c1", Attending.WHISPER, leg)
            assert (card.caller, card.wanted, card.said) == ("Alex Sample", "", ())
            await there.floor.attend(SAM, "c1", Attending.TAKE_OVER, leg)
            await asyncio.sleep(1)
            assert scene.hear_each_other(scene.caller, scene.boss)
            assert [deed for _, deed, _ in there.deeds()] == [
                *(Deed.LISTENED_IN, Deed.WHISPERED, Deed.TOOK_OVER)
            ]

    play(tell)


def test_what_cannot_be_noted_is_not_done(tmp_path: Path) -> None:
    (tmp_path / "audit.log").mkdir()

    async def tell(scene: Scene) -> None:
        async with talking(scene, tmp_path) as there:
            with pytest.raises(StoreUnavailable):
                await there.floor.attend(SAM, "c1", Attending.JOIN, cast("AgentLeg", scene.boss))
            await asyncio.sleep(1)
            assert scene.boss.hears == set()
            await there.store.put(ticket("c2", "pharmacy"))
            with pytest.raises(StoreUnavailable):
                await there.floor.move_up(SAM, "c2")
            moved = await there.store.ticket("c2")
            assert moved is not None
            assert moved.moved_up == 0.0

    play(tell)


def test_a_caller_who_is_moved_up_is_next_and_one_who_left_is_told_of(tmp_path: Path) -> None:
    async def day(there: Practice) -> None:
        for key in ("c1", "c2", "c3"):
            await there.store.put(ticket(key, "pharmacy"))
            await asyncio.sleep(5)
        await there.floor.move_up(SAM, "c3")
        assert [row.ticket for row in (await there.floor.floor()).waiting] == ["c3", "c1", "c2"]
        with pytest.raises(HandoffError, match="any more"):
            await there.floor.move_up(SAM, "gone")
        moves = [("Sam", Deed.MOVED_UP, "c3"), ("Sam", Deed.MOVED_UP, "gone")]
        assert there.deeds() == moves

    story(day, tmp_path)


# ---------------------------------------------------------------- notes, callers, troubles


def test_a_note_is_in_the_book_with_its_time(tmp_path: Path) -> None:
    async def main() -> None:
        async with practice(tmp_path, lambda: START) as there:
            for text, done in (("Half", False), ("Half a day", True)):
                note = WrapUpNote("c1", "Dana", text, WrapUpOutcome.SOLVED, finished=done)
                await there.floor.keep_note(note)
            (kept,) = await there.notes.kept("c1")
            assert (kept.agent, kept.note, kept.outcome) == ("Dana", "Half a day", "solved")
            assert (kept.finished, kept.at) == (True, datetime.fromtimestamp(START, UTC))

    asyncio.run(main())


def test_who_rings_from_a_page_is_put_through(tmp_path: Path) -> None:
    async def day(there: Practice) -> None:
        leg = FakeAudioLeg()
        there.floor.ring_line(leg)
        assert there.callers == [leg]

    story(day, tmp_path)


def test_a_store_that_is_away_says_so_and_the_floor_is_back_with_it(tmp_path: Path) -> None:
    async def main() -> None:
        store = FickleStore()
        async with practice(tmp_path, clock, store=store) as there:
            store.away = True
            for ask in (there.floor.floor(), there.floor.set_presence(DANA, READY)):
                with pytest.raises(StoreUnavailable):
                    await ask
            store.away = False
            await there.floor.set_presence(DANA, READY)
            assert len((await there.floor.floor()).colleagues) == 1

    run(main())


def test_changes_go_on_when_the_store_was_closed(tmp_path: Path) -> None:
    async def tell(scene: Scene) -> None:
        store = MemoryStore()
        async with practice(tmp_path, clock, store=store) as there:
            told = asyncio.ensure_future(anext(there.floor.changes()))
            await asyncio.sleep(1)
            await store.close()
            await asyncio.sleep(1)
            assert not told.done()
            with there.talks.going_on(scene.talk, CARD, now=0.0):
                async with asyncio.timeout(5):
                    await told

    play(tell)
