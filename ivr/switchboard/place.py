"""One caller's place in the queue: what the caller's call sees, and what the store must learn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from ivr.desk import Offered, Placed, QueueEvent, QueueStore, Shut
from ivr.handoff.agents import Agent, Presence, PresenceChange
from ivr.handoff.card import Card
from ivr.handoff.events import Refusal
from ivr.handoff.office import Queue
from ivr.handoff.tickets import HEAD_START, Ticket
from ivr.switchboard.errands import Errands

FREE = PresenceChange(Presence.READY)


class CallBacks(Protocol):
    """Where call-backs outlive this process, and who makes them."""

    def has(self, key: str) -> bool:
        """Whether the number behind the ticket *key* is known here, so that it can be rung."""
        ...

    async def keep(self, ticket: Ticket, number: str, card: Card) -> None:
        """
        Write a call-back down.

        Raises:
            StoreError: It could not be written.
        """
        ...

    def due(self, place: "Place", agent: Agent) -> None:
        """
        It is the turn of a call-back, and *agent* is reserved: ring the caller first.

        The place's first event is that agent's `Offered`. It is to be ended by `again`, or by
        `reached` and then as any other; `leave` follows in each case.
        """
        ...


class Stay(StrEnum):
    """How a place stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    SHUT = "shut"  # told that nobody comes
    KEPT = "kept"  # the caller hung up and will be called back
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What places share."""

    store: QueueStore
    clock: Callable[[], float]
    callbacks: CallBacks | None
    changed: Callable[[], None]
    """Wakes the matcher."""
    refused: Callable[[Agent, Refusal], PresenceChange]
    """Decides what becomes of an agent."""
    took: Callable[[str], object]
    """Notes that an agent took a call."""


class Place:
    """`Waiting`: acts at once; what the store must learn follows as soon as it answers."""

    def __init__(
        self, ticket: Ticket, queue: Queue, around: Surroundings, errands: Errands
    ) -> None:
        """
        Let *ticket* wait; `open` tells the store.

        Args:
            ticket: The caller's.
            queue: Where they wait.
            around: What places share.
            errands: Of this call.
        """
        self.ticket = ticket
        self.queue = queue
        self.errands = errands
        self.stay = Stay.WAITING
        self.agent: Agent | None = None
        """Who is offered to the caller, or talks to them."""
        self.told: Placed | None = None
        self.told_at = 0.0
        self.nobody_since: float | None = None
        self.rest_until: float | None = None
        self.rests = 0
        self._around = around
        self._events: asyncio.Queue[QueueEvent | None] = asyncio.Queue()

    @property
    def waits(self) -> bool:
        """Whether an agent may be offered."""
        return self.stay is Stay.WAITING

    # ------------------------------------------------------------ for the matcher

    def open(self) -> None:
        """Tell the store of the ticket, or of what changed in it."""
        self.errands.add(self._put)

    def offer(self, agent: Agent) -> None:
        """Offer *agent*, who is reserved."""
        self.stay = Stay.OFFERED
        self.agent = agent
        self._events.put_nowait(Offered(agent, self.queue.ring))

    def give_back(self, agent: str) -> None:
        """Free an agent who was reserved, or may be, without being offered to the caller."""
        key, store, clock = self.ticket.key, self._around.store, self._around.clock
        self.errands.add(lambda: store.release(key, agent, FREE, now=clock()))
        if self.stay in {Stay.WAITING, Stay.KEPT}:
            self.open()  # they were not rung: nobody passed

    def tell(self, placed: Placed, *, now: float) -> None:
        """Tell the caller where they stand, if they still wait."""
        if not self.waits:
            return
        self.told, self.told_at = placed, now
        self._events.put_nowait(placed)

    def shut(self, shut: Shut) -> None:
        """Tell the caller that nobody comes; no agent is offered any more."""
        self.stay = Stay.SHUT
        self._drop()
        self._events.put_nowait(shut)

    def forget_passes(self) -> None:
        """Ask everybody once more."""
        self.ticket = replace(self.ticket, passed=())
        self.open()

    # ------------------------------------------------------------ `Waiting`

    async def events(self) -> AsyncIterator[QueueEvent]:
        """As in `Waiting`."""
        while (event := await self._events.get()) is not None:
            yield event

    def release(self, agent: str, refusal: Refusal) -> None:
        """As in `Waiting`."""
        if self.stay is not Stay.OFFERED or self.agent is None or self.agent.name != agent:
            return
        around, key = self._around, self.ticket.key
        change = around.refused(self.agent, refusal)
        self.stay, self.agent = Stay.WAITING, None
        if agent not in self.ticket.passed:
            self.ticket = replace(self.ticket, passed=(*self.ticket.passed, agent))
        self.errands.add(lambda: around.store.release(key, agent, change, now=around.clock()))
        around.changed()

    def settle(self, agent: str) -> None:
        """As in `Waiting`."""
        if self.stay is not Stay.OFFERED or self.agent is None or self.agent.name != agent:
            return
        around, ticket, now = self._around, self.ticket, self._around.clock()
        self.stay = Stay.TALKING
        around.took(agent)
        self.errands.add(lambda: around.store.settle(ticket.key, agent, now=now))
        # Only who waited like everybody else tells how long everybody else will wait.
        if not (HEAD_START[ticket.priority] or ticket.moved_up or ticket.callback):
            waited = max(0.0, now - ticket.asked_at)
            self.errands.add(lambda: around.store.note_wait(ticket.queue, waited, now=now))

    def wrap_up(self, agent: str) -> None:
        """As in `Waiting`."""
        if self.stay is not Stay.TALKING or self.agent is None or self.agent.name != agent:
            return
        around, key, notes = self._around, self.ticket.key, self.queue.wrap_up
        self.agent, self.stay = None, Stay.LEFT
        change = FREE
        if notes:
            change = PresenceChange(Presence.WRAPPING, until=around.clock() + notes)

        async def free() -> None:
            for status in await around.store.agents():
                # Who paused or closed the console while talking stays away.
                talking = (status.presence, status.ticket) == (Presence.TALKING, key)
                if status.agent.name == agent and talking:
                    await around.store.set_presence(agent, change, now=around.clock())

        self.errands.add(free)
        around.changed()

    def keep_place(self, number: str, *, card: Card) -> None:
        """As in `Waiting`."""
        if self.stay in {Stay.KEPT, Stay.LEFT, Stay.TALKING}:
            return
        if self.agent is not None:
            self.release(self.agent.name, Refusal.CALLER_GONE)
        self.stay = Stay.KEPT
        kept = self.ticket = replace(self.ticket, callback=True, node="", passed=())
        if (callbacks := self._around.callbacks) is not None:
            self.errands.add(lambda: callbacks.keep(kept, number, card))
        self.open()

    def leave(self) -> None:
        """As in `Waiting`."""
        if self.stay is Stay.TALKING and self.agent is not None:
            self.wrap_up(self.agent.name)
        if self.stay not in {Stay.KEPT, Stay.LEFT, Stay.SHUT}:
            self._drop()
        self.agent = None
        if self.stay is not Stay.KEPT:
            self.stay = Stay.LEFT
        self._events.put_nowait(None)
        self._around.changed()

    # ------------------------------------------------------------ call-backs

    def reached(self, *, node: str) -> None:
        """The caller who was called back is on the line of the cell *node*."""
        self.ticket = replace(self.ticket, callback=False, node=node)
        self.open()

    def again(self, *, not_before: float) -> None:
        """The caller was not reached: the agent is free, the place stays until the next try."""
        if self.agent is not None:
            self.release(self.agent.name, Refusal.CALLER_GONE)
        self.stay = Stay.KEPT
        self.ticket = replace(self.ticket, callback=True, node="", passed=(), not_before=not_before)
        self.open()

    # ------------------------------------------------------------ the store

    async def _put(self) -> None:
        known = await self._around.store.ticket(self.ticket.key)
        if known is not None and known.moved_up > self.ticket.moved_up:
            self.ticket = replace(self.ticket, moved_up=known.moved_up)
        await self._around.store.put(self.ticket)
        self._around.changed()

    def _drop(self) -> None:
        around, key = self._around, self.ticket.key
        self.errands.add(lambda: around.store.drop(key, now=around.clock()))
