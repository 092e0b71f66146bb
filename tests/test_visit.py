"""What operators do to a call under way: send its caller to a person, hang it up."""

import asyncio

import pytest

from ivr.desk import Offered
from ivr.dialog.actions import HandoffReason
from ivr.ports import Gone
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.steps import Happened, Step
from ivr.visit import Visit as Living
from tests.support.fakes import FakeAudioLeg
from tests.support.virtual_loop import run
from tests.test_attendant import CALL, DANA, MARIA, Visit

FINDING = "I'm finding someone for you"


class LateLeg(FakeAudioLeg):
    """Takes two seconds to be answered."""

    async def answer(self) -> None:
        await asyncio.sleep(2)
        await super().answer()


def living(visit: Visit) -> Living:
    found = visit.attendant.visit(CALL)
    assert found is not None
    return found


async def finish(visit: Visit, call: asyncio.Task[None]) -> CallRow:
    visit.leg.happen(Gone())
    await call
    assert visit.attendant.visit(CALL) is None
    return visit.row


def test_an_operator_gives_a_talking_caller_to_a_person_of_the_queue_they_name() -> None:
    async def main() -> None:
        visit = Visit(MARIA)
        call = visit.ring()
        await asyncio.sleep(3)
        assert living(visit).hand_off("billing", who="Olga")
        await visit.hears(FINDING)
        await asyncio.sleep(5)
        assert [ticket.queue for ticket in visit.switchboard.tickets] == ["billing"]
        assert not living(visit).hand_off("pharmacy", who="Olga"), "they talk to a person"
        row = await finish(visit, call)
        assert (row.outcome, row.reason) == (CallOutcome.HANDED_OFF, HandoffReason.SENT)

    run(main())


def test_who_waits_moves_to_the_other_queue_and_keeps_the_time_they_asked_at() -> None:
    async def main() -> None:
        visit = Visit()
        call = await visit.wait_for_a_person()
        assert living(visit).hand_off("billing", who="Olga")
        await asyncio.sleep(1)
        first, second = visit.switchboard.tickets
        assert (second.queue, second.asked_at) == ("billing", first.asked_at)
        assert visit.switchboard.places[0].log == ["leave"]
        visit.switchboard.places[1].decide(Offered(MARIA))
        await asyncio.sleep(4)
        assert visit.switchboard.places[1].log == ["settle Maria"]
        assert (await finish(visit, call)).outcome is CallOutcome.HANDED_OFF

    run(main())


def test_an_agent_who_rings_for_a_caller_who_is_moved_is_let_go() -> None:
    async def main() -> None:
        visit = Visit(DANA)
        call = await visit.wait_for_a_person()
        assert living(visit).hand_off("billing", who="Olga")
        await asyncio.sleep(0.5)
        assert visit.switchboard.places[0].log == ["release Dana caller_gone", "leave"]
        assert visit.phones.cancelled == ["Dana"]
        await finish(visit, call)

    run(main())


def test_an_offer_of_the_place_that_is_given_up_rings_nobody() -> None:
    async def main() -> None:
        visit = Visit()
        call = await visit.wait_for_a_person()
        assert living(visit).hand_off("billing", who="Olga")
        visit.switchboard.places[0].decide(Offered(DANA))
        await asyncio.sleep(1)
        assert visit.phones.cards == {}
        await finish(visit, call)

    run(main())


def test_who_gives_a_number_is_broken_off_and_moved() -> None:
    async def main() -> None:
        visit = Visit()
        call = await visit.wait_for_a_person()
        await visit.press("1")
        await asyncio.sleep(1)
        assert living(visit).hand_off("billing", who="Olga")
        await asyncio.sleep(1)
        assert visit.switchboard.tickets[-1].queue == "billing"
        visit.switchboard.places[-1].decide(Offered(MARIA))
        await asyncio.sleep(4)
        assert visit.switchboard.log[-1] == "settle Maria"
        await finish(visit, call)

    run(main())


@pytest.mark.parametrize("seconds", [1.0, 3.0])
def test_an_operator_hangs_up(seconds: float) -> None:
    async def main() -> None:
        visit = Visit()
        call = visit.ring()
        await asyncio.sleep(seconds)
        here = living(visit)
        assert await here.hang_up(who="Olga")
        await call
        assert visit.leg.gone
        assert visit.row.outcome is CallOutcome.HUNG_UP_ON
        assert not await here.hang_up(who="Olga"), "it is over"
        assert not here.hand_off("billing", who="Olga")

    run(main())


def test_hanging_up_on_a_talk_leaves_it_a_talk() -> None:
    async def main() -> None:
        visit = Visit(MARIA)
        call = await visit.wait_for_a_person()
        await asyncio.sleep(5)
        assert await living(visit).hang_up(who="Olga")
        await call
        assert visit.row.outcome is CallOutcome.HANDED_OFF

    run(main())


def test_what_operators_do_is_told() -> None:
    async def main() -> None:
        visit = Visit()
        call = visit.ring()
        await asyncio.sleep(1)
        living(visit).hand_off("billing", who="Olga")
        await asyncio.sleep(1)
        await living(visit).hang_up(who="Igor")
        await call
        steps = [fact for fact in visit.facts if isinstance(fact, Step)]
        acted = [s for s in steps if s.happened is Happened.OPERATOR_ACTED]
        assert [(step.who, step.detail) for step in acted] == [
            ("Olga", "hand_off"),
            ("Igor", "hang_up"),
        ]

    run(main())


def test_who_is_sent_while_they_still_ring_goes_as_soon_as_they_are_answered() -> None:
    async def main() -> None:
        visit = Visit(MARIA)
        visit.leg = LateLeg()
        call = visit.ring()
        await asyncio.sleep(1)
        assert living(visit).hand_off("billing", who="Olga")
        await asyncio.sleep(6)
        assert [ticket.queue for ticket in visit.switchboard.tickets] == ["billing"]
        await finish(visit, call)

    run(main())
