"""Bells that are rung when something happens in a call."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Bells:
    """By call, the bells of those who wait for what happens in it."""

    def __init__(self) -> None:
        self._bells: dict[str, set[asyncio.Event]] = {}

    def __len__(self) -> int:
        """Count the calls somebody waits for."""
        return len(self._bells)

    def ring(self, call: str) -> None:
        """Ring the bells of *call*."""
        for bell in self._bells.get(call, ()):
            bell.set()

    @contextmanager
    def noticing(self, call: str) -> Iterator[asyncio.Event]:
        """Have a bell of *call* as long as the block runs."""
        bell = asyncio.Event()
        bells = self._bells.setdefault(call, set())
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells:
                self._bells.pop(call, None)
