"""A store that can be away: each question hangs as long as the contract allows, then fails."""

import asyncio
from typing import Any

from ivr.errors import StoreUnavailable
from ivr.store.memory import MemoryStore

HANGS = 0.6  # seconds
ASKED = (
    *("put", "drop", "ticket", "head", "ahead", "sizes", "register", "forget", "agents"),
    *("set_presence", "claim", "release", "settle", "beat", "orphans", "note_wait", "waits"),
)


class FickleStore(MemoryStore):
    """Away while `away` is set; what was told to it before is still there afterwards."""

    away = False

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - any method of the store
        if name in ASKED and self.away:
            return _silent
        return super().__getattribute__(name)


async def _silent(*_: object, **__: object) -> None:
    await asyncio.sleep(HANGS)
    raise StoreUnavailable("the store is away")
