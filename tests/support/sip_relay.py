"""
A network between the line and a peer: passes SIP on, and RTP as it is told to.

It rewrites the media addresses of SDP to its own, so that both ends send their sound here.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import cast

from tests.support.rtpraw import HERE, Address

MEDIA = re.compile(rb"^m=audio (\d+)", re.MULTILINE)
LENGTH = re.compile(rb"^(Content-Length|l)\s*:\s*\d+", re.MULTILINE | re.IGNORECASE)

Fate = Callable[[int], float | None]
"""What becomes of the nth packet of a stream: it is late by so many seconds, or lost (None)."""


def arrives(_number: int) -> float | None:
    """Lose nothing."""
    return 0.0


def vanishes(_number: int) -> float | None:
    """Lose everything."""
    return None


@dataclass
class _Socket(asyncio.DatagramProtocol):
    """One UDP port; `take` gets what comes."""

    take: Callable[[bytes], None] = lambda _data: None
    peer: Address | None = None
    """Who sent last, or where to send to."""
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.peer = addr
        self.take(data)

    @property
    def port(self) -> int:
        assert self.transport is not None
        return int(self.transport.get_extra_info("sockname")[1])

    def send(self, data: bytes) -> None:
        if self.peer and self.transport and not self.transport.is_closing():
            self.transport.sendto(data, self.peer)


@dataclass
class Way:
    """One direction of the sound."""

    fate: Fate = arrives
    packets: int = 0
    """RTP that came, whatever became of it."""


@dataclass
class Relay:
    """Ring `port` instead of the peer."""

    port: int
    to_peer: Way
    from_peer: Way


@asynccontextmanager
async def relay_to(peer: int, to_peer: Way, from_peer: Way) -> AsyncIterator[Relay]:
    """Stand before the SIP port *peer*."""
    loop = asyncio.get_running_loop()
    sockets: list[_Socket] = []

    async def opened(peer: Address | None = None, port: int = 0) -> _Socket:
        made = _Socket(peer=peer)
        await loop.create_datagram_endpoint(lambda: made, local_addr=(HERE, port))
        sockets.append(made)
        return made

    async def pair() -> tuple[_Socket, _Socket]:
        """Open a port for RTP and the one above it for RTCP, where the far end expects it."""
        while True:
            rtp = await opened()
            with suppress(OSError):
                return rtp, await opened(port=rtp.port + 1)

    near, far = await opened(), await opened((HERE, peer))
    (near_rtp, near_rtcp), (far_rtp, far_rtcp) = await pair(), await pair()
    near_rtp.take, far_rtp.take = _passing(far_rtp, to_peer), _passing(near_rtp, from_peer)
    near_rtcp.take, far_rtcp.take = far_rtcp.send, near_rtcp.send
    near.take = lambda data: far.send(_through(data, near_rtp, near_rtcp, far_rtp, far_rtcp))
    far.take = lambda data: near.send(_through(data, far_rtp, far_rtcp, near_rtp, near_rtcp))
    try:
        yield Relay(near.port, to_peer, from_peer)
    finally:
        for socket in sockets:
            if socket.transport:
                socket.transport.close()


def _through(
    data: bytes, rtp: _Socket, rtcp: _Socket, other_rtp: _Socket, other_rtcp: _Socket
) -> bytes:
    """Let who sent this SDP be served by *rtp*, and its reader send to *other_rtp*."""
    found = MEDIA.search(data)
    if not found:
        return data
    rtp.peer, rtcp.peer = (HERE, int(found[1])), (HERE, int(found[1]) + 1)
    head, _, body = data.partition(b"\r\n\r\n")
    body = MEDIA.sub(b"m=audio %d" % other_rtp.port, body)
    body = re.sub(rb"^a=rtcp:.*$", b"a=rtcp:%d" % other_rtcp.port, body, flags=re.MULTILINE)
    if b"a=rtcp:" not in body:
        body += b"a=rtcp:%d\r\n" % other_rtcp.port
    return LENGTH.sub(b"Content-Length: %d" % len(body), head) + b"\r\n\r\n" + body


def _passing(there: _Socket, way: Way) -> Callable[[bytes], None]:
    def take(data: bytes) -> None:
        late = way.fate(way.packets)
        way.packets += 1
        if late:
            asyncio.get_running_loop().call_later(late, there.send, data)
        elif late is not None:
            there.send(data)

    return take
