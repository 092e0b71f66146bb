"""One call on a virtual clock, with the shipped flows: where callers get, and in which order."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ivr.attendant import Attendant
from ivr.clinic.operations import SPECS
from ivr.desk import Offered, Shut
from ivr.dialog.events import Hypothesis
from ivr.flow.model import OperationSpec, Value
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.handoff import Limits
from ivr.handoff.tickets import Priority, Ticket
from ivr.line import Line
from ivr.ports import Gone, Heard, Keyed, LegInfo, OperationResult
from ivr.records.calls import CallBook
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.facts import Fact
from ivr.voice import Voice
from tests.flows.shipped import book, wording
from tests.support.fake_queue import FakePhones, FakeSwitchboard
from tests.support.fakes import FakeAudioLeg, FakeRecogniser, FakeSpeaker
from tests.support.two import talk_of_two
from tests.support.virtual_loop import run

DANA = Agent("Dana", "sip:dana@127.0.0.1")
MARIA = Agent("Maria", "browser:maria")
CALL = "00000001"


class NoClinic:
    """Nothing of the clinic's is asked here."""

    @property
    def operations(self) -> Mapping[str, OperationSpec]:
        return SPECS

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        raise AssertionError(operation, arguments)


class Rows(CallBook):
    """Keeps the newest row in sight."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.row: CallRow | None = None

    def keep(self, row: CallRow) -> None:
        self.row = row


class Visit:
    """A call under way."""

    def __init__(self, *agents: Agent, number: str = "") -> None:
        self.leg = FakeAudioLeg()
        self.leg.info = LegInfo(CALL, caller=number)
        self.switchboard = FakeSwitchboard(*agents)
        self.phones = FakePhones()
        self.speaker = FakeSpeaker()
        self.ears = FakeRecogniser()
        self.rows = Rows()
        self.facts: list[Fact] = []
        self.messages: list[bytes] = []
        self.line = Line(
            book=lambda _call: book(),
            start="main_menu",
            wording=wording(),
            speaker=self.speaker,
            voice=lambda *_: Voice(self.speaker, self.ears, bytes(320), self._keep),
            clinic=NoClinic(),
            switchboard=self.switchboard,
            phones=self.phones,
            converse=lambda _lead: talk_of_two,
            limits=Limits(),
            music=bytes(320),
            tell=self._take,
            hears=True,
            recordings=None,
        )
        self.attendant = Attendant(self.line)

    async def _keep(self, pcm: bytes) -> None:
        self.messages.append(pcm)

    def _take(self, fact: Fact) -> None:
        self.rows.take(fact)
        self.facts.append(fact)

    def ring(self) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(self.attendant.take(self.leg, call=CALL))

    async def wait_for_a_person(self) -> asyncio.Task[None]:
        """Ring, and ask for a person at the first question."""
        call = self.ring()
        await self.press("0")
        await asyncio.sleep(1)
        return call

    async def press(self, keys: str) -> None:
        for key in keys:
            self.leg.happen(Keyed(key))
            await asyncio.sleep(0.2)

    async def hears(self, words: str) -> None:
        await asyncio.sleep(1)
        assert any(words in text for text in self.speaker.texts), self.speaker.texts

    @property
    def row(self) -> CallRow:
        assert self.rows.row is not None
        return self.rows.row


def test_a_caller_who_wants_a_person_gets_one_and_hears_who_it_was() -> None:
    async def main() -> None:
        visit = Visit(MARIA)
        call = visit.ring()
        await visit.press("0")
        await asyncio.sleep(5)
        visit.phones.legs["Maria"].happen(Gone())
        await call
        assert "Maria has finished the call" in visit.speaker.texts[-1]
        row = visit.row
        assert (row.outcome, row.handoff) == (CallOutcome.HANDED_OFF, Outcome.SERVED)
        assert row.wait is not None
        assert (row.wait.agent, row.wait.waited) == ("Maria", 3.0)
        assert visit.leg.gone

    run(main())


def test_a_caller_who_speaks_spanish_hears_the_spanish_name_of_the_queue() -> None:
    async def main() -> None:
        visit = Visit(DANA)
        call = visit.ring()
        await asyncio.sleep(3)
        visit.ears.ears[-1].happen(Heard((Hypothesis("español", 0.95),)))
        await visit.press("0")
        await asyncio.sleep(5)
        assert "Dana, de la línea en español, viene al teléfono." in visit.speaker.texts
        assert visit.phones.cards["Dana"].queue == "the spanish"
        visit.leg.happen(Gone())
        await call

    run(main())


@pytest.mark.parametrize(
    ("number", "keys"),
    [("+12125550142", "1"), ("", "21255501421"), ("+12125550199", "221255501421")],
)
def test_a_waiting_caller_keeps_the_place_at_the_number_they_confirm(
    number: str, keys: str
) -> None:
    async def main() -> None:
        visit = Visit(number=number)
        call = await visit.wait_for_a_person()
        await visit.press("1")
        await asyncio.sleep(1)
        for key in keys:
            await visit.press(key)
            await asyncio.sleep(2.5 if key in {keys[-2:-1], keys[0]} else 0)
        await call
        assert visit.switchboard.log == ["keep 2125550142"]
        assert visit.row.outcome is CallOutcome.CALLBACK
        assert visit.row.handoff is Outcome.WANTS_CALLBACK

    run(main())


def test_who_gives_the_call_back_up_waits_on_at_the_same_place() -> None:
    async def main() -> None:
        visit = Visit()
        call = await visit.wait_for_a_person()
        await visit.press("1")
        await asyncio.sleep(1)
        await visit.press("0")
        await asyncio.sleep(1)
        assert visit.switchboard.log == []
        visit.switchboard.places[0].decide(Offered(MARIA))
        await asyncio.sleep(4)
        assert visit.switchboard.log == ["settle Maria"]
        visit.leg.happen(Gone())
        await call
        assert len(visit.switchboard.tickets) == 1

    run(main())


def test_an_agent_who_picks_up_breaks_off_the_question_for_the_number() -> None:
    async def main() -> None:
        visit = Visit()
        call = await visit.wait_for_a_person()
        await visit.press("1")
        await asyncio.sleep(1)
        visit.switchboard.places[0].decide(Offered(MARIA))
        await visit.press("212")
        await asyncio.sleep(4)
        assert visit.leg.note()[-1] == "hear"
        visit.phones.legs["Maria"].happen(Gone())
        await call
        assert visit.row.outcome is CallOutcome.HANDED_OFF

    run(main())


def test_danger_while_giving_a_number_comes_before_everybody_else() -> None:
    async def main() -> None:
        visit = Visit()
        call = await visit.wait_for_a_person()
        await visit.press("1")
        await asyncio.sleep(3)
        visit.ears.ears[-1].happen(Heard((Hypothesis("i have chest pain", 0.9),)))
        await asyncio.sleep(4)
        before, now = visit.switchboard.tickets
        assert (before.priority, now.priority) == (Priority.ROUTINE, Priority.URGENT)
        assert now.asked_at == before.asked_at
        assert visit.switchboard.log == ["leave"]
        visit.leg.happen(Gone())
        await call

    run(main())


def test_2_leads_to_a_message_and_operator_from_there_to_the_same_place() -> None:
    async def main() -> None:
        visit = Visit()
        call = await visit.wait_for_a_person()
        await visit.press("2")
        await visit.hears("Please speak after the tone")
        await visit.press("0")
        await asyncio.sleep(1)
        before, now = visit.switchboard.tickets
        assert now == before
        visit.leg.happen(Gone())
        await call
        assert visit.row.handoff is Outcome.CALLER_LEFT

    run(main())


def test_callers_of_a_closed_queue_hear_what_the_practice_says() -> None:
    async def main() -> None:
        visit = Visit()
        call = await visit.wait_for_a_person()
        visit.switchboard.places[0].decide(Shut(closed=True, says="We open again at eight."))
        await visit.hears("We open again at eight.")
        await asyncio.sleep(2)
        await visit.hears("To leave a message, say message.")
        visit.leg.happen(Gone())
        await call
        assert visit.row.handoff is Outcome.NOBODY
        assert visit.row.wait is not None
        assert visit.row.wait.troubles == (Trouble.CLOSED,)

    run(main())


@pytest.mark.parametrize(
    "end",
    [
        lambda visit: visit.phones.legs["Maria"].happen(Gone()),
        lambda visit: visit.leg.happen(Gone()),
    ],
    ids=["the person", "the caller"],
)
def test_a_caller_who_was_rung_back_talks_to_the_person_reserved_for_them(
    end: Callable[[Visit], None],
) -> None:
    async def main() -> None:
        visit = Visit()
        place = FakeSwitchboard(MARIA).enter(Ticket("00000002", "front_desk", asked_at=0.0))
        card = Card("00000002", "the front desk", caller="Alex Sample", callback=True)
        call = asyncio.ensure_future(
            visit.attendant.take_back(
                visit.leg,
                place,
                ticket=Ticket("00000002", "front_desk", asked_at=0.0),
                card=card,
                call=CALL,
            )
        )
        await asyncio.sleep(5)
        assert visit.phones.cards["Maria"].callback
        end(visit)
        assert await call
        assert place.log == ["settle Maria", "wrap up Maria"]

    run(main())


def test_a_caller_who_was_rung_back_and_hangs_up_before_anybody_comes_is_tried_again() -> None:
    async def main() -> None:
        visit = Visit()
        ticket = Ticket("00000002", "front_desk", asked_at=0.0)
        place = FakeSwitchboard(MARIA).enter(ticket)
        card = Card("00000002", "the front desk", callback=True)
        call = asyncio.ensure_future(
            visit.attendant.take_back(visit.leg, place, ticket=ticket, card=card, call=CALL)
        )
        await asyncio.sleep(1)
        visit.leg.happen(Gone())
        assert not await call
        assert place.log == ["release Maria caller_gone", "leave"]

    run(main())
