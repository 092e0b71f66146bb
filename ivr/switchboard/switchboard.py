"""
The switchboard: brings this cell's callers and everybody's agents together.

One matcher a cell. Every cell computes the same pairs from the same store, over the callers
of all cells, and claims those whose caller is its own; the store lets one claim win.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from ivr.desk import Placed, QueueStore, Shut
from ivr.errors import StoreError
from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.estimate import estimate
from ivr.handoff.events import Refusal
from ivr.handoff.hours import Closed
from ivr.handoff.matching import Pair, all_passed, pairs, who_could
from ivr.handoff.office import Office
from ivr.handoff.refusals import after_refusal, is_miss
from ivr.handoff.tickets import Priority, Ticket
from ivr.switchboard.engaged import Engaged
from ivr.switchboard.errands import Errands
from ivr.switchboard.heartbeat import live
from ivr.switchboard.place import CallBacks, Place, Stay, Surroundings
from ivr.switchboard.sight import View, look, sign_in

_log = logging.getLogger(__name__)
TICK = 1.0  # seconds between two looks when nothing changes
BREATH = 0.02  # seconds between two looks at least: changes come in swarms
NOBODY_FOR = 5.0  # seconds without anybody who works, so that a console may be reloaded
RESERVED_FOR = 300.0  # seconds; a call-back's caller, the agent's phone and the briefing take less
REST = (15.0, 30.0, 60.0)  # seconds before those who passed are asked once more; then the last
OTHERS_WITHIN = 5.0  # seconds another cell has to claim for its caller before ours go first
FORGIVEN_AFTER = 30.0  # seconds after which that cell gets another chance
NEWS_EVERY = 30.0  # seconds between two ranges for a place that did not move
CLOSE_WITHIN = 2.0  # seconds the store has to learn the last things


class QueueSwitchboard:
    """`Switchboard` over a store. `start` once, `stop` once."""

    def __init__(
        self,
        store: QueueStore,
        office: Callable[[], Office],
        *,
        node: str,
        clock: Callable[[], float],
        callbacks: CallBacks | None = None,
    ) -> None:
        """
        Prepare the switchboard.

        Args:
            store: Common to all cells.
            office: The queues as they are now.
            node: Name of this cell.
            clock: Unix time in seconds.
            callbacks: Keeps and makes call-backs; None: this cell calls nobody back.
        """
        self._store = store
        self._office = office
        self._node = node
        self._clock = clock
        self._callbacks = callbacks
        self._unmatched: dict[str, float] = {}
        self._places: dict[str, Place] = {}
        self._errands = Errands()
        self._misses: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._around = Surroundings(
            store,
            clock,
            callbacks,
            self._wake.set,
            self._refused,
            lambda agent: self._misses.pop(agent, None),
        )

    async def start(self) -> None:
        """Begin to match."""
        loop = asyncio.get_running_loop()
        beating = live(
            self._store, node=self._node, clock=self._clock, is_here=self._places.__contains__
        )
        self._tasks = [loop.create_task(one) for one in (self._match(), self._hear(), beating)]

    async def stop(self) -> None:
        """Stop to match; tell the store what is left to tell; never fails."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for place in self._places.values():
            place.leave()
        errands = {id(place.errands): place.errands for place in self._places.values()}
        await asyncio.gather(*(one.close(within=CLOSE_WITHIN) for one in errands.values()))
        await self._errands.close(within=CLOSE_WITHIN)
        self._places.clear()

    async def sign_in(self, agents: Iterable[Agent]) -> None:
        """
        Make agents known whose phones need no signing in; who is known keeps their presence.

        Args:
            agents: In the order to ring them while nobody has been idle for longer.
        """
        known, now = tuple(agents), self._clock()
        self._errands.add(lambda: sign_in(self._store, known, now=now))
        await self._errands.wait(within=CLOSE_WITHIN)
        self._wake.set()

    # ------------------------------------------------------------ `Switchboard`

    def enter(self, ticket: Ticket) -> Place:
        """As in `Switchboard`."""
        office, now = self._office(), self._clock()
        queue = office.queue(ticket.queue)
        if ticket.priority is Priority.ROUTINE:
            ticket = replace(ticket, priority=queue.priority)
        before = self._places.get(ticket.key)
        if before is not None:
            before.leave()
        # One call's errands stay in order, also when it comes back into the queue.
        errands = before.errands if before is not None else Errands()
        place = Place(replace(ticket, node=self._node), queue, self._around, errands)
        self._places[ticket.key] = place
        opened = queue.hours.open_at(now, language=ticket.language)
        # Danger does not wait for opening hours: whoever still works is asked.
        if isinstance(opened, Closed) and ticket.priority is not Priority.URGENT:
            place.shut(Shut(closed=True, says=opened.says))
        else:
            place.open()
        self._wake.set()
        return place

    def title(self, queue: str, *, language: str) -> str:
        """As in `Switchboard`."""
        return self._office().title(queue, language=language)

    def places(self) -> tuple[Place, ...]:
        """Return the places of this cell's callers, for operators."""
        return tuple(self._places.values())

    def engaged(self, call: str) -> Engaged:
        """Keep account of who is in the talk of *call*, whose caller was offered an agent here."""
        return Engaged(self._places[call], self._around)

    # ------------------------------------------------------------ looking

    async def _hear(self) -> None:
        while True:
            with contextlib.suppress(StoreError):
                async for _ in self._store.changes():
                    self._wake.set()
            await asyncio.sleep(TICK)

    async def _match(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._look()
            except StoreError:
                await asyncio.sleep(TICK / 4)
            except Exception as error:  # noqa: BLE001 - whatever one look met, callers wait on
                _log.error("queue was not looked at", extra={"kind": type(error).__name__})
                await asyncio.sleep(TICK)
            await asyncio.sleep(BREATH)

    async def _look(self) -> None:
        self._forget_left()
        now, office = self._clock(), self._office()
        view = await look(self._store, now=now)
        heads = self._matchable(view.heads, office, now)
        found = pairs(heads, self._without_mine(view.statuses), office, now=now)
        self._await_others([pair for pair in found if not self._is_mine(pair.ticket)], now)
        for pair in found:
            if self._is_mine(pair.ticket):
                await self._bring_together(pair)
        for place in tuple(self._places.values()):
            if place.waits:
                self._see_to(place, view, office, now)
        await self._tell_places(view, office, now)
        await self._ask_again_for_callbacks(view, office, now)

    def _without_mine(self, statuses: Sequence[AgentStatus]) -> list[AgentStatus]:
        """Take those for busy who are rung or talk here, whatever the store knows of it yet."""
        busy = {p.agent.name for p in self._places.values() if p.agent is not None}
        return [
            replace(status, presence=Presence.TALKING)
            if status.agent.name in busy and status.presence is Presence.READY
            else status
            for status in statuses
        ]

    def _matchable(
        self, heads: Mapping[str, Sequence[Ticket]], office: Office, now: float
    ) -> dict[str, list[Ticket]]:
        """Leave out those to whom nobody is to be offered now."""
        found = {}
        for queue, head in heads.items():
            # Nobody is rung back at night only because a phone is never signed out.
            is_open = office.queue(queue).hours.is_open(now)
            found[queue] = [
                # A call-back is made by the cell that knows the number, with consoles of its own.
                replace(ticket, node=self._node)
                if ticket.callback and self._is_mine(ticket)
                else ticket
                for ticket in head
                if (is_open or not ticket.callback) and self._may_be_served(ticket, now)
            ]
        return found

    def _may_be_served(self, ticket: Ticket, now: float) -> bool:
        """Whether the call has not left already, and its own cell serves it."""
        forsaken = now - self._unmatched.get(ticket.key, now) >= OTHERS_WITHIN
        return not forsaken and (self._is_mine(ticket) or ticket.key not in self._places)

    def _await_others(self, theirs: Sequence[Pair], now: float) -> None:
        """Note since when another cell could claim, so that it does not keep an agent for ever."""
        waited = {pair.ticket.key: self._unmatched.get(pair.ticket.key, now) for pair in theirs}
        forsaken = {
            key: since
            for key, since in self._unmatched.items()
            if OTHERS_WITHIN <= now - since < FORGIVEN_AFTER
        }
        self._unmatched = waited | forsaken

    def _is_mine(self, ticket: Ticket) -> bool:
        place = self._places.get(ticket.key)
        if ticket.callback:
            known = self._callbacks is not None and self._callbacks.has(ticket.key)
            return known and (place is None or place.stay is Stay.KEPT)
        return place is not None and place.waits and ticket.node == self._node

    # ------------------------------------------------------------ bringing together

    async def _bring_together(self, pair: Pair) -> None:
        key, agent, now = pair.ticket.key, pair.agent, self._clock()
        place = self._places.get(key)
        try:
            claimed = await self._store.claim(
                key, agent.name, node=self._node, now=now, until=now + RESERVED_FOR
            )
        except StoreError:
            # The claim may stand although its answer was lost.
            if place is not None:
                place.give_back(agent.name)
            raise
        if not claimed:
            return
        place = self._places.get(key)
        if pair.ticket.callback:
            self._call_back(pair)
        elif place is not None and place.waits:
            place.offer(agent)
        elif place is not None:
            place.give_back(agent.name)

    def _call_back(self, pair: Pair) -> None:
        before = self._places.get(pair.ticket.key)
        errands = before.errands if before is not None else Errands()
        queue = self._office().queue(pair.ticket.queue)
        place = Place(pair.ticket, queue, self._around, errands)
        self._places[pair.ticket.key] = place
        place.offer(pair.agent)
        if self._callbacks is not None:
            self._callbacks.due(place, pair.agent)

    def _refused(self, agent: Agent, refusal: Refusal) -> PresenceChange:
        misses = self._misses.get(agent.name, 0)
        if is_miss(refusal):
            self._misses[agent.name] = misses + 1
            _log.warning("agent did not take it", extra={"agent": agent.name, "refusal": refusal})
        return after_refusal(agent, refusal, misses=misses, now=self._clock())

    # ------------------------------------------------------------ seeing to those who wait

    def _see_to(self, place: Place, view: View, office: Office, now: float) -> None:
        could = who_could(place.ticket, view.statuses, office, now=now)
        if could:
            place.nobody_since = None
        elif place.told is None and place.nobody_since is None and not place.ticket.passed:
            self._shut(place, now)
        else:
            place.nobody_since = now if place.nobody_since is None else place.nobody_since
            if now - place.nobody_since >= NOBODY_FOR:
                self._shut(place, now)
        if place.waits and all_passed(place.ticket, view.statuses, office, now=now):
            self._rest(place, now)

    def _shut(self, place: Place, now: float) -> None:
        opened = place.queue.hours.open_at(now, language=place.ticket.language)
        closed = isinstance(opened, Closed)
        place.shut(Shut(closed=closed, says=opened.says if isinstance(opened, Closed) else ""))

    def _rest(self, place: Place, now: float) -> None:
        if place.rest_until is None:
            place.rest_until = now + REST[min(place.rests, len(REST) - 1)]
        elif now >= place.rest_until:
            place.rest_until, place.rests = None, place.rests + 1
            place.forget_passes()

    async def _tell_places(self, view: View, office: Office, now: float) -> None:
        waits: dict[str, tuple[tuple[float, float], ...]] = {}
        for place in tuple(self._places.values()):
            if not place.waits or place.errands.open:
                continue
            queue = place.ticket.queue
            ahead = await self._store.ahead(place.ticket.key)
            if ahead is None:
                place.open()  # the store forgot it, or took this cell for dead
                continue
            if queue not in waits:
                waits[queue] = await self._store.waits(queue)
            agents = len(who_could(place.ticket, view.statuses, office, now=now))
            wait = estimate(waits[queue], ahead=ahead, agents=agents, now=now)
            if _is_news(place, Placed(ahead, wait), now):
                place.tell(Placed(ahead, wait), now=now)

    async def _ask_again_for_callbacks(self, view: View, office: Office, now: float) -> None:
        for ticket in (ticket for head in view.heads.values() for ticket in head):
            if ticket.callback and all_passed(ticket, view.statuses, office, now=now):
                later = replace(ticket, passed=(), not_before=now + REST[-1])
                await self._store.put(later)

    def _forget_left(self) -> None:
        for key, place in tuple(self._places.items()):
            if place.stay in {Stay.LEFT, Stay.KEPT} and not place.errands.open:
                del self._places[key]


def _is_news(place: Place, placed: Placed, now: float) -> bool:
    told = place.told
    if told is None or placed.ahead < told.ahead:
        return True
    if placed.ahead > told.ahead or placed.wait in {None, told.wait}:
        return False
    return now - place.told_at >= NEWS_EVERY
