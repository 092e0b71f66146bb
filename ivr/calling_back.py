"""Ringing callers back: the call-back machine with a telephone, and the book it survives in."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import assert_never

from ivr.clinic.messages import MessageBox
from ivr.desk import QueueStore
from ivr.errors import CallError, SpeechError, StoreError
from ivr.handoff.agents import Agent
from ivr.handoff.callbacks import (
    ACCEPT_KEY,
    CallBack,
    CallBackAction,
    CallBackEvent,
    CallBackLimits,
    ConnectCaller,
    Forget,
    GiveToPerson,
    HangUpCaller,
    HungUp,
    NotReached,
    PickedUp,
    PressedKey,
    RingCaller,
    SayWhoCalls,
    TryAgain,
    after_miss,
)
from ivr.handoff.card import Card
from ivr.handoff.tickets import Ticket
from ivr.ports import AudioLeg, Dialler, Gone, Keyed, Played, Speaker
from ivr.records.callbacks import CallbackBook, KeptCall
from ivr.switchboard.errands import Errands
from ivr.switchboard.place import Place, Stay

_log = logging.getLogger(__name__)
GREETING = 1  # token of what is said to who picks up
GREETINGS = 2  # times it is said: a phone is at the ear only after the first words
PUT_BACK_EVERY = 30.0  # seconds
CLOSE_WITHIN = 2.0  # seconds the disk has to learn the last things

Connect = Callable[[AudioLeg, Place, Card], Awaitable[bool]]
"""Hands a caller over to whom an agent is offered; False: it came to nothing, try again."""


@dataclass(frozen=True, slots=True)
class CallingMeans:
    """What call-backs are made with."""

    dialler: Dialler
    speaker: Speaker
    address: Callable[[str], str]
    """From a telephone number to the SIP URI to ring; `` when this line can ring no numbers."""
    greeting: Callable[[str], str]
    """By language: who calls, and which key to press; nothing private."""
    connect: Connect
    node: str
    """Name of this cell."""


class CallingBack:
    """
    `CallBacks`: keeps call-backs and makes those that are due.

    `start` once the line can ring, `stop` before the store is closed.
    """

    def __init__(
        self,
        book: CallbackBook,
        box: MessageBox,
        means: CallingMeans,
        *,
        clock: Callable[[], float],
        limits: CallBackLimits | None = None,
    ) -> None:
        """
        Prepare.

        Args:
            book: Where call-backs outlive a restart.
            box: Where a person finds whom nobody reached.
            means: What they are made with.
            clock: Unix time in seconds.
            limits: How long things may take.
        """
        self._book = book
        self._box = box
        self._means = means
        self._clock = clock
        self._limits = limits or CallBackLimits()
        self._kept: dict[str, KeptCall] = {}
        self._cards: dict[str, Card] = {}
        self._errands: dict[str, Errands] = {}
        self._under_way: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, store: QueueStore) -> None:
        """Read the book, and see to it that *store* knows of everybody in it until `stop`."""
        try:
            kept = await self._book.waiting()
        except StoreError as error:
            _log.error("call-backs cannot be read", extra={"error": error})
            kept = ()
        self._kept = {call.ticket.key: call for call in kept}
        self._spawn(self._put_back(store))

    async def _put_back(self, store: QueueStore) -> None:
        """Put those into *store* whom it does not know: after a restart, ours or its own."""
        while True:
            for key, call in tuple(self._kept.items()):
                with contextlib.suppress(StoreError):
                    if await store.ticket(key) is None and self._is_idle(key):
                        await store.put(call.ticket)
            await asyncio.sleep(PUT_BACK_EVERY)

    def _is_idle(self, key: str) -> bool:
        """Whether they wait, rather than being rung or talking, when the store knows nothing."""
        return key in self._kept and key not in self._under_way and not self._errands_of(key).open

    async def stop(self) -> None:
        """End what is under way, with the places kept; never fails."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        errands = tuple(self._errands.values())
        await asyncio.gather(*(one.close(within=CLOSE_WITHIN) for one in errands))

    def waiting(self) -> tuple[KeptCall, ...]:
        """Return who waits to be rung, the next one first."""
        return tuple(sorted(self._kept.values(), key=lambda call: call.ticket.rank))

    def forget(self, key: str) -> bool:
        """Give a call-back up, by a person's word; False when there is none."""
        known = self._kept.pop(key, None)
        self._cards.pop(key, None)
        if known is not None:
            self._errands_of(key).add(lambda: self._book.remove(key))
        return known is not None

    # ------------------------------------------------------------ `CallBacks`

    def has(self, key: str) -> bool:
        """As in `CallBacks`."""
        return key in self._kept

    async def keep(self, ticket: Ticket, number: str, card: Card) -> None:
        """As in `CallBacks`."""
        call = KeptCall(ticket, number, card.wanted)
        self._cards[ticket.key] = card
        self._kept[ticket.key] = call
        await self._book.keep(call)

    def due(self, place: Place, agent: Agent) -> None:
        """As in `CallBacks`."""
        call = self._kept[place.ticket.key]
        if not self._means.address(call.number):
            self._give_to_person(call)
            place.leave()
            return
        _log.info("caller is rung back", extra={"call": place.ticket.key, "agent": agent.name})
        self._under_way.add(place.ticket.key)
        self._spawn(self._make(call, place))

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ one call-back

    async def _make(self, call: KeptCall, place: Place) -> None:
        machine = CallBack(self._limits, tries=call.tries)
        attempt = _Attempt(machine, call, self._means, now=self._clock())
        key = call.ticket.key
        try:
            last = await attempt.run()
            match last:
                case ConnectCaller() if attempt.leg is not None:
                    place.reached(node=self._means.node)
                    over = await self._means.connect(attempt.leg, place, self._card(call))
                    if place.stay is not Stay.KEPT:  # else they chose to be called back once more
                        self._after_connection(call, place, over=over)
                case TryAgain() | GiveToPerson():
                    self._not_reached(last, call, place)
                case Forget():
                    self.forget(key)
                case _:
                    self._missed(call, place)
        except asyncio.CancelledError:
            self._not_reached(TryAgain(call.ticket.not_before, call.tries), call, place)
            raise
        except Exception as error:  # noqa: BLE001 - the place must stay whatever broke
            _log.error("call-back broke", extra={"call": key, "kind": type(error).__name__})
            self._missed(call, place)
        finally:
            self._under_way.discard(key)
            await attempt.close()
            place.leave()

    def _after_connection(self, call: KeptCall, place: Place, *, over: bool) -> None:
        if over:
            self.forget(call.ticket.key)
        else:
            self._missed(call, place)

    def _card(self, call: KeptCall) -> Card:
        card = self._cards.get(call.ticket.key)
        if card is None:  # kept by a line that was restarted since: it knows no more than the book
            card = Card(call.ticket.key, call.ticket.queue, wanted=call.about)
        waited = max(0.0, self._clock() - call.ticket.asked_at)
        return replace(card, waited=waited, callback=True, priority=call.ticket.priority)

    def _missed(self, call: KeptCall, place: Place) -> None:
        """Count a try that came to nothing after the caller was reached, or for a fault of ours."""
        missed = after_miss(self._limits, tries=call.tries, now=self._clock())
        self._not_reached(missed, call, place)

    def _not_reached(self, missed: TryAgain | GiveToPerson, call: KeptCall, place: Place) -> None:
        if call.ticket.key not in self._kept:
            return  # a person gave it up while it rang
        match missed:
            case TryAgain(not_before=not_before, tries=tries):
                self._again(replace(call, tries=tries), place, not_before)
            case GiveToPerson():
                self._give_to_person(call)
            case _:
                assert_never(missed)

    def _again(self, call: KeptCall, place: Place, not_before: float) -> None:
        place.again(not_before=not_before)
        kept = replace(call, ticket=replace(call.ticket, not_before=not_before))
        self._kept[call.ticket.key] = kept
        self._errands_of(call.ticket.key).add(lambda: self._book.keep(kept))

    def _give_to_person(self, call: KeptCall) -> None:
        ticket = call.ticket

        async def hand_in() -> None:
            if not await self._box.keep_callback(
                call.number, call=ticket.key, queue=ticket.queue, about=call.about
            ):
                # Tried again until somebody worked through the box; a restart finds it in the book.
                raise StoreError("message box is full")

        _log.warning("caller was not reached; a person must ring", extra={"call": ticket.key})
        self._errands_of(ticket.key).add(hand_in)
        self.forget(ticket.key)

    def _errands_of(self, key: str) -> Errands:
        self._errands = {one: errands for one, errands in self._errands.items() if errands.open}
        return self._errands.setdefault(key, Errands())


