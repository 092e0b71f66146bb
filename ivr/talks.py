"""The talks of this cell, for supervisors."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from ivr.errors import HandoffError
from ivr.handoff.commands import Attending
from ivr.ports import AudioLeg
from ivr.talk import Talk

Audit = Callable[[str, Attending, str], Awaitable[None]]
"""`audit(by, attending, call)`: writes it down before it is done, or raises `StoreUnavailable`."""


class Talks:
    """Who talks now, by the opaque id of the call."""

    def __init__(self, audit: Audit) -> None:
        """Have *audit* told of each act of a supervisor."""
        self._audit = audit
        self._talks: dict[str, Talk] = {}

    @contextmanager
    def going_on(self, call: str, talk: Talk) -> Iterator[None]:
        """List *talk* while the block runs."""
        self._talks[call] = talk
        try:
            yield
        finally:
            if self._talks.get(call) is talk:
                del self._talks[call]

    def now(self) -> dict[str, Talk]:
        """Return the talks that go on, by call."""
        return dict(self._talks)

    async def attend(self, call: str, leg: AudioLeg, attending: Attending, *, by: str) -> None:
        """
        Let the supervisor named *by* into a talk, or take part in another way; noted first.

        Raises:
            HandoffError: There is no such talk, or another supervisor attends it.
            StoreUnavailable: It cannot be noted, so it is not done.
        """
        await self._audit(by, attending, call)
        talk = self._talks.get(call)
        if talk is None:
            raise HandoffError("this talk is over")
        await talk.attend(leg, attending, by=by)
