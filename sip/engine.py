"""
The SIP thread: it owns pjsua2, polls it, and carries every command out.

A call is known outside by its key, a text. Everything below `run` happens in this thread,
so nothing here locks.
"""

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ivr.errors import LegBroken, LegClosed
from ivr.ports import Keyed, LegInfo, MediaHeld, MediaResumed
from ivr.settings import Trunk
from sip import admission, binding, causes
from sip.admission import Reply, Room
from sip.binding import PjAccount, PjCall, Stack
from sip.callbacks import contained
from sip.causes import CallState, Status
from sip.door import Door
from sip.filters import Source, accept_only, end_streams
from sip.guard import Guard
from sip.media_port import MediaPort
from sip.message import Request, parse
from sip.reports import Answered, EngineOptions, MediaUp, Problem, Receiver, Report
from sip.rtp_lock import RtpLock
from sip.sockets import RtpPorts, announced, claim_rtp_ports
from sip.stack import AccountOptions, StackError, StackOptions
from sip.trunk import host_of, port_of
from sip.watchdog import Watch

log = logging.getLogger("sip")

POLL = 0.010  # seconds; keys and packets from the media thread wait as long at most
TICK = 0.2  # seconds between two looks of the watchdog
TRANSACTION_PATIENCE = 8.0  # seconds; RFC 3261 says 32, in which four dead peers block the line
FAREWELL = 1.0  # seconds given to BYEs when the line stops
LAST_POLLS = 3  # for answers to our BYEs, and the end of TCP connections
LINE = ""  # name of the account that registers nowhere


@dataclass(slots=True)
class _Call:
    pj: PjCall
    media: MediaPort
    watch: Watch
    lock: RtpLock
    filters: tuple[tuple[Source, ...], tuple[Source, ...]] | None = None
    """What the kernel was told of `lock`: RTP, RTCP."""
    partners: set[str] = field(default_factory=set)
    given_up: bool = False


