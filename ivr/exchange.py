"""The exchange: everything between callers and people, put together for one running line."""

import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from ivr.calling_back import CallingBack, CallingMeans
from ivr.clinic.messages import MessageBox
from ivr.desk import QueueStore
from ivr.dialog.wording import Wording
from ivr.flow.templates import fill
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.office import Office
from ivr.outside import address_of
from ivr.ports import AudioLeg, Dialler, Speaker
from ivr.records.callbacks import CallbackBook
from ivr.ringing import SipPhones
from ivr.settings import Settings, Store
from ivr.store.memory import MemoryStore
from ivr.store.redis_ import RedisStore
from ivr.store.steady import SteadyStore
from ivr.switchboard.place import Place
from ivr.switchboard.switchboard import QueueSwitchboard

TakeBack = Callable[[AudioLeg, Place, Card], Awaitable[bool]]
"""Goes on with a caller who was rung back; False: it came to nothing, they are rung once more."""


@dataclass(frozen=True, slots=True)
class ExchangeMeans:
    """What it is put together from."""

    office: Callable[[], Office]
    """The queues as they are now."""
    wording: Wording
    """What who is rung back is told."""
    speaker: Speaker
    messages: MessageBox
    """Where a person finds whom nobody reached."""
    dialler: Dialler
    """Rings agents' phones and callers."""


class Exchange:
    """
    The queue, agents' phones and call-backs of this line.

    Made before anybody is answered; `start` once the line can ring, `stop` before it cannot.
    """

    def __init__(self, settings: Settings, means: ExchangeMeans) -> None:
        """Put it together; nothing is touched before `start`."""
        self._settings = settings
        self._stack = AsyncExitStack()
        self._take_back: TakeBack
        node = secrets.token_hex(4)
        self._store = _store(settings.store, node)
        self._book = CallbackBook(settings.callback_book)
        calling = CallingMeans(
            means.dialler,
            means.speaker,
            address=partial(address_of, outbound=settings.line.outbound),
            greeting=partial(_greeting, wording=means.wording, practice=settings.clinic.name),
            connect=self._connect,
            node=node,
        )
        self._callbacks = CallingBack(self._book, means.messages, calling, clock=time.time)
        self.switchboard = QueueSwitchboard(
            self._store, means.office, node=node, clock=time.time, callbacks=self._callbacks
        )
        self.phones = SipPhones(means.dialler)

    async def start(self, take_back: TakeBack) -> None:
        """Bring callers and agents together from now on, callers who kept their place included."""
        self._take_back = take_back
        stack = self._stack
        stack.push_async_callback(self._store.close)
        stack.push_async_callback(self._book.close)
        await self._callbacks.start(self._store)
        stack.push_async_callback(self._callbacks.stop)
        await self.switchboard.start()
        stack.push_async_callback(self.switchboard.stop)
        await self.switchboard.sign_in(
            Agent(agent.name, agent.uri, agent.queues) for agent in self._settings.handoff.agents
        )

    async def stop(self) -> None:
        """Leave everything told and every kept place kept; idempotent, also before `start`."""
        await self._stack.aclose()

    async def _connect(self, leg: AudioLeg, place: Place, card: Card) -> bool:
        return await self._take_back(leg, place, card)


def _greeting(language: str, *, wording: Wording, practice: str) -> str:
    return fill(wording(language).calling_back, lambda _: practice)


def _store(settings: Store, node: str) -> QueueStore:
    if not settings.url:
        return MemoryStore()
    return SteadyStore(RedisStore(settings.url, prefix=settings.prefix), node=node)
