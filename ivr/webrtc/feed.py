"""Keeps every console's picture of the floor fresh, with one look at it for all of them."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from ivr.errors import IvrError
from ivr.webrtc.floor import ConsoleActions, Floor
from ivr.webrtc.seat import Seat
from ivr.webrtc.views import FloorShown

_log = logging.getLogger(__name__)
AT_LEAST_EVERY = 5.0  # seconds, also when nothing changed: pages see that the line lives
AT_MOST_EVERY = 0.25  # seconds


class FloorFeed:
    """Runs as one task, `run`; `stir` makes it look now."""

    def __init__(self, actions: ConsoleActions, seats: Callable[[], Iterable[Seat]]) -> None:
        """
        Wire it up.

        Args:
            actions: The line.
            seats: Answers who is to be told.
        """
        self._actions = actions
        self._seats = seats
        self._floor = Floor()
        self._current = False
        self._changed = asyncio.Event()

    def stir(self) -> None:
        """Look at the floor soon."""
        self._changed.set()

    def show(self, seat: Seat) -> None:
        """Show one seat the floor as it was last seen."""
        seat.say(FloorShown(self._floor, seat.agent.role, self._current))

    async def run(self) -> None:
        """Look and show, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            while True:
                await self._look()
                colleagues = {one.name: one for one in self._floor.colleagues}
                for seat in tuple(self._seats()):
                    self.show(seat)
                    if self._current:
                        seat.stand(colleagues.get(seat.agent.name))
                await asyncio.sleep(AT_MOST_EVERY)
                await self._until_changed()

    async def _look(self) -> None:
        self._changed.clear()
        try:
            self._floor = await self._actions.floor()
        except Exception as error:  # noqa: BLE001 - whatever one look met, pages see that the line lives
            if self._current:
                told = {"error": error} if isinstance(error, IvrError) else {}
                _log.warning("floor not seen", extra={"kind": type(error).__name__, **told})
            self._current = False
        else:
            self._current = True

    async def _until_changed(self) -> None:
        try:
            async with asyncio.timeout(AT_LEAST_EVERY):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _listen(self) -> None:
        async for _ in self._actions.changes():
            self._changed.set()
