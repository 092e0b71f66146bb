"""Waking whoever waits for a change."""

import asyncio
from collections.abc import AsyncIterator
from weakref import WeakSet


class Bell:
    """Rung at every change; each listener wakes once for all rings since it last looked."""

    def __init__(self) -> None:
        self._ears: WeakSet[asyncio.Event] = WeakSet()
        self._closed = False

    def ring(self) -> None:
        """Wake every listener."""
        for ear in self._ears:
            ear.set()

    def listen(self) -> AsyncIterator[None]:
        """Yield after rings from now on, even those before the first step; ends at `close`."""
        ear = asyncio.Event()
        self._ears.add(ear)
        return self._hear(ear)

    async def _hear(self, ear: asyncio.Event) -> AsyncIterator[None]:
        while not self._closed:
            await ear.wait()
            ear.clear()
            if not self._closed:
                yield

    def close(self) -> None:
        """End every listening."""
        self._closed = True
        self.ring()
