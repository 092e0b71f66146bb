"""Each agent is rung where they work."""

import asyncio
from collections.abc import Callable

import pytest

from ivr.errors import LegBroken
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.phones import Phones
from ivr.ports import AudioLeg
from tests.support.fakes import FakeAudioLeg

DANA = Agent("Dana", "browser:Dana")
LEE = Agent("Lee", "sip:lee@127.0.0.1")
CARD = Card("5f1c20aa", "the pharmacy")


class Bells:
    """Remembers who was rung, and how."""

    def __init__(self) -> None:
        self.rang: list[tuple[str, str, float]] = []

    async def dial(
        self, uri: str, *, ring_for: float, on_leg: Callable[[AudioLeg], None] | None = None
    ) -> AudioLeg:
        del on_leg
        self.rang.append(("sip", uri, ring_for))
        return FakeAudioLeg()

    async def ring(self, agent: Agent, card: Card, *, ring_for: float) -> AudioLeg:
        self.rang.append((card.call, agent.name, ring_for))
        return FakeAudioLeg()


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
