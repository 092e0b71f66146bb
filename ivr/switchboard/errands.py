"""What a store has to be told, although it may not listen just now."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from ivr.errors import StoreError

_log = logging.getLogger(__name__)
AGAIN_AFTER = 1.0  # seconds between two attempts at a store that does not answer

Errand = Callable[[], Awaitable[object]]


class Errands:
    """What the store has to be told of one call, in order, each until the store took it."""

    def __init__(self) -> None:
        self._waiting: deque[Errand] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def open(self) -> bool:
        """Whether something is not done yet."""
        return bool(self._waiting)

    def add(self, errand: Errand) -> None:
        """Do *errand* after those before it; it may be done twice."""
        self._waiting.append(errand)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def wait(self, *, within: float) -> None:
        """Wait until everything is done, but no longer than *within* seconds."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=within)

    async def close(self, *, within: float) -> None:
        """Wait for what is left, then give it up; never fails."""
        await self.wait(within=within)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._waiting:
            try:
                await self._waiting[0]()
            except StoreError:
                await asyncio.sleep(AGAIN_AFTER)
                continue
            except Exception as error:  # noqa: BLE001 - one mistake must not end the other errands
                _log.error("store was told nonsense", extra={"kind": type(error).__name__})
            self._waiting.popleft()
