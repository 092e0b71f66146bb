"""
The bridge: the handoff machine in the world, with the queue, phones, music and a talk.

One `Desk` a caller. It drives `handoff.Handoff` with what happens in the queue, on the
caller's leg and on the legs of the agents it rings, and performs what the machine asks.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self, assert_never

from ivr.conversing import Converse
from ivr.desk import AgentPhones, Switchboard
from ivr.handoff.actions import (
    Announce,
    Bridge,
    Brief,
    EnterAgain,
    Finish,
    HandoffAction,
    KeepPlace,
    Leave,
    Outcome,
    Recall,
    Release,
    Ring,
    Settle,
    StepAside,
    Trouble,
    Withdraw,
    WrapUp,
)
from ivr.handoff.card import AGENTS_LANGUAGE, Card
from ivr.handoff.events import (
    AgentOffered,
    Announced,
    CallerBack,
    CallerKeyed,
    CallerLeft,
    CallerSent,
    HandoffEvent,
    PlaceKept,
    QueueNews,
    Refusal,
    TalkOver,
)
from ivr.handoff.handoff import WAITING, Handoff
from ivr.handoff.talk_actions import TalkEnding
from ivr.handoff.tickets import Ticket
from ivr.hold import HoldSound
from ivr.noting import UNNOTED, DeskNotes
from ivr.ports import AudioLeg, Gone, Keyed, LegEvent, Played, Speaker
from ivr.queueing import Queueing
from ivr.ringing import Call, Ringing
from ivr.talk import TalkEnd

_log = logging.getLogger(__name__)
RING_SLACK = 5.0  # seconds; the machine's own limit comes first and is the one that counts


class Words(Protocol):
    """Puts announcements into words."""

    def __call__(self, announce: Announce, /, *, queue: str) -> str:
        """Say *announce* to a caller who waits in the queue with the title *queue*."""
        ...


@dataclass(frozen=True, slots=True)
class Sounds:
    """What is heard during a handoff."""

    words: Words
    """What the caller is told."""
    whisper: Callable[[Card], str]
    """What the agent is told, which key does what included."""
    music: bytes
    """Loops while the caller waits."""
    language: str = "en"
    """The caller's."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a handoff is done with."""

    switchboard: Switchboard
    phones: AgentPhones
    speaker: Speaker
    sounds: Sounds
    converse: Converse
    notes: DeskNotes = UNNOTED


@dataclass(frozen=True, slots=True)
class Aside:
    """The caller wants to give the number to be called back at; the place is theirs meanwhile."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a handoff went."""

    outcome: Outcome
    agent: str = ""
    """Name of the agent who took it."""
    refusals: tuple[Refusal, ...] = ()
    waited: float = 0.0
    """Seconds from the request to the first bridge, or to the end."""
    troubles: tuple[Trouble, ...] = ()
    says: str = ""
    """What the practice wants a caller to hear whom nobody can serve."""


