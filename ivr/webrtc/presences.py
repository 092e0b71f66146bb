"""What one agent at a console wants to be, on its way to the queue."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from ivr.errors import IvrError
from ivr.handoff.agents import Agent, Presence, PresenceChange
from ivr.webrtc.floor import ConsoleActions

_log = logging.getLogger(__name__)
READY = PresenceChange(Presence.READY)
JUST_CAME = PresenceChange(Presence.PAUSED, "just logged in")
AFTER_CALL = PresenceChange(Presence.PAUSED, "after a call")
NO_SOUND = PresenceChange(Presence.PAUSED, "sound did not connect")
OFFLINE = PresenceChange(Presence.OFFLINE)


class Sitter(Protocol):
    """The seat."""

    @property
    def agent(self) -> Agent:
        """Who sits there."""
        ...

    @property
    def dismissed(self) -> bool:
        """Whether the queue has forgotten them."""
        ...


class Presences:
    """Tells the queue one thing after the other, so that what was wanted last is what stays."""

    def __init__(
        self, sitter: Sitter, actions: ConsoleActions, *, stir: Callable[[], None]
    ) -> None:
        """
        Wire it up.

        Args:
            sitter: Whose presence it is.
            actions: The line.
            stir: Called when the floor changed.
        """
        self.wish = JUST_CAME
        """What they want to be while they are there and no note waits."""
        self._sitter = sitter
        self._actions = actions
        self._stir = stir
        self._turn = asyncio.Lock()

    async def wish_for(self, change: PresenceChange) -> None:
        """
        Become *change* by the agent's own will.

        Raises:
            IvrError: The queue does not learn it now, so nothing is changed.
        """
        async with self._turn:
            await self._tell(change)
            self.wish = change

    async def become(self, change: PresenceChange) -> None:
        """Become *change* where nobody waits for it."""
        async with self._turn:
            await self._try_to_tell(change)

    async def sign_in(self, *, note_waits: bool) -> None:
        """Become what they wanted to be, but paused while the note of a call waits."""
        async with self._turn:
            await self._try_to_tell(AFTER_CALL if note_waits else self.wish)

    async def _try_to_tell(self, change: PresenceChange) -> None:
        try:
            await self._tell(change)
        except IvrError as error:
            extra = {"agent": self._sitter.agent.name, "error": error}
            _log.warning("presence not changed", extra=extra)

    async def _tell(self, change: PresenceChange) -> None:
        if not self._sitter.dismissed:
            await self._actions.set_presence(self._sitter.agent, change)
            self._stir()
