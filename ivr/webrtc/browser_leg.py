"""A browser as an `ivr.ports.AudioLeg`: plain Python, no aiortc in it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from ivr.audio.pcm import FRAME, SAMPLE_RATE_HZ
from ivr.errors import CallError, LegBroken, LegClosed, LegLost, MisuseError
from ivr.observing import Measures, Observed
from ivr.ports import AudioLeg, Gone, Keyed, LegInfo, Played
from ivr.sound_leg import KEYS, SoundLeg
from ivr.webrtc.browser_media import BrowserMedia
from ivr.webrtc.clock import FrameClock
from ivr.webrtc.peer import Peer, PeerOptions

MEASURE_EVERY = 50  # frames; a second


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """How browsers reach this machine, and when they are given up."""

    peer: PeerOptions = field(default_factory=PeerOptions)
    connect_within: float = 10.0
    """Seconds from our answer to the browser's first packet."""
    lost_after: float = 2.0
    """Seconds without a packet after which a browser counts as lost."""


class BrowserLeg(SoundLeg):
    """
    One browser.

    The signalling hands over the browser's offer (`accept`), its keys (`key`) and its leaving
    (`left`); `heard` and `ended` are the peer's; the rest is `ivr.ports.AudioLeg`.
    It is made in the event loop, and whoever makes it calls `hang_up` in the end, also when it
    was `Gone` by itself.

    A page mutes its microphone by `track.enabled = false`: a browser whose track is taken away
    sends no packets and so is lost.
    """

    def __init__(self, info: LegInfo, options: BrowserOptions) -> None:
        self.media = BrowserMedia(lambda token: self._take(Played(token)))
        """The browser's sound; its `playout` counts what the network did to it."""
        super().__init__(info, self.media, Observed())
        self.on_gone: Callable[[], None] = _nothing
        """Told once when the leg is gone."""
        self._options = options
        self._peer = Peer(self, options.peer)
        skip = lambda: self._peer.skip()  # noqa: E731, PLW0108 - the peer may be another by then
        self._clock = FrameClock(self._tick, skip=skip)
        self._established = asyncio.Event()
        self._giving_up: asyncio.TimerHandle | None = None
        self._silent_for = 0.0
        self._measures = Measures()
        self._measuring: asyncio.Task[None] | None = None
        self._ticks = 0
        self._ours = False

    # ---------------------------------------------------------------- from the signalling

    async def accept(self, offer: str) -> str:
        """
        Take the browser's *offer* (SDP, not trickled); return the answer.

        Raises:
            LegBroken: The offer cannot be used; the leg is gone then.
        """
        self._raise_if_gone()
        loop = asyncio.get_running_loop()
        try:
            answer = await self._peer.accept(offer)
        except BaseException:
            self._finish(Gone(lost=True))
            raise
        give_up = partial(self._finish, Gone(lost=True))
        self._giving_up = loop.call_later(self._options.connect_within, give_up)
        return answer

    def key(self, key: str) -> None:
        """
        Take a key of the page's keypad.

        Raises:
            MisuseError: It is none of 0-9, *, #, A-D.
        """
        if key not in KEYS:
            raise MisuseError(f"leg {self._info.key}: only 0-9, *, # and A-D are keys")
        self._take(Keyed(key))

    def left(self, *, lost: bool = False) -> None:
        """Learn that the browser hung up, or with *lost* that its signalling broke."""
        self._finish(Gone(lost=lost))

    # ---------------------------------------------------------------- from the peer

    def heard(self, timestamp: int, pcm: bytes) -> None:
        """Take one packet."""
        self._silent_for = 0.0
        self.media.playout.put(timestamp, pcm)
        if self._end is None and not self._established.is_set():
            self._established.set()
            self._clock.start()
            if self._giving_up is not None:
                self._giving_up.cancel()

    def ended(self, *, lost: bool) -> None:
        """Learn that the connection is over."""
        self._finish(Gone(lost=lost))

    # ---------------------------------------------------------------- AudioLeg

    async def answer(self) -> None:
        """Return when audio flows; the browser's offer was answered by `accept`."""
        self._raise_if_gone()
        await self._established.wait()
        self._raise_if_gone()

    async def hear(self, other: AudioLeg) -> None:
        """Let the browser hear the far end of *other*."""
        self._raise_if_gone()
        self._relay.hear(other)

    async def unhear(self, other: AudioLeg) -> None:
        """Undo `hear`."""
        self._relay.unhear(other)

    async def send_keys(self, keys: str) -> None:
        """Fail: a browser has a screen, and no use for *keys* (`MisuseError`)."""
        self._raise_if_gone()
        raise MisuseError(f"leg {self._info.key}: a browser takes no keys ({len(keys)})")

    async def hang_up(self, *, status: int = 0) -> None:
        """End the leg; `Gone` follows at once. Returns when nothing of it is left."""
        if self._end is None:
            self._ours = True
            self._finish(Gone(status=status))
        await self._peer.close()

    # ---------------------------------------------------------------- private

    def _tick(self) -> None:
        self._peer.send(self.media.tick())
        self._silent_for += FRAME
        self._ticks += 1
        if self._ticks % MEASURE_EVERY == 0 and self._measuring is None:
            self._measuring = asyncio.ensure_future(self._measure())
        if self._silent_for > self._options.lost_after:
            self._finish(Gone(lost=True))

    async def _measure(self) -> None:
        try:
            stream = await self._peer.measure()
        finally:
            self._measuring = None
        buffered = self.media.playout.delay / SAMPLE_RATE_HZ
        self._measures.read(replace(stream, buffered=buffered, silent=self._silent_for))
        self._tell_measures(last=False)

    def _tell_measures(self, *, last: bool) -> None:
        if (latest := self._measures.latest) is not None:
            late = self.media.playout.counts.late
            self._observed.measured(replace(latest, late=late), last=last)

    def _finish(self, end: Gone) -> None:
        if self._end is not None:
            return
        self._tell_measures(last=True)
        super()._finish(end)
        self._established.set()
        self._clock.stop()
        if self._measuring is not None:
            self._measuring.cancel()
        if self._giving_up is not None:
            self._giving_up.cancel()
        self._peer.begin_to_close()
        self.on_gone()

    def _raise_if_gone(self) -> None:
        if self._end is not None:
            raise _error(self._info.key, self._end, ours=self._ours)


def _error(key: str, end: Gone, *, ours: bool) -> CallError:
    if ours:
        return LegClosed(f"leg {key}: we hung up")
    if end.lost:
        return LegBroken(f"leg {key}: the browser is silent or out of reach")
    return LegLost(f"leg {key}: the browser hung up")


def _nothing() -> None:
    """Tell nobody."""
