"""A caller whose agent sends them through a flow, on a virtual clock, with the shipped flows."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from ivr.attendant import Attendant
from ivr.conversing import Converse
from ivr.dialog.events import Hypothesis
from ivr.errors import HandoffError, IvrError, LegLost
from ivr.flow.model import Value
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.talk_actions import TalkEnding
from ivr.leading import flows_for_agents
from ivr.ports import AudioLeg, Gone, Heard, OperationResult
from ivr.story.calls import CallOutcome
from ivr.talk import RunFlow, TalkEnd
from tests.flows.shipped import book
from tests.support.virtual_loop import run
from tests.test_attendant import MARIA, NoClinic, Visit

BORN, PHONE = "03031982", "2125550142"
ALEX = {"patient": "p1", "caller_name": "Alex Sample", "verified_by": "date of birth and phone"}


class Identity(NoClinic):
    """Knows Alex, or nobody."""

    def __init__(self, outcome: str) -> None:
        self.outcome = outcome

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        assert operation.startswith("identity.")
        assert arguments["date_of_birth"]
        return OperationResult(self.outcome, dict(ALEX if self.outcome == "verified" else {}))


class LedVisit(Visit):
    """A caller whom Maria sends through one flow; what she learns of it is in `told`."""

    def __init__(self, flow: str, *, outcome: str = "verified") -> None:
        super().__init__(MARIA)
        self.flow = flow
        self.told: list[str] = []
        self.refused: list[type[IvrError]] = []
        self.done = asyncio.Event()
        self.ending: TalkEnd | None = None
        line = replace(self.line, clinic=Identity(outcome), converse=self._converse)
        self.attendant = Attendant(line)

    def _converse(self, lead: RunFlow) -> Converse:
        async def converse(
            caller: AudioLeg, agent: AudioLeg, *, person: Agent, card: Card
        ) -> TalkEnd:
            del agent, card
            try:
                self.told.append(await lead(self.flow, caller))
            except IvrError as error:
                self.told.append(str(error))
                self.refused.append(type(error))
            await self.done.wait()
            return self.ending or TalkEnd(TalkEnding.DONE, person.name)

        return converse

    async def reach_maria(self) -> asyncio.Task[None]:
        call = self.ring()
        await self.press("0")
        await asyncio.sleep(8)
        return call

    async def key(self, keys: str) -> None:
        await self.press(keys)
        await asyncio.sleep(6)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("verified", "Prove who is calling: verified. They are Alex Sample."),
        ("locked", "Prove who is calling: failed."),
    ],
)
def test_an_agent_learns_what_came_of_it_and_the_caller_is_not_sent_away(
    outcome: str, told: str
) -> None:
    async def main() -> None:
        visit = LedVisit("verify_identity", outcome=outcome)
        call = await visit.reach_maria()
        await visit.key(BORN)
        await visit.key(PHONE)
        assert visit.told == [told]
        assert not any("Goodbye" in text for text in visit.speaker.texts)
        assert not visit.leg.gone
        visit.done.set()
        await call
        assert visit.row.outcome is CallOutcome.HANDED_OFF
        assert "verify_identity.check_phone" in visit.row.path

    run(main())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("operator", "broken off, the caller asked for you."),
        ("i have chest pain", "broken off, the caller spoke of an emergency."),
    ],
)
def test_a_caller_who_wants_a_person_there_is_back_with_their_agent(words: str, told: str) -> None:
    async def main() -> None:
        visit = LedVisit("verify_identity")
        call = await visit.reach_maria()
        visit.ears.ears[-1].happen(Heard((Hypothesis(words, 0.95),)))
        await asyncio.sleep(10)
        assert visit.told == [f"Prove who is calling: {told}"]
        assert len(visit.switchboard.tickets) == 1
        visit.done.set()
        await call

    run(main())


def test_who_takes_the_caller_next_sees_whom_they_proved_to_be_and_for_which_queue_they_come() -> (
    None
):
    async def main() -> None:
        visit = LedVisit("verify_identity")
        visit.ending = TalkEnd(TalkEnding.TO_QUEUE, "Maria", "billing")
        call = await visit.reach_maria()
        assert visit.phones.cards["Maria"].caller == ""
        await visit.key(BORN)
        await visit.key(PHONE)
        visit.done.set()
        await asyncio.sleep(1)
        card = visit.phones.cards["Maria"]  # whom this queue, too, offers the caller
        assert (card.caller, card.verified) == ("Alex Sample", "date of birth and phone")
        assert "date of birth" in card.known
        assert card.queue == visit.switchboard.title("billing", language="en")
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    run(main())


def test_key_0_and_silence_lead_back_to_the_agent_too() -> None:
    async def main() -> None:
        for keys, told in (("0", "the caller asked for you"), ("", "did not understand")):
            visit = LedVisit("verify_identity")
            call = await visit.reach_maria()
            await visit.key(keys)
            await asyncio.sleep(120)
            assert told in visit.told[0]
            visit.done.set()
            await call

    run(main())


@pytest.mark.parametrize("flow", ["main_menu", "nobody_available", "no_such_flow"])
def test_other_flows_are_not_for_agents(flow: str) -> None:
    async def main() -> None:
        visit = LedVisit(flow)
        call = await visit.reach_maria()
        assert visit.refused == [HandoffError]
        assert visit.told == [f"There is no {flow} that a caller can be sent through."]
        visit.done.set()
        await call

    run(main())


def test_a_caller_who_hangs_up_there_is_gone() -> None:
    async def main() -> None:
        visit = LedVisit("verify_identity")
        call = await visit.reach_maria()
        visit.leg.happen(Gone())
        await asyncio.sleep(1)
        assert visit.refused == [LegLost]
        visit.done.set()
        await call

    run(main())


def test_the_flows_for_agents_are_listed_by_title() -> None:
    assert flows_for_agents(book()) == (("verify_identity", "Prove who is calling"),)
