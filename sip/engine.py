"""
The SIP thread: it owns pjsua2, polls it, and carries every command out.

Everything below `run` happens in this thread, so nothing here locks.
"""

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ivr.errors import LegBroken
from ivr.observing import Observed
from ivr.ports import LegInfo
from ivr.settings import Trunk
from sip import admission
from sip.admission import Reply, Room
from sip.binding import PjAccount, Stack
from sip.binding.native import active_calls, compiled_calls
from sip.calls import Calls
from sip.causes import Status
from sip.door import Door
from sip.filters import end_streams
from sip.guard import Guard
from sip.ladder import Ladders
from sip.message import Request, parse
from sip.reports import EngineOptions, Inside, Problem, Receiver
from sip.sockets import RtpPorts, announced, claim_rtp_ports
from sip.stack import AccountOptions, StackError, StackOptions
from sip.trace import Trace
from sip.trunk import Origin, host_of, port_of

log = logging.getLogger("sip")

POLL = 0.010  # seconds; keys and packets from the media thread wait as long at most
TRANSACTION_PATIENCE = 8.0  # seconds; RFC 3261 says 32, in which four dead peers block the line
FAREWELL = 1.0  # seconds given to BYEs when the line stops
LAST_POLLS = 3  # for answers to our BYEs, and the end of TCP connections
TURNED_AWAY = 256  # Call-IDs; more callers than that do not repeat their INVITE at a time
LINE = ""  # name of the account that registers nowhere


