"""
One browser's WebRTC connection (RFC 8829), as G.711 by timestamp: the one door to aiortc.

aiortc is changed at two places when this module is imported; its version is pinned and tests
fail when a change no longer takes hold:

* Its jitter buffer for audio holds back four packets and, after a single lost one, up to
  sixteen for the rest of the call: a quarter of a second and more. Here each packet is passed
  on as it comes, and `ivr.audio.playout` does the rest by timestamp.
* It never offers 127.0.0.1. Here a peer may name the addresses it offers, and a machine without
  a network offers itself.
"""

import asyncio
import contextlib
import fractions
from collections import deque
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import aioice.ice
import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    jitterbuffer,
    rtcrtpreceiver,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtpPacket
from aiortc.stats import (
    RTCInboundRtpStreamStats,
    RTCOutboundRtpStreamStats,
    RTCRemoteInboundRtpStreamStats,
)

from ivr import log
from ivr.audio import g711
from ivr.audio.pcm import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE_HZ
from ivr.errors import LegBroken
from ivr.story.media import Media

_log = log.get(__name__)

SDP_BYTES = 32_768  # a browser's offer of one microphone has some 3,000
SDP_LINES = 500
CANDIDATES = 40  # each is an address that we are asked to send to
CODEC = "audio/PCMU"  # every browser has it (RFC 7874 §3) and the telephone line speaks it
QUEUED_PACKETS = 3  # 60 ms; a sender that is stuck for longer loses the oldest
CLOSE_WITHIN = 5.0  # seconds
LOOPBACK = "127.0.0.1"  # offered by a machine that has nothing else
_TIME_BASE = fractions.Fraction(1, SAMPLE_RATE_HZ)
_closing: set[asyncio.Task[None]] = set()
"""Keeps them from being collected halfway where nobody waits for the end of a peer."""


@dataclass(frozen=True, slots=True)
class PeerOptions:
    """How browsers reach this machine."""

    addresses: tuple[str, ...] = ()
    """Addresses to offer; empty: every address of the machine but the loopback."""
    stun: tuple[str, ...] = ()
    """STUN servers, such as `stun:stun.example:3478`; none: only the addresses themselves."""


class PeerListener(Protocol):
    """Hears from a peer, in the event loop."""

    def heard(self, timestamp: int, pcm: bytes) -> None:
        """
        Take one packet; the first one tells that audio flows.

        Args:
            timestamp: RTP timestamp at 8 kHz of its first sample, modulo 2**32.
            pcm: Its sound (`ivr.audio.pcm`), of any length.
        """
        ...

    def ended(self, *, lost: bool) -> None:
        """Learn that the connection is over; *lost*: broken, rather than closed over there."""
        ...


