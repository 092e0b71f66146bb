"""The running line as consoles see it: the queue's store, the talks of this cell, the notes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ivr.desk import AgentLeg, QueueStore
from ivr.errors import HandoffError
from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.card import Card
from ivr.handoff.commands import Attending
from ivr.handoff.matching import is_free
from ivr.handoff.office import Office
from ivr.handoff.tickets import Ticket
from ivr.ports import AudioLeg
from ivr.records.audit import Audit, Deed
from ivr.records.notes import KeptNote, NoteBook
from ivr.switchboard.waiting import who_waits
from ivr.talks import Audit as NoteAttending
from ivr.talks import Talks
from ivr.webrtc.floor import Colleague, Floor, Place, TalkRow, Waiter, WrapUpNote

LOOK_AT_TALKS_EVERY = 0.5  # seconds; a talk changes in many ways, and tells of none
DEEDS = {
    Attending.LISTEN: Deed.LISTENED_IN,
    Attending.WHISPER: Deed.WHISPERED,
    Attending.JOIN: Deed.JOINED,
    Attending.TAKE_OVER: Deed.TOOK_OVER,
}


@dataclass(frozen=True, slots=True)
class FloorMeans:
    """What consoles get from the rest of the line."""

    talks: Talks
    """Those of this cell."""
    audit: Audit
    notes: NoteBook
    flows: Callable[[], tuple[tuple[str, str], ...]]
    """Name and title of each flow an agent may send a caller through."""
    move_up: Callable[[str], Awaitable[Mapping[str, Any]]]
    """Lets the caller of a ticket be next (`ivr.switchboard.front.Front.move_up`)."""
    ring_line: Callable[[AudioLeg], None]
    """Takes a caller's leg that waits to be answered."""


class LineFloor:
    """`ivr.webrtc.floor.ConsoleActions` of one cell."""

    def __init__(
        self,
        store: QueueStore,
        office: Callable[[], Office],
        means: FloorMeans,
        *,
        node: str,
        clock: Callable[[], float],
    ) -> None:
        """
        Wire it up.

        Args:
            store: Common to all cells.
            office: The queues as they are now.
            means: The rest of the line.
            node: Name of this cell, which beats in *store*.
            clock: Unix time in seconds.
        """
        self._store = store
        self._office = office
        self._talks = means.talks
        self._means = means
        self._node = node
        self._clock = clock

    # ------------------------------------------------------------ `ConsoleActions`

    async def set_presence(self, agent: Agent, change: PresenceChange) -> None:
        """As in `ConsoleActions`; the store learns who sits at a console of this cell."""
        now = self._clock()
        known = {status.agent.name: status for status in await self._store.agents()}
        status = known.get(agent.name)
        elsewhere = status is not None and status.node not in {"", self._node}
        if change.presence is Presence.OFFLINE and (status is None or elsewhere):
            return  # they were removed, or are at a console of another cell by now
        if status is None:
            await self._store.register(_signed_in(agent, change, self._node, now))
            return
        if (status.agent, status.node) != (agent, self._node):
            await self._store.register(replace(status, agent=agent, node=self._node))
        await self._store.set_presence(agent.name, change, now=now)

    async def floor(self) -> Floor:
        """As in `ConsoleActions`; talks are those of this cell."""
        now, office = self._clock(), self._office()
        statuses = await self._store.agents()
        waiting = await who_waits(self._store, statuses, now=now)
        return Floor(
            waiting=tuple(
                _waiter(ticket, position, agent, office, now)
                for queue in sorted(waiting)
                for position, (ticket, agent) in enumerate(waiting[queue], start=1)
            ),
            colleagues=tuple(_colleague(status, now) for status in statuses),
            talks=self._talk_rows(),
            queues=tuple(
                Place(name, office.title(name)) for name in sorted({*office.queues, *waiting})
            ),
            flows=tuple(Place(name, title) for name, title in self._means.flows()),
        )

    async def changes(self) -> AsyncIterator[None]:
        """As in `ConsoleActions`."""
        changed = asyncio.Event()
        listening = asyncio.get_running_loop().create_task(self._hear(changed))
        try:
            seen = self._talks_now()
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AT_TALKS_EVERY):
                        await changed.wait()
                before, seen = seen, self._talks_now()
                if changed.is_set() or seen != before:
                    changed.clear()
                    yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def attend(self, by: Agent, call: str, mode: Attending, leg: AgentLeg) -> Card:
        """As in `ConsoleActions`; `Talks` notes it before it is done."""
        card = await self._talks.attend(call, leg, mode, by=by.name)
        return card.for_role(by.role)

    async def move_up(self, by: Agent, ticket: str) -> None:
        """As in `ConsoleActions`."""
        await asyncio.to_thread(self._means.audit.note, by.name, Deed.MOVED_UP, ticket)
        answer = await self._means.move_up(ticket)
        if "error" in answer:
            raise HandoffError("this caller does not wait any more")

    async def keep_note(self, note: WrapUpNote) -> None:
        """As in `ConsoleActions`."""
        at = datetime.fromtimestamp(self._clock(), UTC)
        await self._means.notes.keep(
            KeptNote(note.call, note.agent, at, note.outcome.value, note.note, note.finished)
        )

    def ring_line(self, leg: AudioLeg) -> None:
        """As in `ConsoleActions`."""
        self._means.ring_line(leg)

    # ------------------------------------------------------------ helpers

    async def _hear(self, changed: asyncio.Event) -> None:
        async for _ in self._store.changes():
            changed.set()

    def _talks_now(self) -> tuple[tuple[str, ...], ...]:
        """Return what of the talks is seen, but how long they go on."""
        return tuple(
            (call, going_on.talk.agent, going_on.talk.phase, going_on.talk.supervisor)
            for call, going_on in self._talks.now().items()
        )

    def _talk_rows(self) -> tuple[TalkRow, ...]:
        now = asyncio.get_running_loop().time()
        return tuple(
            TalkRow(
                call,
                going_on.talk.agent,
                going_on.card.queue,
                now - going_on.began,
                going_on.talk.phase,
                going_on.talk.supervisor,
            )
            for call, going_on in self._talks.now().items()
        )


def noted_in(audit: Audit) -> NoteAttending:
    """Note in *audit* what supervisors do in talks: what `Talks` is made with."""

    async def note(by: str, attending: Attending, call: str) -> None:
        await asyncio.to_thread(audit.note, by, DEEDS[attending], call)

    return note


def _signed_in(agent: Agent, change: PresenceChange, node: str, now: float) -> AgentStatus:
    return AgentStatus(
        agent, change.presence, now, reason=change.reason, until=change.until, node=node
    )


def _waiter(ticket: Ticket, position: int, agent: str, office: Office, now: float) -> Waiter:
    return Waiter(
        ticket.key,
        office.title(ticket.queue),
        position,
        max(0.0, now - ticket.asked_at),
        priority=ticket.priority,
        language=ticket.language,
        callback=ticket.callback,
        offered_to=agent,
    )


def _colleague(status: AgentStatus, now: float) -> Colleague:
    name = status.agent.name
    if is_free(status, now=now) and status.presence is not Presence.READY:
        return Colleague(name, Presence.READY, now - status.until)  # the pause is over
    ends = status.until if status.presence is not Presence.OFFERED else 0.0
    since = max(0.0, now - status.since)
    return Colleague(name, status.presence, since, status.reason, max(0.0, ends - now))
