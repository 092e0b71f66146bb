"""Each agent is rung where they work."""

import asyncio
from collections.abc import Callable

import pytest

from ivr.errors import LegBroken, LegLost
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.phones import ObservedPhones, Phones
from ivr.ports import AudioLeg
from ivr.story.facts import Fact
from tests.support.fakes import FakeAudioLeg

DANA = Agent("Dana", "browser:Dana")
LEE = Agent("Lee", "sip:lee@127.0.0.1")
CARD = Card("5f1c20aa", "the pharmacy")


class Bells:
    """Remembers who was rung, and how."""

    def __init__(self, *, busy: bool = False) -> None:
        self.rang: list[tuple[str, str, float]] = []
        self.leg = FakeAudioLeg()
        self.busy = busy

    async def dial(
        self, uri: str, *, ring_for: float, on_leg: Callable[[AudioLeg], None] | None = None
    ) -> AudioLeg:
        self.rang.append(("sip", uri, ring_for))
        if on_leg is not None:
            on_leg(self.leg)
        if self.busy:
            raise LegLost("busy", 486)
        return self.leg

    async def ring(self, agent: Agent, card: Card, *, ring_for: float) -> AudioLeg:
        self.rang.append((card.call, agent.name, ring_for))
        return self.leg


@pytest.mark.parametrize("agent", ["Lee", "Dana"])
def test_whoever_is_rung_for_a_call_is_observed_for_it(agent: str) -> None:
    async def story() -> None:
        bells = Bells()
        facts: list[Fact] = []
        phones = ObservedPhones(Phones(bells, bells), "0123456789ab", facts.append)
        await phones.ring(LEE if agent == "Lee" else DANA, CARD, ring_for=20.0)
        assert bells.leg.observers == [("0123456789ab", "agent", facts.append)]

    asyncio.run(story())


def test_an_agent_who_is_busy_is_observed_too() -> None:
    async def story() -> None:
        bells = Bells(busy=True)
        phones = ObservedPhones(Phones(bells), "0123456789ab", lambda _fact: None)
        with pytest.raises(LegLost):
            await phones.ring(LEE, CARD, ring_for=20.0)
        assert [(call, role) for call, role, _ in bells.leg.observers] == [
            ("0123456789ab", "agent")
        ]

    asyncio.run(story())


def test_who_has_a_phone_is_dialled_and_who_has_a_console_is_shown_the_card() -> None:
    bells = Bells()

    async def story() -> None:
        phones = Phones(bells, bells)
        await phones.ring(LEE, CARD, ring_for=20.0)
        await phones.ring(DANA, CARD, ring_for=15.0)

    asyncio.run(story())
    assert bells.rang == [("sip", LEE.address, 20.0), (CARD.call, "Dana", 15.0)]


def test_a_console_that_nobody_serves_cannot_be_reached() -> None:
    with pytest.raises(LegBroken, match=r"'Dana'.*no pages"):
        asyncio.run(Phones(Bells()).ring(DANA, CARD, ring_for=20.0))
