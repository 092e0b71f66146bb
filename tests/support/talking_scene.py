"""A practice on virtual time in which Alex talks to Dana, with the real queue behind them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

from ivr.bridge import Desk, Means, Report
from ivr.consulting import ConsultMeans
from ivr.handoff.agents import Agent, AgentStatus, Presence, Role
from ivr.handoff.card import Card, Said
from ivr.handoff.commands import AgentCommand, Attending, TalkView
from ivr.handoff.handoff import Handoff, Limits
from ivr.handoff.office import Office, Queue
from ivr.handoff.tickets import Ticket
from ivr.ports import AudioLeg
from ivr.store.memory import MemoryStore
from ivr.switchboard.switchboard import QueueSwitchboard
from ivr.talking import Talking
from ivr.talks import Talks
from tests.support.desk_scene import SOUNDS
from tests.support.fakes import FakeSpeaker
from tests.support.talk_scene import Console
from tests.support.virtual_loop import run
from tests.switchboard.desk import clock, switchboard

OFFICE = Office(
    {
        "front_desk": Queue("front_desk", "the front desk", wrap_up=10.0),
        "billing": Queue("billing", "billing"),
        "nurse_line": Queue("nurse_line", "the nurse line"),
    }
)
DANA = Agent("Dana", "browser:Dana", ("front_desk",))
KIM = Agent("Kim", "browser:Kim", ("billing",))
LEE = Agent("Lee", "browser:Lee", ("billing",), role=Role.CLERK)
ROBIN = Agent("Robin", "browser:Robin", ("none",), role=Role.SUPERVISOR)
CALL = "00000001"
CARD = Card(CALL, "the front desk", "Alex Sample", wanted="a refill", said=(Said("refill", 0.9),))
PICKS_UP_AFTER = 3.0  # seconds


class Phones:
    """Consoles and numbers; each picks up after three seconds, or refuses as told."""

    def __init__(self) -> None:
        self.legs: dict[str, Console] = {}
        self.cards: dict[str, Card] = {}
        self.rung: list[str] = []
        self.cancelled: list[str] = []
        self.refusals: dict[str, Exception] = {}

    async def ring(self, agent: Agent, card: Card, *, ring_for: float) -> Console:
        del ring_for
        self.cards[agent.name] = card
        return await self._pick_up(agent.name)

    async def dial(
        self, uri: str, *, ring_for: float, on_leg: Callable[[AudioLeg], None] | None = None
    ) -> Console:
        del ring_for, on_leg
        return await self._pick_up(uri)

    async def _pick_up(self, who: str) -> Console:
        self.rung.append(who)
        try:
            await asyncio.sleep(PICKS_UP_AFTER)
        except asyncio.CancelledError:
            self.cancelled.append(who)
            raise
        if who in self.refusals:
            raise self.refusals[who]
        self.legs[who] = Console(f"{len(self.legs) + 2:08x}")
        return self.legs[who]


class Scene:
    """Alex talks to Dana; the others are there as the store knows them."""

    def __init__(self, board: QueueSwitchboard, store: MemoryStore) -> None:
        self.board = board
        self.store = store
        self.caller = Console("00000001")
        self.phones = Phones()
        self.talks = Talks(self._audit)
        self.may_dial: tuple[str, ...] = ("212555*",)
        self.outbound = "sip:+1{number}@carrier.example"
        self.desk: Desk
        self.report: asyncio.Future[object]
        self.speaker = FakeSpeaker()
        self._means: Means
        self._stack = AsyncExitStack()

    async def begin(self) -> None:
        means = ConsultMeans(
            self.store,
            lambda: OFFICE,
            self.phones,
            self.phones,
            clock,
            outbound=self.outbound,
            may_dial=self.may_dial,
        )
        converse = Talking(self.talks, self.board, means)(self._lead)
        self._means = Means(self.board, self.phones, self.speaker, SOUNDS, converse)
        self.desk = self._desk(self.caller, CALL)
        await self._stack.enter_async_context(self.desk)
        self.report = asyncio.ensure_future(self.desk.wait())
        await asyncio.sleep(PICKS_UP_AFTER + 1)
        assert self.talks.now()[CALL].talk.agent == "Dana"

    def _desk(self, caller: Console, call: str) -> Desk:
        ticket = Ticket(call, "front_desk", clock())
        card = replace(CARD, call=call)
        return Desk(caller, Handoff(Limits()), self._means, ticket=ticket, card=card)

    async def next_caller(self) -> None:
        """Have somebody else ask for the front desk; return once they talk to Dana."""
        await self._stack.enter_async_context(self._desk(Console("0000000a"), "c2"))
        await asyncio.sleep(OFFICE.queues["front_desk"].wrap_up + PICKS_UP_AFTER + 1)

    async def ask(self, *commands: AgentCommand, by: str = "Dana", wait: float = 1.0) -> TalkView:
        """Have *by* ask for something; return what they are shown in the end."""
        self.phones.legs[by].command(*commands)
        await asyncio.sleep(wait)
        return self.phones.legs[by].views[-1]

    async def status(self, name: str) -> AgentStatus:
        return next(one for one in await self.store.agents() if one.agent.name == name)

    async def presence(self, name: str) -> Presence:
        return (await self.status(name)).presence

    def talk_together(self, who: str) -> bool:
        leg = self.phones.legs[who]
        return leg in self.caller.hears and self.caller in leg.hears

    async def over(self) -> Report:
        report = await self.report
        assert isinstance(report, Report)
        return report

    async def end(self) -> None:
        """Stop all of it."""
        await self._stack.aclose()
        self.report.cancel()

    async def _audit(self, by: str, attending: Attending, call: str) -> None:
        """Everybody may."""

    async def _lead(self, flow: str, leg: AudioLeg) -> str:
        assert leg is self.caller
        await asyncio.sleep(5)
        return f"Back from {flow}."


def play(
    story: Callable[[Scene], Awaitable[None]],
    *agents: Agent,
    prepare: Callable[[Scene], None] = lambda _: None,
) -> None:
    """Let *story* happen once Alex talks to Dana; nobody is left with a caller afterwards."""

    async def main() -> None:
        store = MemoryStore()
        for since, one in enumerate((DANA, *agents)):
            await store.register(AgentStatus(one, Presence.READY, clock() + since / 1000))
        async with switchboard(store=store, office=OFFICE) as board:
            scene = Scene(board, store)
            prepare(scene)
            await scene.begin()
            await story(scene)
            await scene.end()
            assert not scene.caller.hears
            assert not any(leg.hears for leg in scene.phones.legs.values())
            assert scene.talks.now() == {}

    run(main())
