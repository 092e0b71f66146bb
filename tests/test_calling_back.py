"""Ringing callers back who kept their place: on a real database, with telephones that are fakes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ivr.calling_back import CallingBack, CallingMeans
from ivr.clinic.messages import Message, MessageBox
from ivr.desk import Offered, QueueStore
from ivr.errors import LegLost
from ivr.handoff.agents import Agent, AgentStatus, Presence
from ivr.handoff.callbacks import CallBackLimits
from ivr.handoff.card import Card
from ivr.handoff.hours import Hours
from ivr.handoff.office import Office, Queue
from ivr.handoff.tickets import Ticket
from ivr.ports import AudioLeg, Keyed
from ivr.records.callbacks import CallbackBook
from ivr.store.memory import MemoryStore
from ivr.switchboard.place import Place
from ivr.switchboard.switchboard import QueueSwitchboard
from tests.support.fakes import FakeAudioLeg

DANA = Agent("dana", "sip:dana@127.0.0.1")
QUICK = CallBackLimits(ring=0.3, answer=0.3, retry=0.05)
NUMBERS = {f"c{n}": f"212555014{n}" for n in range(3)}
WITHIN = 30.0  # seconds a test waits at most

Answers = Callable[[str], "FakeAudioLeg | None"]
"""By number who picks up; None: nobody."""


class QuickSpeaker:
    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        del text, language, cacheable, slow
        return bytes(320)


class Phones:
    """`Dialler` that notes whom it rings."""

    def __init__(self, answers: Answers) -> None:
        self.rung: list[str] = []
        self._answers = answers

    async def dial(
        self, uri: str, *, ring_for: float, on_leg: Callable[[AudioLeg], None] | None = None
    ) -> AudioLeg:
        del ring_for, on_leg
        self.rung.append(uri.removeprefix("sip:"))
        leg = self._answers(self.rung[-1])
        if leg is None:
            raise LegLost("busy", 486)
        return leg


def who_presses(*keys: str) -> FakeAudioLeg:
    leg = FakeAudioLeg()
    for key in keys:
        leg.happen(Keyed(key))
    return leg


@dataclass
class Line:
    store: QueueStore
    box: MessageBox
    board: QueueSwitchboard
    calling: CallingBack
    phones: Phones
    talked: list[tuple[str, str]] = field(default_factory=list)
    """Key of the ticket, and what the agent's card said."""

    async def talk(self, place: Place, card: Card) -> bool:
        async for event in place.events():
            if isinstance(event, Offered):
                place.settle(event.agent.name)
                self.talked.append((place.ticket.key, card.wanted))
                place.wrap_up(event.agent.name)
                return True
        return False

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN):
            while True:
                if holds():
                    return
                await asyncio.sleep(0.01)

    async def message(self) -> Message:
        async with asyncio.timeout(WITHIN):
            while True:
                for message in await self.box.kept():
                    return message
                await asyncio.sleep(0.02)


@asynccontextmanager
async def line(
    folder: Path,
    answers: Answers,
    *agents: Agent,
    office: Office | None = None,
    limits: CallBackLimits = QUICK,
) -> AsyncIterator[Line]:
    store = MemoryStore()
    book, box = CallbackBook(folder / "callbacks.db"), MessageBox(folder / "messages.db")
    phones = Phones(answers)

    async def connect(leg: AudioLeg, place: Place, card: Card) -> bool:
        assert isinstance(leg, FakeAudioLeg)
        return await here.talk(place, card)

    means = CallingMeans(
        phones, QuickSpeaker(), "sip:{}".format, "Press 1 ({}).".format, connect, "cell-1"
    )
    calling = CallingBack(book, box, means, clock=time.time, limits=limits)
    board = QueueSwitchboard(
        store, lambda: office or Office(), node="cell-1", clock=time.time, callbacks=calling
    )
    here = Line(store, box, board, calling, phones)
    await calling.start(store)
    await board.start()
    await board.sign_in(agents)
    try:
        yield here
    finally:
        await board.stop()
        await calling.stop()
        await box.close()
        await book.close()


def keep_places(here: Line) -> None:
    """Three callers hang up and keep their places."""
    for n, (key, number) in enumerate(NUMBERS.items()):
        place = here.board.enter(Ticket(key, "front_desk", 1000.0 + n))
        place.keep_place(number, card=Card(key, "front_desk", wanted=f"matter {n}"))
        place.leave()


def test_three_callers_who_wait_for_a_call_back_are_rung_in_order_after_a_restart(
    tmp_path: Path,
) -> None:
    async def story() -> tuple[list[tuple[str, str]], int]:
        async with line(tmp_path, lambda _: None) as before:
            keep_places(before)
        assert before.phones.rung == []
        async with line(tmp_path, lambda _: who_presses("1"), DANA) as after:
            await after.until(lambda: len(after.talked) == 3)
        async with line(tmp_path, lambda _: None) as later:
            return after.talked, len(later.calling.waiting())

    assert asyncio.run(story()) == ([("c0", "matter 0"), ("c1", "matter 1"), ("c2", "matter 2")], 0)