class Engine:
    """The thread, stack and accounts of one endpoint, and what lets calls in and out."""

    def __init__(self, options: EngineOptions, door: Door, receiver: Receiver) -> None:
        self._options = options
        self._line = options.line
        self._door = door
        self._receiver = receiver
        self._accounts: dict[str, PjAccount] = {}
        self._common: AccountOptions | None = None
        self._registered: set[str] = set()
        self._rtp: RtpPorts | None = None
        self._guard = Guard(self._screen)
        self._ladders = Ladders()
        self._trace = Trace(self._ladders)
        self._turned_away: OrderedDict[str, None] = OrderedDict()
        """Call-IDs of late; an INVITE is repeated until the answer is heard."""
        self._stopping = False
        self.draining = False
        """Whether new callers are sent elsewhere; set in the event loop."""
        self.noise = 0
        """Requests of strangers beside calls that we refused."""
        self.capacity = 0
        """Calls at once; known after `open`."""
        self.calls = Calls(
            door,
            self._ladders,
            on_report=receiver.on_report,
            media_timeout=options.line.media_timeout,
        )

    # ---------------------------------------------------------------- the thread

    def run(self, started: Callable[[Problem | None], None], stopped: Callable[[], None]) -> None:
        """
        Be the thread.

        Args:
            started: Called once, with what went wrong or None.
            stopped: Called when pjsip has ended.
        """
        stack = Stack()
        problem = self._open(stack)
        if problem:
            self._close(stack)
            started(problem)
            return
        started(None)
        while not self._stopping:
            stack.poll(POLL)
            self._door.drain()
            self.calls.look_after(time.monotonic())
        self._say_goodbye(stack)
        self._door.shut()
        self._close(stack)
        stopped()

    def _open(self, stack: Stack) -> Problem | None:
        line = self._line
        options = StackOptions(
            address=line.address,
            port=self._options.port,
            tcp=line.tcp,
            codecs=line.codecs,
            transaction_patience=TRANSACTION_PATIENCE,
        )
        try:
            stack.open(options)
            if unknown := set(line.codecs) - set(stack.codecs()):
                found = ", ".join(sorted(unknown))
                return Problem("line.codecs", found, ", ".join(stack.codecs()))
            compiled = compiled_calls()
            self.capacity = min(line.max_calls, compiled) if line.max_calls else compiled
            return self._open_accounts(stack, compiled)
        except StackError as error:
            return Problem("line", str(error), "an address, port and trunks that can be used")

    def _open_accounts(self, stack: Stack, most_calls: int) -> Problem | None:
        line = self._line
        self._rtp = claim_rtp_ports(
            line.address, line.rtp_port, calls=most_calls, sip_port=self._options.port
        )
        if self._rtp is None:
            found = f"{line.rtp_port or 'no free block'}, taken by another program"
            return Problem("line.rtp_port", found, "the first of a free block of ports, or 0")
        self._common = AccountOptions(
            trunk=LINE,
            identity=f"sip:line@{announced(line.address)}:{self._options.port}",
            rtp_port=self._rtp.first,
            rtp_range=self._rtp.span,
            rtp_address=line.address,
            session_expires=line.session_expires,
        )
        self._accounts[LINE] = PjAccount(self._common, self, default=True)
        self._guard.start(stack, line.address, self._options.port)
        if self._guard.active:
            self._trace.start()
        return None

    def _say_goodbye(self, stack: Stack) -> None:
        self.calls.end_all(Status.SERVICE_UNAVAILABLE)
        for trunk in self._registered:
            self._accounts[trunk].unregister()
        end = time.monotonic() + FAREWELL
        while (len(self.calls) or self._registered) and time.monotonic() < end:
            stack.poll(POLL)
        self.calls.abandon()

    def _close(self, stack: Stack) -> None:
        end_streams(self._options.port)
        for _ in range(LAST_POLLS):
            stack.poll(POLL)
        for account in self._accounts.values():
            account.close()
        self._accounts.clear()
        self._guard.close()
        self._trace.close()
        stack.close()
        if self._rtp:
            self._rtp.release()

    @property
    def guarded(self) -> bool:
        """Whether every request is seen before pjsip handles it."""
        return self._guard.active

    def stop(self) -> None:
        """Leave the loop after this command."""
        self._stopping = True

    # ---------------------------------------------------------------- from the binding

    def incoming(self, trunk: str, call_id: int, packet: str, source: str) -> None:
        """Ring: 180 at once, the rest is the application's."""
        request = parse(packet) or Request("INVITE", "", {}, "")
        origin = self._options.origins.of(source)
        refusal = None
        if not self._guard.active:
            refusal = admission.outside(request, origin, self._room(len(self.calls)))
        leg = self._receiver.new_leg()
        address = source.partition(":")[0]
        call = self.calls.new(self._accounts[trunk], leg, address=address, number=call_id)
        self.calls.trace(leg.key)
        if refusal:
            call.respond(refusal.status, refusal.headers)
            self._turn_away(request, origin, refusal)
            return
        call.respond(Status.RINGING)
        self._door.post(self._receiver.on_call, _info(leg.key, request, origin), leg)

    def _screen(self, request: Request, source: str, known: bool) -> Reply | None:  # noqa: FBT001 - the guard's signature
        if known:
            reply = admission.within(request)
            if reply and reply.key:
                self.calls.keyed_by_info(request.header("call-id"), reply.key)
            return reply
        room = self._room(active_calls())
        origin = self._options.origins.of(source)
        reply = admission.outside(request, origin, room)
        if reply:
            extra = {"method": request.method, "status": int(reply.status)}
            log.info("a request was refused", extra=extra)
            self._count(request, origin, reply)
        return reply

    def _room(self, calls: int) -> Room:
        closed = self._stopping or self.draining
        return Room(calls, 0 if closed else self.capacity, self._line.overflow)

    def _count(self, request: Request, origin: Origin, reply: Reply) -> None:
        match request.method:
            case "INVITE":
                self._turn_away(request, origin, reply)
            case "OPTIONS":
                return  # a front that asks whether we take calls
            case _:
                self.noise += 1

    def _turn_away(self, request: Request, origin: Origin, reply: Reply) -> None:
        """Tell of a caller whom we do not take, once."""
        call_id = request.header("call-id")
        if call_id in self._turned_away:
            return
        self._turned_away[call_id] = None
        if len(self._turned_away) > TURNED_AWAY:
            self._turned_away.popitem(last=False)
        observed = Observed()
        self._ladders.belongs(call_id, partial(self._door.post, observed.message))
        self._ladders.over(call_id, now=time.monotonic())
        info = _info(secrets.token_hex(4), request, origin)
        self._door.post(self._receiver.on_refused, info, int(reply.status), observed)

    def registered(self, trunk: str, status: int, *, active: bool) -> None:
        """Tell how a registration stands."""
        (self._registered.add if active else self._registered.discard)(trunk)
        log.info("registration changed", extra={"trunk": trunk, "status": status, "active": active})
        self._door.post(self._receiver.on_registered, trunk, status, active)

    # ---------------------------------------------------------------- commands

    def register(self, trunk: Trunk, addresses: Sequence[str]) -> None:
        """Register with *trunk*, whose registrar has *addresses*; calls from there are its."""
        if self._common is None:
            return
        self._options.origins.add(trunk.name, addresses)
        stream = ";transport=tcp" if "transport=tcp" in trunk.registrar.lower() else ""
        options = replace(
            self._common,
            trunk=trunk.name,
            identity=f"sip:{trunk.username}@{host_of(trunk.registrar)}",
            registrar=trunk.registrar,
            proxy=f"sip:{addresses[0]}:{port_of(trunk.registrar)}{stream};lr;hide",
            username=trunk.username,
            password=trunk.password,
            expires=trunk.expires,
        )
        self._accounts[trunk.name] = PjAccount(options, self, default=False)

    def dial(self, leg: Inside, uri: str, *, address: str) -> None:
        """Send an INVITE, from the account of the trunk whose registrar *uri* names."""
        if active_calls() >= self.capacity:
            raise LegBroken(f"leg {leg.key}: all {self.capacity} call slots are in use")
        host = host_of(uri)
        trunks = (t.name for t in self._line.trunks if host_of(t.registrar) == host)
        account = next((name for name in trunks if name in self._accounts), LINE)
        call = self.calls.new(self._accounts[account], leg, address=address)
        try:
            call.ring(uri)
        except StackError:
            self.calls.drop(leg.key)
            raise
        self.calls.trace(leg.key)


def _info(key: str, request: Request, origin: Origin) -> LegInfo:
    return LegInfo(
        key=key,
        caller=request.caller(trusted=bool(origin.trunk)),
        called=request.called,
        trunk=origin.trunk,
    )