class Peer:
    """One connection: `accept` an offer, `send` frames, `close`."""

    def __init__(self, listener: PeerListener, options: PeerOptions) -> None:
        self._listener = listener
        self._options = options
        servers = [RTCIceServer(urls=list(options.stun))] if options.stun else []
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self._sending = _Sending()
        self._receiving: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    async def accept(self, offer: str) -> str:
        """
        Take a browser's *offer* (SDP, candidates included); return the answer, the same way.

        On any failure, cancelling included, the peer is closed.

        Raises:
            LegBroken: The offer is none, too long, or without G.711; says nothing of its text.
        """
        try:
            _check(offer)
            with offering(self._options.addresses):
                return await self._negotiate(offer)
        except BaseException:
            await self.close()
            raise

    def send(self, pcm: bytes) -> None:
        """Send the next frame; never blocks, also before the browser is there and after it left."""
        self._sending.put(g711.encode_ulaw(pcm))

    def skip(self) -> None:
        """Let 20 ms pass without a packet: the clock was late and will not catch up."""
        self._sending.skip()

    async def measure(self) -> Media:
        """Read what was counted since the connection began; what our playout does is not in it."""
        stats = (await self._pc.getStats()).values()
        heard = next((s for s in stats if isinstance(s, RTCInboundRtpStreamStats)), None)
        sent = next((s for s in stats if isinstance(s, RTCOutboundRtpStreamStats)), None)
        far = next((s for s in stats if isinstance(s, RTCRemoteInboundRtpStreamStats)), None)
        return Media(
            call="",
            at=datetime.now(UTC),
            codec="PCMU",
            received=heard.packetsReceived if heard else 0,
            lost=max(0, heard.packetsLost) if heard else 0,
            jitter=heard.jitter / SAMPLE_RATE_HZ if heard else 0.0,
            sent=sent.packetsSent if sent else 0,
            far_lost=max(0, far.packetsLost) if far else None,
            far_jitter=far.jitter / SAMPLE_RATE_HZ if far else None,
            round_trip=far.roundTripTime if far else None,
        )

    def begin_to_close(self) -> None:
        """End the connection soon; `close` tells when."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
            _closing.add(self._closing)
            self._closing.add_done_callback(_closing.discard)

    async def close(self) -> None:
        """
        End the connection; returns when its sockets and its thread are released.

        Idempotent, never fails; cancelling leaves it closing.
        """
        self.begin_to_close()
        if self._closing is not None:
            await asyncio.shield(self._closing)

    # ---------------------------------------------------------------- private

    async def _negotiate(self, offer: str) -> str:
        self._pc.on("connectionstatechange", self._state_changed)
        self._pc.on("track", self._track_came)
        transceiver = self._pc.addTransceiver(self._sending, direction="sendrecv")
        # aiortc chooses codecs while it reads the offer: preferences come before that.
        known = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences([codec for codec in known if codec.mimeType == CODEC])
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            answer = await self._pc.createAnswer()
            await self._pc.setLocalDescription(answer)
        except Exception as error:  # noqa: BLE001 - hostile text fails in aiortc in any way
            _log.info("browser's offer refused", extra={"kind": type(error).__name__})
            raise LegBroken("the browser's offer cannot be read, or has no G.711") from None
        return str(self._pc.localDescription.sdp)

    def _track_came(self, track: MediaStreamTrack) -> None:
        self._receiving = asyncio.ensure_future(self._receive(track))

    async def _receive(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if self._closing is not None:
                    return
                if isinstance(frame, av.AudioFrame) and frame.pts is not None:
                    # The plane may be padded, so what follows the samples is cut off.
                    pcm = bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]
                    self._listener.heard(frame.pts % (1 << 32), pcm)

    def _state_changed(self) -> None:
        match self._pc.connectionState:
            case "failed" if self._closing is None:
                self._listener.ended(lost=True)
            case "closed" if self._closing is None:
                self._listener.ended(lost=False)

    async def _close(self) -> None:
        self._sending.stop()
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._pc.close()
        except Exception as error:  # noqa: BLE001 - nobody can do more about it
            _log.warning("browser's connection not closed", extra={"kind": type(error).__name__})
        if self._receiving is not None:
            self._receiving.cancel()
            await asyncio.wait([self._receiving])


class _Sending(MediaStreamTrack):
    """Packets on their way out, encoded: whoever puts them is the clock of the stream."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._packets: deque[av.Packet[av.stream.Stream]] = deque(maxlen=QUEUED_PACKETS)
        self._came = asyncio.Event()
        self._timestamp = 0

    def put(self, ulaw: bytes) -> None:
        packet = av.Packet(ulaw)
        packet.pts = self._timestamp
        packet.time_base = _TIME_BASE
        self._timestamp += FRAME_SAMPLES
        self._packets.append(packet)
        self._came.set()

    def skip(self) -> None:
        self._timestamp += FRAME_SAMPLES

    def stop(self) -> None:
        super().stop()
        self._came.set()

    async def recv(self) -> "av.Packet[av.stream.Stream]":
        while not self._packets and self.readyState == "live":
            self._came.clear()
            await self._came.wait()
        if self.readyState != "live":
            raise MediaStreamError
        return self._packets.popleft()


def _check(offer: str) -> None:
    """Refuse what no browser says before aiortc works on it."""
    lines = offer.split("\n") if len(offer) <= SDP_BYTES else []
    media = [line for line in lines if line.startswith("m=")]
    candidates = sum(line.startswith("a=candidate:") for line in lines)
    if len(lines) > SDP_LINES or candidates > CANDIDATES:
        media = []
    if "a=fingerprint:" not in offer:
        media = []
    if len(media) != 1 or not media[0].startswith("m=audio "):
        raise LegBroken("the browser's offer has to be SDP with one microphone and nothing else")


# ---------------------------------------------------------------- what is changed in aiortc

_addresses: ContextVar[Sequence[str]] = ContextVar("addresses", default=())
_every_address = aioice.ice.get_host_addresses
_Buffer = jitterbuffer.JitterBuffer


class PassThrough:
    """One packet in, one frame out."""

    def add(self, packet: RtpPacket) -> tuple[bool, jitterbuffer.JitterFrame]:
        """Give no wish for a key picture, and the frame."""
        data: bytes = getattr(packet, "_data")  # noqa: B009 - aiortc adds it to the packet
        return False, jitterbuffer.JitterFrame(data=data, timestamp=packet.timestamp)


def _buffer(capacity: int, prefetch: int = 0, *, is_video: bool = False) -> object:
    return _Buffer(capacity, prefetch, is_video) if is_video else PassThrough()


def _host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: FBT001 - as aioice calls it
    return list(_addresses.get()) or _every_address(use_ipv4, use_ipv6) or [LOOPBACK]


@contextlib.contextmanager
def offering(addresses: Sequence[str]) -> Iterator[None]:
    """Let connections that gather their addresses in here offer *addresses* only; none: all."""
    token = _addresses.set(addresses)
    try:
        yield
    finally:
        _addresses.reset(token)


vars(rtcrtpreceiver).update(JitterBuffer=_buffer)
vars(aioice.ice).update(get_host_addresses=_host_addresses)
