"""A second aiortc as a cheap browser: it has a microphone, listens, and can lose packets."""

import asyncio
import fractions
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import av
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from ivr.audio.pcm import FRAME, FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE_HZ
from ivr.ports import LegInfo
from ivr.webrtc.browser_leg import BrowserLeg, BrowserOptions
from ivr.webrtc.peer import PeerOptions, offering
from tests.support.rtpraw import HERE, ULAW_LOUD, ULAW_SILENCE
from tests.support.sound import level

LOUD = -30.0  # dBFS
OPTIONS = BrowserOptions(peer=PeerOptions(addresses=(HERE,)))

Fate = Callable[[int], bool]
"""Tells of the packet with this number, counted from 0, whether it gets lost."""


class Microphone(MediaStreamTrack):
    """Sends what it is given, when it is given."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()
        self._timestamp = 0

    def say(self, ulaw: bytes) -> None:
        self._frames.put_nowait(ulaw)

    async def recv(self) -> "av.Packet[av.stream.Stream]":
        packet = av.Packet(await self._frames.get())
        packet.pts = self._timestamp
        packet.time_base = fractions.Fraction(1, SAMPLE_RATE_HZ)
        self._timestamp += FRAME_SAMPLES
        return packet


class BrowserPeer:
    """A browser without a page. `offer`, `take`, and `close` in the end."""

    def __init__(self) -> None:
        self.microphone = Microphone()
        self.heard: deque[bytes] = deque(maxlen=500)
        """Frames that came, as PCM."""
        self.noise = asyncio.Event()
        """Something loud came."""
        self.gone = asyncio.Event()
        """The far end closed the connection."""
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._pc.on("track", self._track_came)
        self._pc.on("connectionstatechange", self._state_changed)
        self._sender = self._pc.addTrack(self.microphone)
        self._tasks: list[asyncio.Task[None]] = []
        self._payload = ULAW_SILENCE

    async def offer(self) -> str:
        with offering((HERE,)):
            await self._pc.setLocalDescription(await self._pc.createOffer())
        return str(self._pc.localDescription.sdp)

    async def take(self, answer: str) -> None:
        await self._pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def lose(self, fate: Fate) -> None:
        """Let packets of sound vanish on their way out from now on."""
        self._on_the_way(lambda number, data: [] if fate(number) else [data])

    def swap(self, fate: Fate) -> None:
        """Let packets of sound be overtaken by the one that follows from now on."""
        kept: list[bytes] = []

        def late(number: int, data: bytes) -> list[bytes]:
            if fate(number):
                kept.append(data)
                return []
            out = [data, *kept]
            kept.clear()
            return out

        self._on_the_way(late)

    def _on_the_way(self, network: Callable[[int, bytes], list[bytes]]) -> None:
        transport = self._sender.transport
        send: Callable[[bytes], Awaitable[None]] = type(transport)._send_rtp.__get__(transport)
        count = 0

        async def through(data: bytes) -> None:
            nonlocal count
            if 192 <= data[1] <= 223:  # RTCP (RFC 5761 §4)
                await send(data)
                return
            count += 1
            for packet in network(count - 1, data):
                await send(packet)

        vars(transport).update(_send_rtp=through)

    def start_talking(self) -> None:
        """Send a frame every 20 ms until the end, silent but for `talk`."""
        self._tasks.append(asyncio.create_task(self._talk_on()))

    async def talk(self, seconds: float) -> None:
        """Be loud for so long."""
        self._payload = ULAW_LOUD
        await asyncio.sleep(seconds)
        self._payload = ULAW_SILENCE

    def fall_silent(self) -> None:
        """Send nothing more, as a browser that hangs does."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        self.fall_silent()
        await self._pc.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _talk_on(self) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time()
        while True:
            self.microphone.say(self._payload)
            at += FRAME
            await asyncio.sleep(at - loop.time())

    def _state_changed(self) -> None:
        if self._pc.connectionState == "closed":
            self.gone.set()

    def _track_came(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(self._listen(track)))

    async def _listen(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.AudioFrame)
                self.heard.append(bytes(frame.planes[0])[:FRAME_BYTES])
                if loud(self.heard[-1]):
                    self.noise.set()
        except MediaStreamError:
            return


def loud(frame: bytes) -> bool:
    return level(frame) > LOUD


def lose_on_the_way_in(leg: BrowserLeg, fate: Fate) -> None:
    """Let packets of sound vanish on their way to *leg*, whose browser is connected."""
    transport = leg._peer._pc.getReceivers()[0].transport
    handle = type(transport)._handle_rtp_data.__get__(transport)
    count = 0

    async def lossy(data: bytes, arrival_time_ms: int) -> None:
        nonlocal count
        count += 1
        if not fate(count - 1):
            await handle(data, arrival_time_ms)

    vars(transport).update(_handle_rtp_data=lossy)


@asynccontextmanager
async def called(
    options: BrowserOptions = OPTIONS, *, talks: bool = True
) -> AsyncIterator[tuple[BrowserLeg, BrowserPeer]]:
    """
    Give a leg and the browser at its far end, which sends frames and hears.

    Without *talks* it sends one frame, and then what its `microphone` is given.
    """
    leg, browser = BrowserLeg(LegInfo(key="0badcafe"), options), BrowserPeer()
    try:
        await browser.take(await leg.accept(await browser.offer()))
        if talks:
            browser.start_talking()
        else:
            browser.microphone.say(ULAW_SILENCE)
        await leg.answer()
        yield leg, browser
    finally:
        await browser.close()
        await leg.hang_up()
