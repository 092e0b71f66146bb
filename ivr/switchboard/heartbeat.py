"""Living beside other cells: saying that one lives, and taking over what the dead left."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from ivr.desk import QueueStore
from ivr.errors import StoreError
from ivr.handoff.tickets import Ticket

_log = logging.getLogger(__name__)
EVERY = 3.0  # seconds between two beats
LASTS = 10.0  # seconds a cell is thought alive after its last beat


async def live(
    store: QueueStore,
    *,
    node: str,
    clock: Callable[[], float],
    is_here: Callable[[str], bool],
) -> None:
    """
    Beat for the cell *node* until cancelled.

    Args:
        store: Common to all cells.
        node: Name of this cell.
        clock: Unix time.
        is_here: Whether the caller of a ticket is on the line in this cell.
    """
    beating_since: float | None = None
    while True:
        now = clock()
        try:
            await store.beat(node, now=now, until=now + LASTS)
            beating_since = now if beating_since is None else beating_since
            # After a silence everybody looks dead; they get the time to say otherwise.
            if now - beating_since >= LASTS:
                for ticket in await store.orphans(node=node, now=now):
                    await _adopt(ticket, store, is_here, now)
        except StoreError:
            beating_since = None
        except Exception as error:  # noqa: BLE001 - a cell that stops to beat loses its callers' places
            _log.error("cell could not beat", extra={"kind": type(error).__name__})
        await asyncio.sleep(EVERY)


async def _adopt(
    ticket: Ticket, store: QueueStore, is_here: Callable[[str], bool], now: float
) -> None:
    if ticket.callback:
        await store.put(replace(ticket, node=""))
    elif not is_here(ticket.key):
        _log.warning("caller went with a dead cell", extra={"call": ticket.key})
        await store.drop(ticket.key, now=now)
