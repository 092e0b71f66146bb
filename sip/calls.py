"""The table of live calls, in the SIP thread. Outside it a call is known by its key, a text."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from ivr.errors import LegClosed
from ivr.observing import Measures, Observed
from ivr.ports import Keyed, MediaHeld, MediaResumed
from sip import causes
from sip.binding import PjAccount, PjCall
from sip.callbacks import contained
from sip.causes import CallState, Status
from sip.door import Door
from sip.filters import Source, accept_only
from sip.ladder import Ladders
from sip.media_port import MediaPort
from sip.reports import Answered, Inside, MediaUp, Report
from sip.rtp_lock import RtpLock
from sip.stack import Codec, StackError
from sip.watchdog import Watch

log = logging.getLogger("sip")

OURS = -1  # pjsua's number of a call that it does not know yet
TICK = 0.2  # seconds between two looks of the watchdog
TELL_EVERY = 1.0  # seconds between two samples of a call's sound


@dataclass(slots=True)
class _Call:
    pj: PjCall
    media: MediaPort
    watch: Watch
    lock: RtpLock
    observed: Observed
    call_id: str = ""
    """Of the Call-ID header; `` until the INVITE is sent."""
    measures: Measures = field(default_factory=Measures)
    codec: Codec = field(default_factory=Codec)
    told_at: float = 0.0
    """When `measures` were told last, or began."""
    filters: tuple[tuple[Source, ...], tuple[Source, ...]] | None = None
    """What the kernel was told of `lock`: RTP, RTCP."""
    hears: set[str] = field(default_factory=set)
    given_up: bool = False


class Calls:
    """
    What happens to the calls of one endpoint, and what is asked of them.

    Args:
        door: Takes the reports out.
        ladders: Tells the SIP messages of each call.
        on_report: Gets each of them, with the call's key; in the event loop.
        media_timeout: Seconds without RTP after which a call is given up; 0: never.
    """

    def __init__(
        self,
        door: Door,
        ladders: Ladders,
        *,
        on_report: Callable[[str, Report], None],
        media_timeout: float,
    ) -> None:
        self._door = door
        self._ladders = ladders
        self._on_report = on_report
        self._media_timeout = media_timeout
        self._calls: dict[str, _Call] = {}
        self._next_tick = 0.0

    # ---------------------------------------------------------------- from the engine

    def __len__(self) -> int:
        """Count them."""
        return len(self._calls)

    def new(self, account: PjAccount, leg: Inside, *, address: str, number: int = OURS) -> PjCall:
        """
        Take a call of *account* into the table; RTP is expected from *address*.

        *number* is what pjsua knows a call by that came in; `OURS`: it is ours to ring.
        """
        state = CallState.CALLING if number == OURS else CallState.RINGING
        watch = Watch(state, time.monotonic(), self._media_timeout)
        call = PjCall(account, leg.key, leg.media, self, call_id=number)
        self._calls[leg.key] = _Call(call, leg.media, watch, RtpLock(address), leg.observed)
        return call

    def trace(self, key: str) -> None:
        """Tell the messages of a call, whose INVITE was received or sent."""
        if call := self._calls.get(key):
            call.call_id = call.pj.call_id
            self._ladders.belongs(call.call_id, partial(self._door.post, call.observed.message))

    def drop(self, key: str) -> None:
        """Forget a call that could not begin, unless it has ended already."""
        if call := self._calls.pop(key, None):
            call.pj.close()

    def keyed_by_info(self, call_id: str, digit: str) -> None:
        """Take a key press that came by INFO, with *call_id* in the Call-ID header."""
        for key, call in self._calls.items():
            if call.call_id == call_id:
                self.keyed(key, digit)

    def look_after(self, now: float) -> None:
        """Every poll: find sources that are not locked yet; every tick: watch all."""
        tick = now >= self._next_tick
        if tick:
            self._next_tick = now + TICK
            self._ladders.sweep(now=now)
        for call in list(self._calls.values()):
            if tick or (call.lock.learning and call.watch.audio.live):
                self._look_after(call)

    def end_all(self, status: int) -> None:
        """End every call."""
        for key in list(self._calls):
            self._end(key, status)

    def abandon(self) -> None:
        """Forget and destroy the calls whose far end did not say the last word."""
        for key, call in list(self._calls.items()):
            self.ended(key, Status.REQUEST_TIMEOUT)
            call.pj.close()

    # ---------------------------------------------------------------- from the binding

    def state_changed(self, key: str, state: CallState) -> None:
        """Tell when it is answered."""
        call = self._calls[key]
        call.watch.enter(state, now=time.monotonic())
        if state in {CallState.CONNECTING, CallState.CONFIRMED}:
            self._report(key, Answered())

    def media_changed(self, key: str) -> None:
        """Reconnect port and other calls: a new SDP gives a new place on the bridge, silently."""
        call = self._calls[key]
        before, audio = call.watch.audio, call.pj.audio()
        call.watch.hear(audio, now=time.monotonic())
        if audio.live:
            call.pj.attach(audio.index)
            call.lock.agree(call.pj.addresses(audio.index).announced, now=time.monotonic())
            call.filters = None  # the sockets may be new ones
            _lock(call, 0)
            self._rejoin(key, call)
            self._report(key, MediaUp())
        if audio.held and not before.held:
            self._report(key, MediaHeld())
        elif audio.live and before.held:
            self._report(key, MediaResumed())
        if audio.live:  # last: whether the call is heard must not hang on it
            call.told_at = time.monotonic()
            call.codec = call.pj.codec(audio.index)

    def keyed(self, key: str, digit: str) -> None:
        """Tell a key press."""
        self._report(key, Keyed(digit))

    def ended(self, key: str, status: int) -> None:
        """Forget the call."""
        call = self._calls.pop(key)
        for other in self._calls.values():
            if key in other.hears:
                other.hears.discard(key)
                other.media.part(call.media)
        self._ladders.over(call.call_id, now=time.monotonic())
        if call.measures.latest is not None:
            self._door.post(partial(call.observed.measured, call.measures.latest, last=True))
        self._report(key, causes.gone(status, state=call.watch.state, given_up=call.given_up))

    # ---------------------------------------------------------------- commands

    def answer(self, key: str) -> None:
        """Send 200."""
        self._find(key).pj.respond(Status.OK)

    def hang_up(self, key: str, status: int) -> None:
        """End the call; pjsip goes on waiting for the far end's last word."""
        if key in self._calls:
            self._end(key, status)

    def hear(self, key: str, other: str) -> None:
        """Let the far end of a call hear that of another, now and after each re-INVITE."""
        here, there = self._find(key), self._find(other)
        here.hears.add(other)
        here.media.join(there.media)
        self._join(here, there)

    def unhear(self, key: str, other: str) -> None:
        """Undo `hear`."""
        here, there = self._calls.get(key), self._calls.get(other)
        if here is None or there is None or other not in here.hears:
            return
        here.hears.discard(other)
        here.media.part(there.media)
        if here.watch.audio.live and there.watch.audio.live:
            here.pj.unhear(there.pj)

    def send_keys(self, key: str, keys: str) -> None:
        """Press keys."""
        self._find(key).pj.press(keys)

    # ---------------------------------------------------------------- inside

    def _find(self, key: str) -> _Call:
        call = self._calls.get(key)
        if call is None:
            raise LegClosed(f"leg {key}: it is gone")
        return call

    def _report(self, key: str, report: Report) -> None:
        self._door.post(self._on_report, key, report)

    def _rejoin(self, key: str, call: _Call) -> None:
        for other in call.hears:
            self._join(call, self._calls[other])
        for another in self._calls.values():
            if key in another.hears:
                self._join(another, call)

    @staticmethod
    def _join(here: _Call, there: _Call) -> None:
        if here.watch.audio.live and there.watch.audio.live:
            here.pj.hear(there.pj)

    def _end(self, key: str, status: int) -> None:
        call = self._calls[key]
        with suppress(StackError):  # the stream may be gone: who is hung up on may be so again
            if call.watch.audio.live:
                self._measure(call, time.monotonic())
        try:
            call.pj.end(status)
        except StackError as error:
            log.warning("a call could not be ended", extra={"leg": key, "reason": str(error)})

    @contained
    def _look_after(self, call: _Call) -> None:
        now = time.monotonic()
        if call.watch.audio.live:
            packets = call.pj.packets(call.watch.audio.index)
            call.watch.count(packets, now=now)
            _lock(call, packets)
        if not call.given_up and (reason := call.watch.verdict(now)):
            call.given_up = True
            log.warning("a call is given up", extra={"leg": call.pj.key, "reason": reason})
            self._end(call.pj.key, Status.REQUEST_TIMEOUT)
        elif call.watch.audio.live and now - call.told_at >= TELL_EVERY:
            call.told_at = now
            self._measure(call, now)

    def _measure(self, call: _Call, now: float) -> None:
        """Tell how the call sounds; costs three times what counting its packets does."""
        stream = call.pj.measure(call.watch.audio.index, call.codec)
        silent = now - call.watch.packets_at
        call.measures.read(replace(stream, silent=silent))
        self._door.post(call.observed.measured, call.measures.latest)


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
