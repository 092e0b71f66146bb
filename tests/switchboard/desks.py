"""A practice by telephone, without wires: real desks at a switchboard, agents as small scripts."""

import asyncio
from dataclasses import dataclass, field, replace

from ivr.bridge import Aside, Desk, Means, Report
from ivr.desk import Switchboard
from ivr.errors import LegLost
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.handoff import Handoff, Limits
from ivr.handoff.talk_actions import TalkEnding
from ivr.handoff.tickets import Ticket
from ivr.ports import AudioLeg, Gone, Keyed
from ivr.queueing import OncePlaced
from ivr.switchboard.place import Place
from ivr.switchboard.switchboard import QueueSwitchboard
from ivr.talk import TalkEnd
from tests.support.desk_scene import SOUNDS, ListeningLeg
from tests.support.fakes import FakeAudioLeg, FakeSpeaker
from tests.support.two import talk_of_two
from tests.switchboard.desk import START, clock

GIVES_NUMBER = 5.0  # seconds
NUMBER = "2125550142"


@dataclass(frozen=True)
class Pick:
    """What an agent does about one caller."""

    after: float = 3.0
    """Seconds of ringing until they do it."""
    refuses: int = 0
    """SIP status they refuse with."""
    keys: str = "1"
    """What they press two seconds after they picked up."""
    talks: float = 20.0
    sends_to: str = ""
    """Queue to which they send the caller in the end."""


@dataclass(frozen=True)
class Whims:
    """What a caller does beside waiting."""

    hangs_up: float | None = None
    """Seconds after they asked for a person."""
    hangs_up_rung: float | None = None
    """Seconds after the first agent is rung."""
    keeps_place: float | None = None
    """Seconds after they asked, for pressing 1."""


@dataclass
class Rang:
    """One ringing of one agent for one caller."""

    call: str
    agent: str
    pick: Pick
    began: float
    ring_for: float
    stopped: float | None = None
    """When the ringing did, picked up or not."""
    leg: FakeAudioLeg | None = None
    """Once they picked up."""

    @property
    def ended(self) -> float | None:
        """When the agent was let go, from ringing or from the talk; None: not yet."""
        if self.leg is None:
            return self.stopped
        return next((START + at for at, what in self.leg.log if what.startswith("hang up")), None)


@dataclass
class Visit:
    """What became of one caller."""

    ticket: Ticket
    whims: Whims
    leg: ListeningLeg
    report: Report | None = None
    bridged: list[str] = field(default_factory=list)
    """To whom."""
    hung_up: float | None = None


class Practice:
    """Agents' phones, callers' desks and the call-backs of those who keep their place."""

    def __init__(self) -> None:
        self.board: QueueSwitchboard
        self.visits: dict[str, Visit] = {}
        self.rang: list[Rang] = []
        self.wrong: list[str] = []
        """What must never happen, and did."""
        self._kept: dict[str, Card] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def picks(self, call: str) -> Pick:
        """Decide what whoever is rung for *call* does about it."""
        del call
        return Pick()

    # ------------------------------------------------------------ callers

    async def call(self, ticket: Ticket, whims: Whims | None = None) -> None:
        """Let a caller wait, from their asking for a person to the end."""
        whims, loop = whims or Whims(), asyncio.get_running_loop()
        leg = ListeningLeg(ticket.key)
        self.visits[ticket.key] = Visit(ticket, whims, leg)
        if whims.hangs_up is not None:
            loop.call_later(whims.hangs_up, self._hang_up, ticket.key)
        if whims.keeps_place is not None:
            loop.call_later(whims.keeps_place, leg.happen, Keyed("1"))
        await self._wait(leg, self.board, ticket, Card(ticket.key, ticket.queue))

    async def _wait(
        self, leg: ListeningLeg, board: Switchboard, ticket: Ticket, card: Card
    ) -> None:
        means = Means(board, self, FakeSpeaker(), SOUNDS, self._converse)
        async with Desk(leg, Handoff(Limits()), means, ticket=ticket, card=card) as desk:
            turn = await desk.wait()
            if isinstance(turn, Aside):
                await asyncio.sleep(GIVES_NUMBER)
                await desk.keep_place(NUMBER)
                turn = await desk.wait()
        assert isinstance(turn, Report)
        self.visits[ticket.key].report = turn

    def _hang_up(self, call: str) -> None:
        visit = self.visits[call]
        if visit.report is None and visit.hung_up is None:
            visit.hung_up = clock()
            visit.leg.happen(Gone())

    # ------------------------------------------------------------ `AgentPhones`

    async def ring(self, agent: Agent, card: Card, *, ring_for: float) -> AudioLeg:
        """As in `AgentPhones`."""
        self._look_for_wrong(agent, card.call)
        loop, whims = asyncio.get_running_loop(), self.visits[card.call].whims
        if whims.hangs_up_rung is not None:
            loop.call_later(whims.hangs_up_rung, self._hang_up, card.call)
        pick = self.picks(card.call)
        rang = Rang(card.call, agent.name, pick, clock(), ring_for)
        self.rang.append(rang)
        try:
            await asyncio.sleep(min(pick.after, ring_for))
        finally:
            rang.stopped = clock()
        if pick.refuses or pick.after > ring_for:
            raise LegLost("refused", pick.refuses or 408)
        leg = rang.leg = FakeAudioLeg()
        if not agent.in_browser:
            for key in pick.keys:
                loop.call_later(2, leg.happen, Keyed(key))
        return leg

    def _look_for_wrong(self, agent: Agent, call: str) -> None:
        if not all(rang.ended for rang in self.rang if agent.name == rang.agent):
            self.wrong.append(f"{agent.name} is rung while they ring or talk")
        if not all(rang.ended for rang in self.rang if call == rang.call):
            self.wrong.append(f"two agents are rung for {call}")
        visit = self.visits[call]
        if visit.hung_up is not None:
            self.wrong.append(f"{agent.name} is rung for {call}, who has hung up")

    async def _converse(
        self, caller: AudioLeg, agent: AudioLeg, *, person: Agent, card: Card
    ) -> TalkEnd:
        assert isinstance(agent, FakeAudioLeg)
        self.visits[card.call].bridged.append(person.name)
        pick = next(rang.pick for rang in self.rang if rang.leg is agent)
        timer = asyncio.get_running_loop().call_later(pick.talks, agent.happen, Gone())
        try:
            end = await talk_of_two(caller, agent, person=person, card=card)
        finally:
            timer.cancel()
        if pick.sends_to and end.ending is TalkEnding.DONE:
            return TalkEnd(TalkEnding.TO_QUEUE, person.name, to=pick.sends_to)
        return end

    # ------------------------------------------------------------ `CallBacks`

    def has(self, key: str) -> bool:
        """As in `CallBacks`."""
        return key in self._kept

    async def keep(self, ticket: Ticket, number: str, card: Card) -> None:
        """As in `CallBacks`."""
        assert number == NUMBER
        self._kept[ticket.key] = card

    def due(self, place: Place, agent: Agent) -> None:
        """As in `CallBacks`; the caller picks up at once."""
        del agent
        task = asyncio.get_running_loop().create_task(self._call_back(place))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call_back(self, place: Place) -> None:
        place.reached(node="cell-1")
        ticket = place.ticket
        card = replace(self._kept.pop(ticket.key), callback=True)
        leg = ListeningLeg(ticket.key)
        self.visits[ticket.key].leg = leg
        await self._wait(leg, OncePlaced(self.board, place), ticket, card)
        place.leave()
