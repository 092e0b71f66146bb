"""A running line with an application of a few lines behind it."""

import asyncio
import logging
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ivr.observing import Observed
from ivr.ports import LegEvent, LegInfo
from ivr.settings import Line
from sip.endpoint import SipEndpoint
from sip.sip_leg import SipLeg
from sip.trunk import TrunkStatus
from tests.support.sipraw import Phone

LOUD = b"".join(struct.pack("<h", step * 997 % 24001 - 12000) for step in range(8000))
"""One second of something with many levels, so that no codec makes silence of it."""
ANYWHERE = Line(port=0)
PATIENCE = 8.0  # seconds; only a broken line needs them


@dataclass
class RunningLine:
    """The endpoint and what happened on it."""

    endpoint: SipEndpoint
    legs: list[SipLeg] = field(default_factory=list)
    events: dict[str, list[LegEvent]] = field(default_factory=dict)
    statuses: list[TrunkStatus] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)

    async def phone(self, *, tcp: bool = False) -> Phone:
        phone = await Phone.open(self.endpoint.port, tcp=tcp)
        self.phones.append(phone)
        return phone

    def happened(self, leg: int = 0) -> list[LegEvent]:
        return self.events[self.legs[leg].info.key]


App = Callable[[RunningLine, SipLeg], Awaitable[None]]


async def answer_and_play(line: RunningLine, leg: SipLeg) -> None:
    """Answer and sound until the caller leaves."""
    del line
    await leg.answer()
    leg.play(LOUD, token=1, loop=True)


async def keep_ringing(line: RunningLine, leg: SipLeg) -> None:
    del line, leg


@asynccontextmanager
async def open_line(
    app: App = answer_and_play,
    settings: Line = ANYWHERE,
    on_redirected: Callable[[LegInfo, Observed], None] | None = None,
) -> AsyncIterator[RunningLine]:
    tasks: set[asyncio.Task[None]] = set()

    def on_call(leg: SipLeg) -> None:
        line.legs.append(leg)
        line.events[leg.info.key] = []
        for work in (_run(app, line, leg), _note(line, leg)):
            task = asyncio.create_task(work)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    statuses: list[TrunkStatus] = []
    endpoint = SipEndpoint(
        settings, on_call=on_call, on_redirected=on_redirected, on_status=statuses.append
    )
    line = RunningLine(endpoint, statuses=statuses)
    await endpoint.start()
    try:
        yield line
    finally:
        await endpoint.stop()
        for task in tasks:
            task.cancel()
        for phone in line.phones:
            await phone.close()


async def _run(app: App, line: RunningLine, leg: SipLeg) -> None:
    try:
        await app(line, leg)
    except Exception as error:  # noqa: BLE001 - the tests look at the events
        logging.getLogger("tests").info("the application ended", extra={"error": repr(error)})


async def _note(line: RunningLine, leg: SipLeg) -> None:
    async for event in leg.events():
        line.events[leg.info.key].append(event)


async def until(condition: Callable[[], object]) -> None:
    """Wait until *condition* holds; the test fails when it never does."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)