class Desk:
    """
    One caller's stay in the queue; an async context manager that ends all it began.

    The driver's duty: `wait` again and again until it gives a `Report`. After an `Aside` the
    caller's leg is the driver's until they call `come_back`, `keep_place` or `caller_left`.
    """

    def __init__(
        self, caller: AudioLeg, handoff: Handoff, means: Means, *, ticket: Ticket, card: Card
    ) -> None:
        self.handoff = handoff
        self._caller = caller
        self._means = means
        self._ticket = ticket
        self.card = card
        """The whole of it, as it is now: each agent is shown what their role may see."""
        self._inbox: asyncio.Queue[HandoffEvent] = asyncio.Queue()
        self._turns: asyncio.Queue[Aside | Report] = asyncio.Queue()
        self._recalled = asyncio.Event()
        self._done = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._following: asyncio.Task[None] | None = None
        self._talking: asyncio.Task[None] | None = None
        self._ringing: Ringing | None = None
        self._queue: Queueing
        self._served_by = ""
        self._began = 0.0
        self._bridged_at: float | None = None
        sounds = means.sounds
        self._sound = HoldSound(
            caller,
            means.speaker,
            sounds.music,
            language=sounds.language,
            told=lambda: self._inbox.put_nowait(Announced()),
        )

    async def __aenter__(self) -> Self:
        """Queue the caller and begin to look for a person."""
        self._began = asyncio.get_running_loop().time()
        self._sound.begin()
        self._queue = Queueing(
            self._means.switchboard, self._ticket, lambda: self.card, self._inbox.put_nowait
        )
        self._follow_caller()
        self._spawn(self._drive())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave nothing ringing, nothing playing, nobody but the caller on the line."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._withdraw()
        self._sound.stop()
        if not self.handoff.ended:
            # Whoever drives us was cancelled or failed: the caller waits for nobody any more.
            await self._do(self.handoff.handle(CallerLeft(), now=self._now))
        await self._queue.close()
        while not self._inbox.empty():
            event = self._inbox.get_nowait()
            if isinstance(event, AgentOffered):  # it came too late for anybody
                await self._do(self.handoff.handle(event, now=self._now))

    @property
    def ticket(self) -> Ticket:
        """The caller's place as it is now; when they queue again, those who passed stay passed."""
        passed = tuple(dict.fromkeys((*self._ticket.passed, *self.handoff.offer.passed)))
        return replace(self._queue.ticket, passed=passed)

    async def wait(self) -> Aside | Report:
        """Wait until the caller needs something else than waiting, or it is over."""
        return await self._turns.get()

    async def recalled(self) -> None:
        """While the caller is aside: wait until a person is there for them."""
        await self._recalled.wait()

    def come_back(self) -> None:
        """The caller, who was aside, waits on; their leg is ours again."""
        self._recalled.clear()
        self._follow_caller()
        self._sound.begin()
        self._inbox.put_nowait(CallerBack())

    async def keep_place(self, number: str) -> None:
        """The caller, who is aside, will be called back at *number* when it is their turn."""
        self._queue.number = number
        self._inbox.put_nowait(PlaceKept())
        await self._done.wait()

    def send_on(self, queue: str) -> bool:
        """Let the caller wait in *queue* instead, where they are told; False: they do not wait."""
        if self.handoff.phase not in WAITING:
            return False
        if queue != self._queue.ticket.queue:
            self._inbox.put_nowait(CallerSent(queue))
        return True

    def caller_left(self) -> None:
        """The caller, who was aside, is gone."""
        self._inbox.put_nowait(CallerLeft())

    # ------------------------------------------------------------ driving

    async def _drive(self) -> None:
        handoff = self.handoff
        try:
            await self._do(handoff.start(now=self._now))
            while not handoff.ended:
                try:
                    async with asyncio.timeout_at(handoff.deadline):
                        event = await self._inbox.get()
                except TimeoutError:
                    await self._do(handoff.handle_deadline(now=self._now))
                else:
                    await self._do(handoff.handle(event, now=self._now))
        except Exception as error:  # noqa: BLE001 - the caller must hear what can be done now
            _log.error("handoff broke", extra={"call": self._ticket.key, "kind": _kind(error)})
            self._means.notes.broke(_kind(error))
            self._queue.leave()
            self._recalled.set()
            self._end(Finish(Outcome.NOBODY, Trouble.NOBODY_THERE))

    async def _do(self, actions: tuple[HandoffAction, ...]) -> None:
        for action in actions:
            self._means.notes.does(action, self.handoff)
            match action:
                case Settle() | Release() | WrapUp() | Leave() | KeepPlace():
                    self._queue.do(action, self.handoff.offer)
                case EnterAgain():
                    self._forget_queue()
                    self._queue.do(action, self.handoff.offer)
                case Ring() | Brief() | Withdraw() | Bridge():
                    await self._phone(action)
                case Announce():
                    self._announce(action)
                case StepAside():
                    self._sound.stop()
                    await self._stop(self._following)
                    self._turns.put_nowait(Aside())
                case Recall():
                    self._recalled.set()
                case Finish():
                    self._end(action)
                case _:
                    assert_never(action)

    def _forget_queue(self) -> None:
        """Drop the news of a place that is given up: leaving it frees whom it offers."""
        waiting = [self._inbox.get_nowait() for _ in range(self._inbox.qsize())]
        for event in waiting:
            if not isinstance(event, QueueNews):
                self._inbox.put_nowait(event)

    def _announce(self, announce: Announce) -> None:
        means, queue = self._means, self._queue.ticket.queue
        title = means.switchboard.title(queue, language=means.sounds.language)
        text = means.sounds.words(announce, queue=title)
        self._sound.say(text, at_once=announce.asked or announce.what.breaks_in)

    async def _phone(self, action: Ring | Brief | Withdraw | Bridge) -> None:
        match action:
            case Ring():
                self._ring(action)
            case Brief():
                if self._ringing is not None:
                    self._ringing.brief()
            case Withdraw():
                await self._withdraw()
            case Bridge(offer=offer):
                await self._bridge(offer)
            case _:
                assert_never(action)

    def _end(self, finish: Finish) -> None:
        until = self._now if self._bridged_at is None else self._bridged_at
        report = Report(
            finish.outcome,
            self._served_by if finish.outcome is Outcome.SERVED else "",
            tuple(self.handoff.offer.refusals),
            until - self._began,
            tuple(self.handoff.troubles),
            finish.says,
        )
        self._done.set()
        self._turns.put_nowait(report)

    # ------------------------------------------------------------ the caller

    def _follow_caller(self) -> None:
        self._following = self._spawn(self._follow(self._caller.events()))

    async def _follow(self, events: AsyncIterator[LegEvent]) -> None:
        async for event in events:
            self._means.notes.follows(event)
            match event:
                case Keyed(key=key):
                    self._inbox.put_nowait(CallerKeyed(key))
                case Played(token=token):
                    self._sound.played(token)
                case Gone():
                    break
                case _:
                    pass
        self._inbox.put_nowait(CallerLeft())

    # ------------------------------------------------------------ the agent

    def _ring(self, ring: Ring) -> None:
        waited = datetime.now(UTC).timestamp() - self._queue.ticket.asked_at
        queue = self._queue.ticket.queue  # another one, once an agent sent the caller there
        title = self._means.switchboard.title(queue, language=AGENTS_LANGUAGE)
        self.card = replace(self.card, queue=title, waited=max(0.0, waited))
        card = self.card.for_role(ring.agent.role)
        whisper = self._means.sounds.whisper(card)
        call = Call(ring.offer, ring.agent, card, whisper, ring.ring_for + RING_SLACK)
        means = self._means
        self._ringing = Ringing(call, means.phones, means.speaker, self._inbox.put_nowait)

    async def _withdraw(self) -> None:
        """Idempotent: when it is cancelled halfway, `__aexit__` does it again."""
        await self._stop(self._talking)
        if self._ringing is not None:
            await self._ringing.end()
        self._talking = self._ringing = None

    async def _bridge(self, offer: int) -> None:
        if self._ringing is None:
            self._inbox.put_nowait(TalkOver(offer, TalkEnding.AGENT_GONE))
            return
        self._sound.stop()
        await self._stop(self._following)
        self._served_by = self._ringing.call.agent.name
        if self._bridged_at is None:
            self._bridged_at = self._now
        self._talking = self._spawn(self._talk(self._ringing))

    async def _talk(self, ringing: Ringing) -> None:
        leg = await ringing.hand_over()
        call = ringing.call
        end = TalkEnd(TalkEnding.AGENT_GONE, call.agent.name)
        try:
            if leg is not None:
                end = await self._means.converse(
                    self._caller, leg, person=call.agent, card=self.card
                )
        except Exception as error:  # noqa: BLE001 - the caller must get another person
            _log.error("talk broke", extra={"call": self._ticket.key, "kind": _kind(error)})
        if end.ending is TalkEnding.CALLER_LEFT:
            self._means.notes.follows(Gone())
        else:
            self._follow_caller()
        self._served_by = end.agent
        self._inbox.put_nowait(TalkOver(call.offer, end.ending, end.to, end.agent))

    # ------------------------------------------------------------ small things

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _stop(self, task: asyncio.Task[None] | None) -> None:
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.wait([task])

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _kind(error: Exception) -> str:
    return type(error).__name__
