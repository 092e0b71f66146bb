"""
The SIP thread: it owns pjsua2, polls it, and carries every command out.

Everything below `run` happens in this thread, so nothing here locks.
"""

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from ivr.errors import LegBroken
from ivr.ports import LegInfo
from ivr.settings import Trunk
from sip import admission, binding
from sip.admission import Reply, Room
from sip.binding import PjAccount, Stack
from sip.calls import Calls
from sip.causes import Status
from sip.door import Door
from sip.filters import end_streams
from sip.guard import Guard
from sip.media_port import MediaPort
from sip.message import Request, parse
from sip.reports import EngineOptions, Problem, Receiver
from sip.sockets import RtpPorts, announced, claim_rtp_ports
from sip.stack import AccountOptions, StackError, StackOptions
from sip.trunk import host_of, port_of

log = logging.getLogger("sip")

POLL = 0.010  # seconds; keys and packets from the media thread wait as long at most
TRANSACTION_PATIENCE = 8.0  # seconds; RFC 3261 says 32, in which four dead peers block the line
FAREWELL = 1.0  # seconds given to BYEs when the line stops
LAST_POLLS = 3  # for answers to our BYEs, and the end of TCP connections
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
        self._stopping = False
        self.capacity = 0
        """Calls at once; known after `open`."""
        self.calls = Calls(
            door, on_report=receiver.on_report, media_timeout=options.line.media_timeout
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
            compiled = binding.compiled_calls()
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
        stack.close()
        if self._rtp:
            self._rtp.release()

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
        key = secrets.token_hex(4)
        media = self._receiver.new_media(key)
        address = source.partition(":")[0]
        call = self.calls.new(self._accounts[trunk], key, media, address=address, call_id=call_id)
        if refusal:
            call.respond(refusal.status, refusal.headers)
            return
        call.respond(Status.RINGING)
        info = LegInfo(
            key=key,
            caller=request.caller(trusted=bool(origin.trunk)),
            called=request.called,
            trunk=origin.trunk,
        )
        self._door.post(self._receiver.on_call, info, media)

    def _screen(self, request: Request, source: str, known: bool) -> Reply | None:  # noqa: FBT001 - the guard's signature
        if known:
            reply = admission.within(request)
            if reply and reply.key:
                self.calls.keyed_by_info(request.header("call-id"), reply.key)
            return reply
        room = self._room(binding.active_calls())
        reply = admission.outside(request, self._options.origins.of(source), room)
        if reply:
            extra = {"method": request.method, "status": int(reply.status)}
            log.info("a request was refused", extra=extra)
        return reply

    def _room(self, calls: int) -> Room:
        return Room(calls, 0 if self._stopping else self.capacity, self._line.overflow)

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

    def dial(self, key: str, uri: str, media: MediaPort, *, address: str) -> None:
        """Send an INVITE, from the account of the trunk whose registrar *uri* names."""
        if binding.active_calls() >= self.capacity:
            raise LegBroken(f"leg {key}: all {self.capacity} call slots are in use")
        host = host_of(uri)
        trunks = (t.name for t in self._line.trunks if host_of(t.registrar) == host)
        account = next((name for name in trunks if name in self._accounts), LINE)
        call = self.calls.new(self._accounts[account], key, media, address=address)
        try:
            call.ring(uri)
        except StackError:
            self.calls.drop(key)
            raise
