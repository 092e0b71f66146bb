"""The queue's side of a desk: the caller's place, what the queue decides, what it is told."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from ivr.desk import Offered, Placed, QueueEvent, Shut, Switchboard, Waiting
from ivr.handoff.actions import EnterAgain, KeepPlace, Leave, Release, Settle, WrapUp
from ivr.handoff.card import Card
from ivr.handoff.events import AgentOffered, PlaceMoved, QueueNews, QueueShut
from ivr.handoff.offer import Offer
from ivr.handoff.tickets import Ticket

_log = logging.getLogger(__name__)
QueueAction = Settle | Release | WrapUp | Leave | KeepPlace | EnterAgain


class Queueing:
    """One caller's place, and the next one if they have to queue again; `close` it at the end."""

    def __init__(
        self,
        switchboard: Switchboard,
        ticket: Ticket,
        card: Callable[[], Card],
        tell: Callable[[QueueNews], None],
    ) -> None:
        """
        Enter the queue.

        Args:
            switchboard: Brings callers and agents together.
            ticket: The caller's place.
            card: Kept for the call-back, if the caller wants one.
            tell: Takes what the queue decides.
        """
        self.ticket = ticket
        self.number = ""
        """Where the caller wants to be called back; personal data."""
        self._switchboard = switchboard
        self._card = card
        self._tell = tell
        self._enter()

    def do(self, action: QueueAction, offers: Offer) -> None:
        """Tell the queue; *offers* knows who passed."""
        match action:
            case Settle(agent=agent):
                self._waiting.settle(agent)
            case Release(agent=agent, refusal=refusal):
                self._waiting.release(agent, refusal)
            case WrapUp(agent=agent):
                self._waiting.wrap_up(agent)
            case Leave():
                self._waiting.leave()
            case KeepPlace():
                self._waiting.keep_place(self.number, card=self._card())
            case EnterAgain(queue=queue):
                self._waiting.leave()
                self._following.cancel()
                passed = tuple(dict.fromkeys(offers.passed))
                queue = queue or self.ticket.queue
                self.ticket = replace(self.ticket, queue=queue, passed=passed)
                self._enter()
            case _:
                assert_never(action)

    async def close(self) -> None:
        """Hear of the queue no longer; the place stays as it is."""
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)

    def leave(self) -> None:
        """Give the place up, whatever its state."""
        self._waiting.leave()

    def _enter(self) -> None:
        self._waiting: Waiting = self._switchboard.enter(self.ticket)
        work = self._follow(self._waiting)
        self._following = asyncio.get_running_loop().create_task(work)

    async def _follow(self, waiting: Waiting) -> None:
        try:
            async for event in waiting.events():
                self._tell(_news(event))
        except Exception as error:  # noqa: BLE001 - a queue that breaks will offer nobody
            kind = type(error).__name__
            _log.error("queue broke", extra={"call": self.ticket.key, "kind": kind})
        self._tell(QueueShut(closed=False))


class OncePlaced:
    """A `Switchboard` in which one caller has their place already; later places are new ones."""

    def __init__(self, switchboard: Switchboard, place: Waiting) -> None:
        self._switchboard = switchboard
        self._place: Waiting | None = place

    def enter(self, ticket: Ticket) -> Waiting:
        """As in `Switchboard`."""
        place, self._place = self._place, None
        return place or self._switchboard.enter(ticket)

    def title(self, queue: str, *, language: str) -> str:
        """As in `Switchboard`."""
        return self._switchboard.title(queue, language=language)


def _news(event: QueueEvent) -> QueueNews:
    match event:
        case Placed(ahead=ahead, wait=wait):
            return PlaceMoved(ahead, wait)
        case Offered(agent=agent, ring_for=ring_for):
            return AgentOffered(agent, ring_for)
        case Shut(closed=closed, says=says):
            return QueueShut(closed, says)
        case _:
            assert_never(event)
