"""The talks of this cell, for supervisors."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ivr.errors import HandoffError
from ivr.handoff.card import Card
from ivr.handoff.commands import Attending
from ivr.ports import AudioLeg
from ivr.talk import Talk

Audit = Callable[[str, Attending, str], Awaitable[None]]
"""`audit(by, attending, call)`: writes it down before it is done, or raises `StoreUnavailable`."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A talk that goes on."""

    talk: Talk
    card: Card
    """The whole of it: what of it a supervisor may see is for who shows it to decide."""
    began: float
    """The loop's time."""


class Talks:
    """Who talks now, by the opaque id of the call."""

    def __init__(self, audit: Audit) -> None:
        """Have *audit* told of each act of a supervisor."""
        self._audit = audit
        self._talks: dict[str, Conversation] = {}

    @contextmanager
    def going_on(self, talk: Talk, card: Card, *, now: float) -> Iterator[None]:
        """List *talk* under the call of *card* while the block runs; *now* is the loop's time."""
        conversation = self._talks[card.call] = Conversation(talk, card, now)
        try:
            yield
        finally:
            if self._talks.get(card.call) is conversation:
                del self._talks[card.call]

    def now(self) -> dict[str, Conversation]:
        """Return the talks that go on, by call."""
        return dict(self._talks)

    async def attend(self, call: str, leg: AudioLeg, attending: Attending, *, by: str) -> Card:
        """
        Let the supervisor named *by* into a talk, or take part in another way; noted first.

        Returns the caller's card.

        Raises:
            HandoffError: There is no such talk, or another supervisor attends it.
            StoreUnavailable: It cannot be noted, so it is not done.
        """
        await self._audit(by, attending, call)
        going_on = self._talks.get(call)
        if going_on is None:
            raise HandoffError("this talk is over")
        await going_on.talk.attend(leg, attending, by=by)
        return going_on.card