class Engine:
    """The calls and accounts of one endpoint."""

    def __init__(self, options: EngineOptions, door: Door, receiver: Receiver) -> None:
        self._options = options
        self._line = options.line
        self._door = door
        self._receiver = receiver
        self._calls: dict[str, _Call] = {}
        self._accounts: dict[str, PjAccount] = {}
        self._common: AccountOptions | None = None
        self._registered: set[str] = set()
        self._rtp: RtpPorts | None = None
        self._guard = Guard(self._screen)
        self._stopping = False
        self._next_tick = 0.0
        self.capacity = 0
        """Calls at once; known after `open`."""

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
            self._look_after_calls(time.monotonic())
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
        for key in list(self._calls):
            self._end(key, Status.SERVICE_UNAVAILABLE)
        for trunk in self._registered:
            self._accounts[trunk].unregister()
        end = time.monotonic() + FAREWELL
        while (self._calls or self._registered) and time.monotonic() < end:
            stack.poll(POLL)
        for key in list(self._calls):
            self.ended(key, Status.REQUEST_TIMEOUT, destroy=True)

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
            refusal = admission.outside(request, origin, self._room(len(self._calls)))
        key = secrets.token_hex(4)
        media = self._receiver.new_media(key)
        address = source.partition(":")[0]
        call = self._new_call(key, trunk, media, address=address, call_id=call_id)
        if refusal:
            call.pj.respond(refusal.status, refusal.headers)
            return
        call.pj.respond(Status.RINGING)
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
                self._keyed_by_info(request.header("call-id"), reply.key)
            return reply
        room = self._room(binding.active_calls())
        reply = admission.outside(request, self._options.origins.of(source), room)
        if reply:
            extra = {"method": request.method, "status": int(reply.status)}
            log.info("a request was refused", extra=extra)
        return reply

    def _keyed_by_info(self, call_id: str, digit: str) -> None:
        for key, call in self._calls.items():
            if call.pj.call_id == call_id:
                self.keyed(key, digit)

    def _room(self, calls: int) -> Room:
        return Room(calls, 0 if self._stopping else self.capacity, self._line.overflow)

    def state_changed(self, key: str, state: CallState) -> None:
        """Tell when it is answered."""
        call = self._calls[key]
        call.watch.enter(state, now=time.monotonic())
        if state in {CallState.CONNECTING, CallState.CONFIRMED}:
            self._report(key, Answered())

    def media_changed(self, key: str) -> None:
        """Reconnect port and partners: a new SDP gives a new place on the bridge, silently."""
        call = self._calls[key]
        before, audio = call.watch.audio, call.pj.audio()
        call.watch.hear(audio, now=time.monotonic())
        if audio.live:
            call.pj.attach(audio.index)
            call.lock.agree(call.pj.addresses(audio.index).announced, now=time.monotonic())
            call.filters = None  # the sockets may be new ones
            self._lock(call, 0)
            for partner in call.partners:
                self._join(call, self._calls[partner])
            self._report(key, MediaUp())
        if audio.held and not before.held:
            self._report(key, MediaHeld())
        elif audio.live and before.held:
            self._report(key, MediaResumed())

    def keyed(self, key: str, digit: str) -> None:
        """Tell a key press."""
        self._report(key, Keyed(digit))

    def ended(self, key: str, status: int, *, destroy: bool = False) -> None:
        """Forget the call."""
        call = self._calls.pop(key)
        for partner in call.partners:
            self._calls[partner].partners.discard(key)
            self._calls[partner].media.part(call.media)
        self._report(key, causes.gone(status, state=call.watch.state, given_up=call.given_up))
        if destroy:
            call.pj.close()

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

    def answer(self, key: str) -> None:
        """Send 200."""
        self._call(key).pj.respond(Status.OK)

    def dial(self, key: str, uri: str, media: MediaPort, *, address: str) -> None:
        """Send an INVITE, from the account of the trunk whose registrar *uri* names."""
        if binding.active_calls() >= self.capacity:
            raise LegBroken(f"leg {key}: all {self.capacity} call slots are in use")
        host = host_of(uri)
        trunks = (t.name for t in self._line.trunks if host_of(t.registrar) == host)
        account = next((name for name in trunks if name in self._accounts), LINE)
        call = self._new_call(key, account, media, address=address)
        try:
            call.pj.ring(uri)
        except StackError:
            if self._calls.pop(key, None):
                call.pj.close()
            raise

    def hang_up(self, key: str, status: int) -> None:
        """End the call; pjsip goes on waiting for the far end's last word."""
        if key in self._calls:
            self._end(key, status)

    def connect(self, key: str, other: str) -> None:
        """Let two calls hear each other, now and after each re-INVITE."""
        here, there = self._call(key), self._call(other)
        here.partners.add(other)
        there.partners.add(key)
        here.media.join(there.media)
        there.media.join(here.media)
        self._join(here, there)

    def disconnect(self, key: str, other: str) -> None:
        """Undo `connect`."""
        here, there = self._calls.get(key), self._calls.get(other)
        if here is None or there is None or other not in here.partners:
            return
        here.partners.discard(other)
        there.partners.discard(key)
        here.media.part(there.media)
        there.media.part(here.media)
        if here.watch.audio.live and there.watch.audio.live:
            here.pj.join(there.pj, hear=False)

    def send_keys(self, key: str, keys: str) -> None:
        """Press keys."""
        self._call(key).pj.press(keys)

    # ---------------------------------------------------------------- inside

    def _call(self, key: str) -> _Call:
        call = self._calls.get(key)
        if call is None:
            raise LegClosed(f"leg {key}: it is gone")
        return call

    def _new_call(
        self, key: str, trunk: str, media: MediaPort, *, address: str, call_id: int = -1
    ) -> _Call:
        state = CallState.CALLING if call_id < 0 else CallState.RINGING
        watch = Watch(state, time.monotonic(), self._line.media_timeout)
        pj_call = PjCall(self._accounts[trunk], key, media, call_id=call_id)
        call = _Call(pj_call, media, watch, RtpLock(address))
        self._calls[key] = call
        return call

    def _report(self, key: str, report: Report) -> None:
        self._door.post(self._receiver.on_report, key, report)

    @staticmethod
    def _join(here: _Call, there: _Call) -> None:
        if here.watch.audio.live and there.watch.audio.live:
            here.pj.join(there.pj, hear=True)

    def _end(self, key: str, status: int) -> None:
        try:
            self._calls[key].pj.end(status)
        except StackError as error:
            log.warning("a call could not be ended", extra={"leg": key, "reason": str(error)})

    def _look_after_calls(self, now: float) -> None:
        """Every poll: find sources that are not locked yet; every tick: watch all."""
        tick = now >= self._next_tick
        if tick:
            self._next_tick = now + TICK
        for call in list(self._calls.values()):
            if tick or (call.lock.learning and call.watch.audio.live):
                self._look_after(call)

    @contained
    def _look_after(self, call: _Call) -> None:
        now = time.monotonic()
        if call.watch.audio.live:
            packets = call.pj.packets(call.watch.audio.index)
            call.watch.count(packets, now=now)
            self._lock(call, packets)
        if not call.given_up and (reason := call.watch.verdict(now)):
            call.given_up = True
            log.warning("a call is given up", extra={"leg": call.pj.key, "reason": reason})
            self._end(call.pj.key, Status.REQUEST_TIMEOUT)

    @staticmethod
    def _lock(call: _Call, packets: int) -> None:
        """Tell the kernel who may send, when that has changed."""
        settled = call.filters is not None and not call.lock.learning
        addresses = None if settled else call.pj.addresses(call.watch.audio.index)
        call.lock.see(addresses.seen if addresses else "", packets, now=time.monotonic())
        wanted = (call.lock.rtp(), call.lock.rtcp())
        if addresses and wanted != call.filters:
            call.filters = wanted
            done = accept_only(addresses.local_rtp, wanted[0])
            if not (accept_only(addresses.local_rtcp, wanted[1]) and done):
                log.warning("strangers' RTP is not kept out", extra={"leg": call.pj.key})
