"""
One end of an RTP stream in G.711 µ-law, with a time on every packet.

It shares no code with the line's SIP part, so that what it measures is what the wire
carried. It sends 20 ms packets without a gap and keeps for each packet received the moment
it came, its RTP timestamp, its level and its sound.
"""

import contextlib
import itertools
import random
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import FRAME, FRAME_BYTES, FRAME_SAMPLES, SILENT_FRAME
from tests.support.sound import level
from tests.support.waiting import PATIENCE, until

LOUD_DBFS = -45.0  # between the line's silence (-90 and less) and its quietest syllable
EVENT_TYPE = 101  # payload type of keys that we offer
PRESS_PACKETS = 5  # 100 ms, an ordinary press
END_PACKETS = 3  # the last one is sent three times (RFC 4733 §2.5.1.4)
HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet that came."""

    at: float
    """When, in seconds of `time.monotonic`."""
    timestamp: int
    """The sender's clock, in samples."""
    level: float
    """dBFS."""
    pcm: bytes

    @property
    def loud(self) -> bool:
        """Whether it carries sound."""
        return self.level > LOUD_DBFS


@dataclass(slots=True)
class _Press:
    key: str
    stamp: int
    count: int = 0

    def packet(self) -> bytes:
        """Give the next event packet (RFC 4733 §2.3); the end is `over`."""
        ends = 0x80 if self.count >= PRESS_PACKETS else 0
        lasted = FRAME_SAMPLES * min(self.count + 1, PRESS_PACKETS + 1)
        self.count += 1
        return struct.pack("!BBH", "0123456789*#".index(self.key), 10 | ends, lasted)

    @property
    def over(self) -> bool:
        return self.count >= PRESS_PACKETS + END_PACKETS


class RtpStream:
    """Sends from `start` to `close`; receives all the while."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HERE, 0))
        self.port = int(self._socket.getsockname()[1])
        self._far = (HERE, 0)
        self._event_type = EVENT_TYPE
        self._outbox: deque[tuple[bytes, threading.Event | None]] = deque()
        self._hum: bytes = b""
        self._keys: deque[str] = deque()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.packets: list[Packet] = []
        """Everything received, in order."""
        self.spoke_until = 0.0
        """When the last loud packet of what we said was sent."""
        self.keyed_at = 0.0
        """When the first packet of the last key was sent."""

    def start(self, far_port: int, *, event_type: int) -> None:
        """Send to *far_port* from now on, keys with the payload type that the far end named."""
        self._far, self._event_type = (HERE, far_port), event_type
        for work in (self._talk, self._hear):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Send and hear no more; what was heard stays."""
        self._over.set()

    def close(self) -> None:
        self.stop()
        for thread in self._threads:
            thread.join(1)
        self._socket.close()

    # ------------------------------------------------------------ acting

    def say(self, pcm: bytes) -> None:
        """Speak *pcm*; returns when its last packet has been sent."""
        sent = threading.Event()
        frames = [pcm[i : i + FRAME_BYTES] for i in range(0, len(pcm), FRAME_BYTES)]
        for number, frame in enumerate(frames):
            last = sent if number == len(frames) - 1 else None
            self._outbox.append((frame.ljust(FRAME_BYTES, b"\0"), last))
        sent.wait(len(frames) * FRAME + PATIENCE)

    def hum(self, pcm: bytes) -> None:
        """Sound *pcm* (whole frames) over and over, where nothing is said; b"" ends it."""
        self._hum = pcm

    def press(self, key: str) -> None:
        """Press *key* (RFC 4733); returns once its first packet has been sent."""
        before = self.keyed_at
        self._keys.append(key)
        until(lambda: self.keyed_at != before, what="the first packet of a key")

    def press_all(self, keys: str) -> None:
        """Press *keys* one after the other, as fast as the protocol lets one."""
        for key in keys:
            self.press(key)

    # ------------------------------------------------------------ measuring

    def heard(self, *, after: float = 0.0) -> bytes:
        """Give what was heard after the moment *after*, as PCM."""
        return b"".join(packet.pcm for packet in tuple(self.packets) if packet.at > after)

    def await_sound(self, *, after: float, within: float = PATIENCE) -> float:
        """Give the moment of the first loud packet that came after *after*."""
        found: list[float] = []

        def look() -> bool:
            found.extend(p.at for p in self.packets[-200:] if p.at > after and p.loud)
            return bool(found)

        until(look, within=within, what="a sound")
        return found[0]

    def await_silence(self, *, of: float = 0.6, within: float = 40.0) -> float:
        """Wait until nothing was heard for *of* seconds; give the last loud moment."""
        frames = round(of / FRAME)

        def look() -> bool:
            recent = self.packets[-frames:]
            return len(recent) == frames and not any(p.loud for p in recent)

        until(look, within=within, what=f"a silence of {of:g} s")
        return max((p.at for p in self.packets if p.loud), default=0.0)

    # ------------------------------------------------------------ threads

    def _talk(self) -> None:
        source, press = random.getrandbits(32), None
        due = time.monotonic()
        for sequence in itertools.count(1):
            if self._over.is_set():
                return
            frame, sent = self._next_frame(sequence)
            stamp, now = sequence * FRAME_SAMPLES, time.monotonic()
            if press is None and self._keys:
                press = _Press(self._keys.popleft(), stamp)
                self.keyed_at = now
            kind, at, payload = 0, stamp, encode_ulaw(frame)
            if press is not None:
                kind, at, payload = self._event_type, press.stamp, press.packet()
                press = None if press.over else press
            elif any(frame):
                self.spoke_until = now
            header = struct.pack("!BBHII", 0x80, kind, sequence & 0xFFFF, at, source)
            with contextlib.suppress(OSError):
                self._send(header + payload)
            if sent is not None:
                sent.set()
            due += FRAME
            time.sleep(max(0.0, due - time.monotonic()))

    def _next_frame(self, number: int) -> tuple[bytes, threading.Event | None]:
        if self._outbox:
            return self._outbox.popleft()
        if hum := self._hum:
            at = number * FRAME_BYTES % len(hum)
            return hum[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0"), None
        return SILENT_FRAME, None

    def _hear(self) -> None:
        self._socket.settimeout(0.2)
        while not self._over.is_set():
            try:
                data = self._socket.recv(2048)
            except OSError:
                continue
            self._take(data)

    # ------------------------------------------------------------ the network, for those to spoil

    def _send(self, packet: bytes) -> None:
        self._socket.sendto(packet, self._far)

    def _take(self, packet: bytes) -> None:
        now = time.monotonic()
        kind, stamp = packet[1] & 0x7F, struct.unpack("!I", packet[4:8])[0]
        if kind == 0:
            pcm = decode_ulaw(packet[12:])
            self.packets.append(Packet(now, stamp, level(pcm), pcm))
