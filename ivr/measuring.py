"""Where the parts of a running line stand, as levels for Prometheus."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from ivr.errors import StoreError
from ivr.records.calls import CallBook
from ivr.speech.client import SpeechClient
from ivr.switchboard.front import Front
from ivr.watch import figures
from ivr.watch.figures import Level
from sip.endpoint import SipEndpoint
from sip.status import LineStatus

_log = logging.getLogger(__name__)
SENT_AWAY_WITH = (302, 403, 486, 503)
"""What callers are refused with; shown before it first happens, so that 0 to 1 is an increase."""
READ_WITHIN = 2.0  # seconds; a queue that is away shall not cost the other figures


class Measuring:
    """Reads the levels of one line."""

    def __init__(
        self, endpoint: SipEndpoint, ears: SpeechClient, front: Front, records: CallBook
    ) -> None:
        """Name the parts; they may start later."""
        self._endpoint = endpoint
        self._ears = ears
        self._front = front
        self._records = records

    async def read(self) -> tuple[Level, ...]:
        """Read them now; those of a queue that cannot be reached are missing."""
        return (*self._of_this_process(), *await self._of_the_queue())

    def _of_this_process(self) -> Iterator[Level]:
        yield Level(figures.BUILD, 1, (version("clinic-line"),))
        yield from _of_sip(self._endpoint.status())
        hearing = self._ears.status
        yield Level(figures.EAR, hearing.ok, (hearing.engine,))
        yield Level(figures.EAR_DEATHS, self._ears.deaths)
        yield Level(figures.UNWRITTEN, self._records.waiting)
        yield Level(figures.LOST, self._records.lost)

    async def _of_the_queue(self) -> tuple[Level, ...]:
        try:
            async with asyncio.timeout(READ_WITHIN):
                queues = await self._front.queue()
                agents = await self._front.agents()
        except (StoreError, TimeoutError) as error:
            _log.warning("the queue cannot be measured", extra={"error": error})
            return ()
        busy = Counter(agent["presence"] for agent in agents["agents"])
        of_queues = [level for queue in queues["queues"] for level in _of_one(queue)]
        return (*of_queues, *(Level(figures.AGENTS, n, (doing,)) for doing, n in busy.items()))


def _of_sip(status: LineStatus) -> Iterator[Level]:
    yield Level(figures.LEGS, status.legs)
    yield Level(figures.LEGS_LIMIT, status.capacity)
    yield Level(figures.TAKING, status.taking)
    for answer in sorted({*SENT_AWAY_WITH, *status.refused}):
        yield Level(figures.REFUSED, status.refused.get(answer, 0), (str(answer),))
    yield Level(figures.STRANGE, status.noise, ("noise",))
    yield Level(figures.STRANGE, status.oversized, ("oversized",))
    for trunk in status.trunks:
        if trunk.registers:
            yield Level(figures.TRUNK, trunk.registered, (trunk.name,))


def _of_one(queue: Mapping[str, Any]) -> Iterator[Level]:
    name = (queue["queue"],)
    yield Level(figures.WAITING, queue["waiting"], name)
    yield Level(figures.LONGEST, queue["longest"], name)
    yield Level(figures.TARGET, queue["target"], name)
    if queue["in_time"] is not None:
        yield Level(figures.IN_TIME, queue["in_time"], name)
    yield Level(figures.QUEUE_AGENTS, queue["working"], (*name, "working"))
    yield Level(figures.QUEUE_AGENTS, queue["ready"], (*name, "ready"))
