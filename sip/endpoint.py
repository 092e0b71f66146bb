"""The line's SIP endpoint: incoming legs come out of it, outgoing legs are dialled with it."""

import asyncio
import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.errors import CallError, LegBroken, LegLost, MisuseError, SettingsError
from ivr.observing import Observed
from ivr.ports import AudioLeg, Gone, LegInfo, Played
from ivr.settings import Line, Trunk
from sip.causes import Status
from sip.door import Door
from sip.engine import Engine
from sip.media_port import MediaPort
from sip.message import user_of
from sip.oversize import Oversize
from sip.reports import Answered, EngineOptions, Inside, MediaUp, Problem, Receiver, Report
from sip.sip_leg import SipLeg
from sip.sockets import choose_sip_port
from sip.status import LineStatus
from sip.trunk import Origins, TrunkStatus, addresses_of, host_of

log = logging.getLogger("sip")

RESOLVE_AGAIN = 10.0  # seconds
STOP_PATIENCE = 10.0  # seconds; pjsip ends in 2


@dataclass(slots=True)
class _Running:
    door: Door
    engine: Engine
    stopped: "asyncio.Future[None]"
    since: float


class SipEndpoint:
    """
    One SIP endpoint; one per process at a time. Implements `ivr.ports.Dialler`.

    Args:
        line: The settings.
        on_call: Gets each admitted incoming leg, ringing; in the event loop.
        on_redirected: Gets each caller who was sent to the overflow number instead of being
            taken, and their SIP messages; in the event loop.
        on_status: Gets each change of a trunk's registration; in the event loop.
    """

    _in_this_process = False

    def __init__(
        self,
        line: Line,
        *,
        on_call: Callable[[SipLeg], None],
        on_redirected: Callable[[LegInfo, Observed], None] | None = None,
        on_status: Callable[[TrunkStatus], None] | None = None,
    ) -> None:
        self._line = line
        self._on_call = on_call
        self._on_redirected = on_redirected
        self._on_status = on_status
        self._draining = False
        self._refused: Counter[int] = Counter()
        self._legs: dict[str, SipLeg] = {}
        self._trunks = {
            trunk.name: TrunkStatus(trunk.name, registers=bool(trunk.registrar))
            for trunk in line.trunks
        }
        self._running: _Running | None = None
        self._oversize = Oversize()
        self._registering: list[asyncio.Task[None]] = []
        self._port = 0

    # ---------------------------------------------------------------- public face

    @property
    def port(self) -> int:
        """The bound SIP port; 0 before `start`."""
        return self._port

    @property
    def capacity(self) -> int:
        """Calls at once, callers and agents together; 0 unless it runs."""
        return self._running.engine.capacity if self._running else 0

    @property
    def calls(self) -> int:
        """Legs alive now."""
        return len(self._legs)

    @property
    def trunks(self) -> tuple[TrunkStatus, ...]:
        """How each trunk of the settings stands, in their order."""
        return tuple(self._trunks.values())

    def status(self) -> LineStatus:
        """Tell how the line stands now."""
        running = self._running
        return LineStatus(
            open=running is not None,
            taking=running is not None and not self._draining,
            legs=self.calls,
            capacity=self.capacity,
            uptime=time.monotonic() - running.since if running else 0.0,
            refused=dict(self._refused),
            oversized=self._oversize.refused,
            noise=running.engine.noise if running else 0,
            guarded=running is not None and running.engine.guarded,
            trunks=self.trunks,
        )

    def drain(self, *, on: bool) -> None:
        """
        Take no new caller as long as it is *on*: they go to the overflow number, or hear 503.

        Calls under way go on, and agents are rung for them. An OPTIONS is answered 503, so that
        a front looks elsewhere.
        """
        self._draining = on
        if self._running:
            self._running.engine.draining = on
        if on:
            log.info("the line drains")
        else:
            log.info("the line takes callers")

    async def start(self) -> None:
        """
        Bind and begin to take calls.

        Raises:
            SettingsError: The port is taken, the address is not ours, a list is malformed.
            MisuseError: Another endpoint runs in this process.
        """
        if SipEndpoint._in_this_process:
            raise MisuseError("one SIP endpoint runs in this process already")
        line = _checked(self._line)
        origins = Origins(line)
        self._port = choose_sip_port(line.address, line.port, tcp=line.tcp)
        self._running = await self._start_thread(EngineOptions(line, self._port, origins))
        self._oversize.open(line.address, self._port)
        door, engine = self._running.door, self._running.engine
        self._registering = [
            asyncio.create_task(self._register(trunk, door, engine))
            for trunk in line.trunks
            if trunk.registrar
        ]
        log.info("the line is open", extra={"port": self._port, "capacity": self.capacity})

    async def stop(self) -> None:
        """Hang up everything and end pjsip; returns when the port is free. Never hangs."""
        running, self._running = self._running, None
        if running is None:
            return
        self._oversize.close()
        for task in self._registering:
            task.cancel()
        running.door.submit(running.engine.stop).add_done_callback(_ignore)
        try:
            async with asyncio.timeout(STOP_PATIENCE):
                await asyncio.shield(running.stopped)
        except TimeoutError:
            log.error("pjsip did not end in time", extra={"patience": STOP_PATIENCE})  # noqa: TRY400 - the trace tells nothing
            return
        finally:
            running.door.take_bell()
        log.info("the line is closed", extra={"port": self._port})

    async def dial(
        self, uri: str, *, ring_for: float, on_leg: Callable[[AudioLeg], None] | None = None
    ) -> SipLeg:
        """
        Ring *uri*; see `ivr.ports.Dialler.dial`. Cancelling sends CANCEL.

        Raises:
            LegLost: Refused, busy or not answered; the status is in `args[1]`.
            LegBroken: Nobody is there, the URI is none, or no slot is free.
        """
        if self._running is None:
            raise LegBroken("the line is not open")
        door, engine = self._running.door, self._running.engine
        parts = self._new_leg(door)
        key = parts.key
        addresses = await addresses_of(host_of(uri))
        if not addresses:
            raise LegBroken(f"leg {key}: the address to ring names no host that exists")
        info = LegInfo(key=key, called=user_of(uri))
        leg = SipLeg(info, parts, commands=engine.calls, submit=door.submit)
        if on_leg:
            on_leg(leg)
        self._legs[key] = leg
        try:
            await door.submit(lambda: engine.dial(parts, uri, address=addresses[0]))
            async with asyncio.timeout(ring_for):
                await leg.established()
        except BaseException as error:
            door.submit(lambda: engine.calls.hang_up(key, 0)).add_done_callback(_ignore)
            self._legs.pop(key, None)
            if isinstance(error, TimeoutError):
                text = f"leg {key}: not answered in {ring_for:g} seconds"
                raise LegLost(text, int(Status.REQUEST_TIMEOUT)) from None
            raise
        return leg

    # ---------------------------------------------------------------- the thread

    async def _start_thread(self, options: EngineOptions) -> _Running:
        loop = asyncio.get_running_loop()
        started: asyncio.Future[Problem | None] = loop.create_future()
        stopped: asyncio.Future[None] = loop.create_future()
        door = Door(loop)
        engine = Engine(
            options,
            door,
            Receiver(
                new_leg=lambda: self._new_leg(door),
                on_call=lambda info, parts: self._called(info, parts, door, engine),
                on_refused=self._turned_away,
                on_report=self._reported,
                on_registered=self._registered,
            ),
        )
        threading.Thread(
            target=engine.run,
            kwargs={
                "started": lambda problem: door.post(started.set_result, problem),
                "stopped": lambda: door.post(stopped.set_result, None),
            },
            name="sip",
            daemon=True,
        ).start()
        SipEndpoint._in_this_process = True
        stopped.add_done_callback(SipEndpoint._left)
        try:
            problem = await started
        except asyncio.CancelledError:
            door.submit(engine.stop).add_done_callback(_ignore)
            raise
        if problem:
            stopped.set_result(None)
            raise SettingsError(problem.setting, found=problem.found, accepted=problem.accepted)
        door.hang_bell(self._line.address, options.port)
        engine.draining = self._draining
        return _Running(door, engine, stopped, time.monotonic())

    @staticmethod
    def _left(_stopped: "asyncio.Future[None]") -> None:
        SipEndpoint._in_this_process = False

    def _new_leg(self, door: Door) -> Inside:
        key = secrets.token_hex(4)
        media = MediaPort(door.post, on_played=lambda token: self._reported(key, Played(token)))
        return Inside(key, media, Observed())

    # ---------------------------------------------------------------- from the engine

    def _called(self, info: LegInfo, parts: Inside, door: Door, engine: Engine) -> None:
        leg = SipLeg(info, parts, commands=engine.calls, submit=door.submit)
        self._legs[info.key] = leg
        log.info("a call came in", extra={"leg": info.key, "trunk": info.trunk})
        self._on_call(leg)

    def _turned_away(self, info: LegInfo, status: int, observed: Observed) -> None:
        self._refused[status] += 1
        if status == Status.MOVED_TEMPORARILY and self._on_redirected:
            self._on_redirected(info, observed)

    def _reported(self, key: str, report: Report) -> None:
        leg = self._legs.get(key)
        if leg is None:
            return
        match report:
            case Answered():
                leg.answered()
            case MediaUp():
                leg.media_up()
            case Gone():
                del self._legs[key]
                leg.take(report)
                extra = {"leg": key, "status": report.status, "lost": report.lost}
                log.info("a leg ended", extra=extra)
            case _:
                leg.take(report)

    def _registered(self, trunk: str, status: int, active: bool) -> None:  # noqa: FBT001 - posted by position
        self._trunks[trunk] = TrunkStatus(
            trunk, registers=True, registered=active, status=status, at=datetime.now(UTC)
        )
        if self._on_status:
            self._on_status(self._trunks[trunk])

    async def _register(self, trunk: Trunk, door: Door, engine: Engine) -> None:
        """Register as soon as the registrar's name has an address."""
        host = host_of(trunk.registrar)
        while not (addresses := await addresses_of(host)):
            log.warning("a registrar's name has no address", extra={"trunk": trunk.name})
            await asyncio.sleep(RESOLVE_AGAIN)
        try:
            await door.submit(lambda: engine.register(trunk, addresses))
        except CallError as error:
            log.error("a trunk cannot be used", extra={"trunk": trunk.name, "reason": str(error)})  # noqa: TRY400 - the reason is in the text


def _checked(line: Line) -> Line:
    if line.overflow and not host_of(line.overflow):
        raise SettingsError(
            "line.overflow", found=repr(line.overflow), accepted="a SIP URI, or nothing"
        )
    for i, trunk in enumerate(line.trunks):
        if trunk.registrar and not host_of(trunk.registrar):
            raise SettingsError(
                f"line.trunks[{i}].registrar",
                found=repr(trunk.registrar),
                accepted="a SIP URI, such as sip:carrier.example",
            )
    return line


def _ignore(future: "asyncio.Future[None]") -> None:
    """Take the exception out, so that asyncio does not call it forgotten."""
    if not future.cancelled():
        future.exception()
