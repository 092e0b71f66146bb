"""The exchange: everything between callers and people, put together for one running line."""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from ivr.calling_back import CallingBack, CallingMeans
from ivr.clinic.messages import MessageBox
from ivr.consulting import ConsultMeans
from ivr.desk import QueueStore
from ivr.dialog.wording import Wording
from ivr.errors import HandoffError
from ivr.floor import FloorMeans, LineFloor, noted_in
from ivr.flow.templates import fill
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.office import Office
from ivr.leading import flows_for_agents
from ivr.loading import Practice
from ivr.outside import address_of
from ivr.phones import Phones
from ivr.ports import AudioLeg, Dialler, Speaker
from ivr.questions import questions
from ivr.records.audit import Audit
from ivr.records.callbacks import CallbackBook
from ivr.records.notes import NoteBook
from ivr.records.roster import Roster
from ivr.settings import Settings, Store
from ivr.staff import Staff
from ivr.store.memory import MemoryStore
from ivr.store.redis_ import RedisStore
from ivr.store.steady import SteadyStore
from ivr.switchboard.front import Front
from ivr.switchboard.place import Place
from ivr.switchboard.switchboard import QueueSwitchboard
from ivr.talking import Talking
from ivr.talks import Talks
from ivr.watch.asking import Askable
from ivr.webrtc.server import Browsers, ConsoleServer

TakeBack = Callable[[AudioLeg, Place, Card], Awaitable[bool]]
"""Goes on with a caller who was rung back; False: it came to nothing, they are rung once more."""


@dataclass(frozen=True, slots=True)
class ExchangeMeans:
    """What it is put together from."""

    practice: Callable[[], Practice]
    """Flows and queues as they are now."""
    wording: Wording
    """What who is rung back is told."""
    speaker: Speaker
    messages: MessageBox
    """Where a person finds whom nobody reached."""
    dialler: Dialler
    """Rings agents' phones and callers."""
    ring_line: Callable[[AudioLeg], None]
    """Takes a caller who rings from a page."""
    why: Callable[[str], str]
    """By call, why its caller goes to a person."""


class Exchange:
    """
    The queue, agents, their phones and consoles, and call-backs of this line.

    Made before anybody is answered; `start` once the line can ring, `stop` before it cannot.
    """

    def __init__(self, settings: Settings, means: ExchangeMeans) -> None:
        """Put it together; nothing is touched before `start`."""
        self._settings = settings
        self._means = means
        self._stack = AsyncExitStack()
        self._take_back: TakeBack
        self._node = secrets.token_hex(4)
        self._store = _store(settings.store, self._node)
        self._book = CallbackBook(settings.callback_book)
        self._roster = Roster(settings.roster)
        self.notes = NoteBook(settings.note_book)
        """What agents wrote about their talks."""
        audit = Audit(settings.audit_log)
        self._talks = Talks(noted_in(audit))
        self._callbacks = self._calling_back()
        self.switchboard = QueueSwitchboard(
            self._store,
            self._office,
            node=self._node,
            clock=time.time,
            callbacks=self._callbacks,
        )
        forget = self._callbacks.forget
        front = Front(self._store, self._office, clock=time.time, why=means.why, forget=forget)
        self.front = front
        """Tells operators of the queue."""
        self._console = self._serve_pages(front, audit) if settings.console.port else None
        self.phones = Phones(means.dialler, self._console)
        self.converse = Talking(self._talks, self.switchboard, self._consulting())
        """Lets callers talk to whom they are bridged with."""
        self._staff = Staff(
            self._roster,
            self._store,
            settings.handoff,
            sign_in=self.switchboard.sign_in,
            tell_consoles=self._know,
        )
        self.people: tuple[str, ...] = ()
        """Names of those who take calls here, signed in or not."""
        self.answers: Mapping[str, Askable] = questions(front, self._staff.read)
        """To what operators ask."""

    async def start(self, take_back: TakeBack) -> None:
        """
        Bring callers and agents together from now on, callers who kept their place included.

        Raises:
            SettingsError: The console's port is taken, or its certificate cannot be used.
        """
        self._take_back = take_back
        later = self._stack.push_async_callback
        later(self._store.close)
        later(self._book.close)
        later(self._roster.close)
        later(self.notes.close)
        await self._callbacks.start(self._store)
        later(self._callbacks.stop)
        await self.switchboard.start()
        later(self.switchboard.stop)
        if self._console is not None:
            later(self._console.stop)
            await self._console.start()
        await self._staff.start()

    async def stop(self) -> None:
        """Leave everything told and every kept place kept; idempotent, also before `start`."""
        await self._stack.aclose()

    async def phone(self, name: str) -> str:
        """
        Give the SIP URI of the phone of somebody who takes calls, or of a number that is allowed.

        Raises:
            HandoffError: There is none, for the reason it says in words.
            StoreUnavailable: It cannot be known now.
        """
        for status in await self._store.agents():
            if status.agent.name.casefold() == name.casefold():
                if status.agent.in_browser:
                    raise HandoffError(f"{name} has no phone, but listens in the console")
                return status.agent.address
        return self._consulting().address(name)

    # ------------------------------------------------------------ parts

    def _office(self) -> Office:
        return self._means.practice().office

    def _calling_back(self) -> CallingBack:
        settings, means = self._settings, self._means
        calling = CallingMeans(
            means.dialler,
            means.speaker,
            address=partial(address_of, outbound=settings.line.outbound),
            greeting=partial(_greeting, wording=means.wording, practice=settings.clinic.name),
            connect=self._connect,
            node=self._node,
        )
        return CallingBack(self._book, means.messages, calling, clock=time.time)

    def _consulting(self) -> ConsultMeans:
        settings, dialler = self._settings, self._means.dialler
        return ConsultMeans(
            self._store,
            self._office,
            self.phones,
            dialler,
            time.time,
            outbound=settings.line.outbound,
            may_dial=settings.handoff.may_dial,
        )

    async def _connect(self, leg: AudioLeg, place: Place, card: Card) -> bool:
        return await self._take_back(leg, place, card)

    def _serve_pages(self, front: Front, audit: Audit) -> ConsoleServer:
        means = FloorMeans(
            self._talks,
            audit,
            self.notes,
            lambda: flows_for_agents(self._means.practice().book),
            front.move_up,
            self._means.ring_line,
        )
        floor = LineFloor(self._store, self._office, means, node=self._node, clock=time.time)
        browsers = Browsers(self._settings.clinic.name)
        return ConsoleServer(self._settings.console, browsers, door=self._roster, actions=floor)

    def _know(self, agents: Mapping[str, Agent]) -> None:
        self.people = tuple(agents)
        if self._console is not None:
            self._console.know(agents)


def _greeting(language: str, *, wording: Wording, practice: str) -> str:
    return fill(wording(language).calling_back, lambda _: practice)


def _store(settings: Store, node: str) -> QueueStore:
    if not settings.url:
        return MemoryStore()
    return SteadyStore(RedisStore(settings.url, prefix=settings.prefix), node=node)
