"""A queue whose decisions are the test's, and agents who pick up after three seconds."""

import asyncio
from collections.abc import AsyncIterator, Callable

from ivr.desk import Offered, QueueEvent
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.events import Refusal
from ivr.handoff.office import Office
from ivr.handoff.tickets import Ticket
from ivr.ports import AudioLeg
from tests.support.fakes import FakeAudioLeg

OFFICE = Office(titles={"spanish": {"es": "la línea en español"}})


class FakeWaiting:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.card: Card | None = None
        self.offered = 0
        """Offers somebody has taken note of."""
        self._events: asyncio.Queue[QueueEvent | None] = asyncio.Queue()

    def decide(self, event: QueueEvent) -> None:
        self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[QueueEvent]:
        while (event := await self._events.get()) is not None:
            self.offered += isinstance(event, Offered)
            yield event

    def release(self, agent: str, refusal: Refusal) -> None:
        self.log.append(f"release {agent} {refusal}")

    def settle(self, agent: str) -> None:
        self.log.append(f"settle {agent}")

    def wrap_up(self, agent: str) -> None:
        self.log.append(f"wrap up {agent}")

    def keep_place(self, number: str, *, card: Card) -> None:
        self.log.append(f"keep {number}")
        self.card = card

    def leave(self) -> None:
        self.log.append("leave")
        self._events.put_nowait(None)


class FakeSwitchboard:
    """Offers *agents* one after the other; the test may decide more."""

    def __init__(self, *agents: Agent) -> None:
        self.agents = agents
        self.tickets: list[Ticket] = []
        self.places: list[FakeWaiting] = []

    @property
    def log(self) -> list[str]:
        return [line for place in self.places for line in place.log]

    def enter(self, ticket: Ticket) -> FakeWaiting:
        self.tickets.append(ticket)
        place = _OneByOne(self.agents)
        self.places.append(place)
        return place

    def title(self, queue: str, *, language: str) -> str:
        return OFFICE.title(queue, language=language)


class _OneByOne(FakeWaiting):
    def __init__(self, agents: tuple[Agent, ...]) -> None:
        super().__init__()
        self._next = iter(agents)
        self._offer()

    def release(self, agent: str, refusal: Refusal) -> None:
        super().release(agent, refusal)
        self._offer()

    def _offer(self) -> None:
        agent = next(self._next, None)
        if agent is not None:
            self.decide(Offered(agent))


class FakePhones:
    """Agents who pick up after three seconds, or refuse as told."""

    def __init__(self, **refusals: Exception) -> None:
        self.refusals = refusals
        self.legs: dict[str, FakeAudioLeg] = {}
        self.cards: dict[str, Card] = {}
        self.cancelled: list[str] = []

    async def ring(
        self,
        agent: Agent,
        card: Card,
        *,
        ring_for: float,
        on_leg: Callable[[AudioLeg], None] | None = None,
    ) -> FakeAudioLeg:
        self.cards[agent.name] = card
        try:
            async with asyncio.timeout(ring_for):
                await asyncio.sleep(3)
        except asyncio.CancelledError:
            self.cancelled.append(agent.name)
            raise
        if agent.name in self.refusals:
            raise self.refusals[agent.name]
        leg = self.legs[agent.name] = FakeAudioLeg()
        if on_leg is not None:
            on_leg(leg)
        return leg
