"""Whether the common store can be reached, and what happens when that changes."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ivr.desk import QueueStore
from ivr.errors import StoreError, StoreUnavailable
from ivr.store.bell import Bell
from ivr.store.own import Own
from ivr.store.reentry import reenter
from ivr.store.tasks import end

T = TypeVar("T")
_log = logging.getLogger(__name__)
PROBE_EVERY = 1.0  # seconds between two looks whether a store that is away is back
LOOKS_PER_AGREEMENT = 5  # a store that restarts empty between two calls fails none of them
PASSES = 5  # of telling the store what happened, while it goes on happening


class Reach:
    """Leaves a store alone that is away, looks in the background, tells it everything at last."""

    def __init__(
        self,
        common: QueueStore,
        own: Own,
        bell: Bell,
        *,
        clock: Callable[[], float],
        probe_every: float,
    ) -> None:
        self._common = common
        self._own = own
        self._bell = bell
        self._clock = clock
        self._probe_every = probe_every
        self._tending: asyncio.Task[None] | None = None
        self.away = False
        self.lease = 0.0
        """Seconds a beat of this cell is good for; 0: it never beat."""

    async def call(self, ask: Callable[[], Awaitable[T]]) -> T:
        """
        Ask the common store, unless it is known to be away.

        Raises:
            StoreError: It is away.
        """
        self.tend()
        if self.away:
            raise StoreUnavailable("the common store is away")
        try:
            return await ask()
        except StoreError as error:
            await self._leave(error)
            raise

    def tend(self) -> None:
        """Look after the common store from now on, in the background."""
        if self._tending is None or self._tending.done():
            self._tending = asyncio.get_running_loop().create_task(self._tend())

    async def close(self) -> None:
        """Stop looking after it."""
        await end(self._tending)

    async def _leave(self, error: StoreError) -> None:
        if self.away:
            return
        self.away = True
        _log.warning("common store away, going on alone", extra={"error": str(error)})
        await self._own.trust_others(now=self._clock())
        self._bell.ring()

    async def _tend(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pass_on_changes())
            for look in itertools.count():
                if self.away or look % LOOKS_PER_AGREEMENT == 0:
                    await self._look()
                await asyncio.sleep(self._probe_every)

    async def _pass_on_changes(self) -> None:
        async for _ in self._common.changes():
            self._bell.ring()

    async def _look(self) -> None:
        try:
            agreed = await self._agree()
        except StoreError as error:
            await self._leave(error)
            return
        if agreed and self.away:
            self.away = False
            _log.info("common store back, told what happened")
            self._bell.ring()

    async def _agree(self) -> bool:
        if self.lease:
            now = self._clock()
            await self._common.beat(self._own.node, now=now, until=now + self.lease)
        for _ in range(PASSES):
            edits = self._own.edits
            await reenter(self._own, self._common, now=self._clock())
            if self._own.edits == edits:
                return True
        return False
