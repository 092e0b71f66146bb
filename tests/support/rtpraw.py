"""The sound of `sipraw`: writes RTP byte by byte, so that it can err."""

import asyncio
import itertools
import secrets
import struct
from typing import Self, cast

HERE = "127.0.0.1"
ULAW_SILENCE = b"\xff" * 160
ULAW_LOUD = bytes((i * 37 + 5) % 97 | (i & 1) << 7 for i in range(160))  # loud in either law
PACE = 0.020

Address = tuple[str, int]


class Rtp(asyncio.DatagramProtocol):
    """One RTP socket: counts what comes, sends what it is told."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.target: Address = (HERE, 9)
        self.key_payload = 101
        self.ssrc = secrets.randbits(32)
        self._sequence = itertools.count(secrets.randbits(14))
        self._time = secrets.randbits(24)
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls) -> Self:
        loop = asyncio.get_running_loop()
        _, rtp = await loop.create_datagram_endpoint(cls, local_addr=(HERE, 0))
        return rtp

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        del addr
        self.received.append(data)

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    @property
    def loud(self) -> int:
        """Packets received that are not silence."""
        return sum(1 for packet in self.received if len(set(packet[12:])) > 8)

    @property
    def payloads(self) -> set[int]:
        return {packet[1] & 0x7F for packet in self.received}

    def send_raw(self, data: bytes, target: Address | None = None) -> None:
        assert self._transport is not None
        self._transport.sendto(data, target or self.target)

    def packet(self, payload: bytes, *, kind: int = 0, mark: bool = False) -> bytes:
        self._time += 160
        return self._header(kind, mark=mark) + payload

    def _header(self, kind: int, *, mark: bool = False) -> bytes:
        sequence = next(self._sequence) & 0xFFFF
        return struct.pack("!BBHII", 0x80, kind | mark << 7, sequence, self._time, self.ssrc)

    async def talk(self, seconds: float, *, payload: bytes = ULAW_SILENCE, kind: int = 0) -> None:
        for _ in range(round(seconds / PACE)):
            self.send_raw(self.packet(payload, kind=kind))
            await asyncio.sleep(PACE)

    async def press(self, key: str, *, lose_first: bool = False) -> None:
        """Send an RFC 4733 event: three updates, three ends."""
        self._time += 1600
        code = "0123456789*#ABCD".index(key)
        steps = [(n, 0) for n in (1, 2, 3)] + [(4, 0x80)] * 3
        for i, (step, end) in enumerate(steps):
            event = struct.pack("!BBH", code, end | 10, step * 160)
            packet = self._header(self.key_payload, mark=i == 0) + event
            if not (i == 0 and lose_first):
                self.send_raw(packet)
            await asyncio.sleep(PACE)
        self._time += 800

    def close(self) -> None:
        if self._transport:
            self._transport.close()
