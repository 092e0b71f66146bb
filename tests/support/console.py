"""A console with a made-up practice behind it, for tests and for pictures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from playwright.async_api import Page

from ivr.desk import AgentLeg
from ivr.errors import HandoffError, StoreUnavailable
from ivr.handoff.agents import Agent, Presence, PresenceChange, Role
from ivr.handoff.card import Card, Said
from ivr.handoff.commands import Attending
from ivr.ports import AudioLeg
from ivr.settings import Console
from ivr.webrtc.floor import Colleague, Floor, Place, WrapUpNote
from ivr.webrtc.server import Browsers, ConsoleServer
from tests.support.browser_peer import OPTIONS

NO_ROSTER = "Nobody"
PASSWORD = "green-harbor-7"  # noqa: S105 - of nobody
GONE = "00000000"  # a talk that is over when somebody wants to attend it
DANA = Agent("Dana", "browser:Dana", languages=("en", "es"))
KIM = Agent("Kim", "browser:Kim", role=Role.CLERK)
SAM = Agent("Sam", "browser:Sam", role=Role.SUPERVISOR)
CARD = Card(
    call="5f1c20aa",
    queue="the pharmacy",
    caller="Alex Sample",
    verified="date of birth and phone",
    wanted="Know whether the prescription refill is ready",
    done=("Found the prescription", "Read its status: needs the doctor's approval"),
    why="The caller asked for a person after hearing the status.",
    said=(
        Said("refill status", 0.94),
        Said("seven one one two nine four oh", 0.88),
        Said("when will the doctor look at it", 0.41),
    ),
    known=("date of birth", "telephone number", "prescription number"),
    waited=74.0,
)


FLOOR = Floor(
    queues=(Place("front_desk", "the front desk"), Place("pharmacy", "the pharmacy")),
    flows=(Place("pay_bill", "Pay a bill by keypad"),),
)


class FakeDoor:
    """Everybody has the same password; one name finds the roster away."""

    async def check(self, name: str, password: str) -> Agent | None:
        if name == NO_ROSTER:
            raise StoreUnavailable("the roster is away")
        known = {agent.name: agent for agent in (DANA, KIM, SAM)}
        return known.get(name) if password == PASSWORD else None


@dataclass
class FakeActions:
    """Remembers what was asked; shows the floor it is told, and agents as they want to be."""

    shown: Floor = FLOOR
    presences: dict[str, PresenceChange] = field(default_factory=dict)
    notes: list[WrapUpNote] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    attended: list[tuple[str, Attending]] = field(default_factory=list)
    visitor: AgentLeg | None = None
    callers: "asyncio.Queue[AudioLeg]" = field(default_factory=asyncio.Queue)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    async def set_presence(self, agent: Agent, change: PresenceChange) -> None:
        self.presences[agent.name] = change

    async def floor(self) -> Floor:
        mine = tuple(
            Colleague(name, change.presence, 40.0, change.reason)
            for name, change in self.presences.items()
        )
        return replace(self.shown, colleagues=mine + self.shown.colleagues)

    async def changes(self) -> AsyncIterator[None]:
        while True:
            await self.stirred.wait()
            self.stirred.clear()
            yield

    async def attend(self, by: Agent, call: str, mode: Attending, leg: AgentLeg) -> Card:
        if call == GONE:
            raise HandoffError("that talk is over")
        self.attended.append((by.name, mode))
        self.visitor = leg
        return replace(CARD, call=call)

    async def move_up(self, by: Agent, ticket: str) -> None:
        self.moved.append((by.name, ticket))

    async def keep_note(self, note: WrapUpNote) -> None:
        self.notes.append(note)

    def ring_line(self, leg: AudioLeg) -> None:
        self.callers.put_nowait(leg)

    def is_ready(self, agent: Agent) -> bool:
        change = self.presences.get(agent.name)
        return change is not None and change.presence is Presence.READY


@asynccontextmanager
async def serving(
    actions: FakeActions, settings: Console | None = None, *, return_within: float = 30.0
) -> AsyncIterator[ConsoleServer]:
    """Serve the pages on a free port."""
    server = ConsoleServer(
        settings or Console(port=0),
        Browsers("Cedar Street Clinic", replace(OPTIONS, lost_after=5.0), return_within),
        door=FakeDoor(),
        actions=actions,
    )
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


async def log_in(
    page: Page, server: ConsoleServer, agent: Agent = DANA, *, scheme: str = "http"
) -> None:
    """Open the console and log in as a person would."""
    await page.goto(f"{scheme}://127.0.0.1:{server.port}/")
    await page.get_by_label("Name").fill(agent.name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("group", name="You").wait_for()