class _Attempt:
    """The machine of one try, driven by a telephone; it lives in Unix time, as tickets do."""

    def __init__(
        self, machine: CallBack, call: KeptCall, means: CallingMeans, *, now: float
    ) -> None:
        self._machine = machine
        self._loop = asyncio.get_running_loop()
        # Counted on by the loop: a clock that is set meanwhile must not stretch a ringing.
        self._ahead = now - self._loop.time()
        self._call = call
        self._means = means
        self._inbox: asyncio.Queue[CallBackEvent] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._said = 0
        self._greeting = b""
        self.leg: AudioLeg | None = None

    async def run(self) -> CallBackAction | None:
        """Drive it to its end; return the action it ended with."""
        last = self._do(self._machine.start(now=self._now))
        while not self._machine.ended:
            deadline = self._machine.deadline
            try:
                async with asyncio.timeout_at(None if deadline is None else deadline - self._ahead):
                    event = await self._inbox.get()
            except TimeoutError:
                last = self._do(self._machine.handle_deadline(now=self._now))
            else:
                last = self._do(self._machine.handle(event, now=self._now))
        await self._end_tasks()
        return last

    @property
    def _now(self) -> float:
        return self._loop.time() + self._ahead

    async def close(self) -> None:
        """Hang up whatever is left."""
        await self._end_tasks()
        if self.leg is not None:
            await self.leg.hang_up()

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self.leg is not None:
            self.leg.stop_playing()

    def _do(self, actions: tuple[CallBackAction, ...]) -> CallBackAction | None:
        for action in actions:
            match action:
                case RingCaller():
                    self._spawn(self._ring())
                case SayWhoCalls():
                    self._spawn(self._ask())
                case HangUpCaller() | ConnectCaller() | TryAgain() | GiveToPerson() | Forget():
                    pass  # `close` hangs up; the others are for who started the attempt
                case _:
                    assert_never(action)
        return actions[-1] if actions else None

    def _spawn(self, work: Awaitable[None]) -> None:
        self._tasks.add(asyncio.ensure_future(work))

    async def _ring(self) -> None:
        address = self._means.address(self._call.number)
        try:
            self.leg = await self._means.dialler.dial(
                address, ring_for=self._machine.limits.ring + 5.0
            )
        except CallError:
            self._inbox.put_nowait(NotReached())
            return
        self._inbox.put_nowait(PickedUp())

    async def _ask(self) -> None:
        leg = self.leg
        if leg is None:
            return
        language = self._call.ticket.language
        text = self._means.greeting(language)
        try:
            self._greeting = await self._means.speaker.render(text, language=language)
            leg.play(self._greeting, token=GREETING)
        except SpeechError:
            # A voiceless line asks nobody; putting them through is what they wait for.
            _log.error("call-back not announced; the caller is put through")
            self._inbox.put_nowait(PressedKey(ACCEPT_KEY))
            return
        except CallError:
            self._inbox.put_nowait(HungUp())
            return
        async for event in leg.events():
            match event:
                case Keyed(key=key):
                    self._inbox.put_nowait(PressedKey(key))
                case Gone():
                    self._inbox.put_nowait(HungUp())
                case Played(token=token) if token == GREETING and self._said < GREETINGS - 1:
                    self._said += 1
                    leg.play(self._greeting, token=GREETING)
                case _:
                    pass
