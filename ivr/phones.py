"""Agents' phones: the console for those who work in a browser, SIP for everybody else."""

from collections.abc import Callable
from typing import Protocol

from ivr.desk import AgentPhones
from ivr.errors import LegBroken
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.ports import AudioLeg, Dialler
from ivr.story.facts import Fact


class ObservablePhones(Protocol):
    """`AgentPhones` that show a leg before it rings."""

    async def ring(
        self,
        agent: Agent,
        card: Card,
        *,
        ring_for: float,
        on_leg: Callable[[AudioLeg], None] | None = None,
    ) -> AudioLeg:
        """As in `AgentPhones`; *on_leg* gets the leg as soon as there is one, answered or not."""
        ...


class Phones:
    """`AgentPhones` of a line."""

    def __init__(self, dialler: Dialler, consoles: AgentPhones | None = None) -> None:
        """
        Wire it up.

        Args:
            dialler: Rings SIP phones.
            consoles: Rings those who work in the console; None: the line serves no pages.
        """
        self._dialler = dialler
        self._consoles = consoles

    async def ring(
        self,
        agent: Agent,
        card: Card,
        *,
        ring_for: float,
        on_leg: Callable[[AudioLeg], None] | None = None,
    ) -> AudioLeg:
        """As in `ObservablePhones`; a SIP phone has no screen, the card is whispered later."""
        if not agent.in_browser:
            return await self._dialler.dial(agent.address, ring_for=ring_for, on_leg=on_leg)
        if self._consoles is None:
            raise LegBroken(f"console of '{agent.name}': this line serves no pages (console.port)")
        leg = await self._consoles.ring(agent, card, ring_for=ring_for)
        if on_leg is not None:
            on_leg(leg)
        return leg


class ObservedPhones:
    """`AgentPhones` whose legs tell what the network does on them, as facts of one call."""

    def __init__(self, phones: ObservablePhones, call: str, tell: Callable[[Fact], None]) -> None:
        self._phones = phones
        self._call = call
        self._tell = tell

    async def ring(self, agent: Agent, card: Card, *, ring_for: float) -> AudioLeg:
        """As in `AgentPhones`; who is busy or does not pick up is observed, too."""
        return await self._phones.ring(agent, card, ring_for=ring_for, on_leg=self._observe)

    def _observe(self, leg: AudioLeg) -> None:
        leg.observe(call=self._call, role="agent", tell=self._tell)