def test_who_does_not_answer_is_tried_three_times_and_then_a_person_must_ring(
    tmp_path: Path,
) -> None:
    async def story() -> tuple[list[str], Message, list[Presence]]:
        async with line(tmp_path, lambda _: None, DANA) as here:
            place = here.board.enter(Ticket("c0", "front_desk", 1000.0))
            place.keep_place("2125550140", card=Card("c0", "front_desk", wanted="a refill"))
            place.leave()
            await here.until(lambda: len(here.phones.rung) == 3)
            found = await here.message()
            return here.phones.rung, found, [s.presence for s in await here.store.agents()]

    rung, found, presences = asyncio.run(story())
    assert rung == ["2125550140"] * 3
    assert (found.number, found.queue, found.about) == ("2125550140", "front_desk", "a refill")
    assert presences == [Presence.READY]


def test_who_was_given_up_while_it_rang_is_not_rung_again(tmp_path: Path) -> None:
    async def story() -> tuple[int, tuple[Message, ...], int, list[Presence]]:
        def given_up(_: str) -> None:
            assert here.calling.forget("c0")

        async with line(tmp_path, given_up, DANA) as here:
            place = here.board.enter(Ticket("c0", "front_desk", 1000.0))
            place.keep_place("2125550140", card=Card("c0", "front_desk"))
            place.leave()
            await here.until(lambda: here.phones.rung != [])
            await asyncio.sleep(0.3)
            presences = [status.presence for status in await here.store.agents()]
            rung, kept = len(here.phones.rung), await here.box.kept()
            return rung, kept, len(here.calling.waiting()), presences

    assert asyncio.run(story()) == (1, (), 0, [Presence.READY])


def test_the_next_try_comes_after_the_pause_that_was_meant(tmp_path: Path) -> None:
    patient = CallBackLimits(ring=0.3, answer=0.3, retry=600.0)

    async def story() -> tuple[list[str], float]:
        async with line(tmp_path, lambda _: None, DANA, limits=patient) as here:
            place = here.board.enter(Ticket("c0", "front_desk", 1000.0))
            place.keep_place("2125550140", card=Card("c0", "front_desk"))
            place.leave()
            before = time.time()
            await here.until(lambda: [call.tries for call in here.calling.waiting()] == [1])
            await asyncio.sleep(0.3)
            (call,) = here.calling.waiting()
            return here.phones.rung, call.ticket.not_before - before

    rung, pause = asyncio.run(story())
    assert rung == ["2125550140"]
    assert 600.0 <= pause <= 600.0 + WITHIN


def test_nobody_is_rung_back_while_the_queue_is_closed(tmp_path: Path) -> None:
    hours = Hours(((),) * 7)
    night = Office({"front_desk": Queue("front_desk", "the front desk", hours=hours)})

    async def story() -> tuple[list[str], int]:
        async with line(tmp_path, lambda _: None, DANA, office=night) as here:
            keep_places(here)
            await asyncio.sleep(0.5)
            return here.phones.rung, len(here.calling.waiting())

    assert asyncio.run(story()) == ([], 3)


def test_a_voicemail_hears_nothing_but_the_greeting_and_no_agent(tmp_path: Path) -> None:
    async def story() -> tuple[list[tuple[str, str]], list[FakeAudioLeg], int]:
        legs: list[FakeAudioLeg] = []

        def voicemail(_: str) -> FakeAudioLeg:
            legs.append(who_presses())
            return legs[-1]

        async with line(tmp_path, voicemail, DANA) as here:
            place = here.board.enter(Ticket("c0", "front_desk", 1000.0))
            place.keep_place("2125550140", card=Card("c0", "front_desk"))
            place.leave()
            await here.until(lambda: len(legs) == 2)
            return here.talked, legs, len(here.calling.waiting())

    talked, legs, waiting = asyncio.run(story())
    assert (talked, waiting) == ([], 1)
    assert legs[0].gone
    assert not legs[0].hears


def test_who_presses_2_is_not_rung_again(tmp_path: Path) -> None:
    async def story() -> tuple[int, tuple[Message, ...], list[str]]:
        async with line(tmp_path, lambda _: who_presses("2"), DANA) as here:
            place = here.board.enter(Ticket("c0", "front_desk", 1000.0))
            place.keep_place("2125550140", card=Card("c0", "front_desk"))
            place.leave()
            await here.until(lambda: here.phones.rung != [] and not here.calling.waiting())
            await asyncio.sleep(0.3)
            return len(here.calling.waiting()), await here.box.kept(), here.phones.rung

    assert asyncio.run(story()) == (0, (), ["2125550140"])


def test_nobody_is_rung_back_for_somebody_at_a_console_of_another_line(tmp_path: Path) -> None:
    lee = AgentStatus(Agent("lee", "browser:lee"), Presence.READY, 0.0, node="cell-2")

    async def story() -> tuple[list[str], int]:
        async with line(tmp_path, lambda _: who_presses("1")) as here:
            await here.store.beat("cell-2", now=time.time(), until=time.time() + WITHIN)
            await here.store.register(lee)
            place = here.board.enter(Ticket("c0", "front_desk", 1000.0))
            place.keep_place("2125550140", card=Card("c0", "front_desk"))
            place.leave()
            await asyncio.sleep(0.3)
            before = list(here.phones.rung)
            await here.board.sign_in([DANA])
            await here.until(lambda: bool(here.talked))
            return before, len(here.phones.rung)

    assert asyncio.run(story()) == ([], 1)
