"""Telephones whose network, microphone or manners are bad, each in one way."""

import contextlib
import random
import struct
import threading
import time
from collections.abc import Callable
from queue import Empty, PriorityQueue

import numpy as np

from ivr.audio.pcm import FRAME_BYTES, SAMPLE_RATE_HZ
from tests.support import sip_text
from tests.support.phone import Phone
from tests.support.rtp_stream import HERE
from tests.support.sound import FULL_SCALE, Samples, samples, tone

Journey = Callable[[random.Random], float | None]
"""How many seconds a packet is on its way, drawn by chance; None: it is lost."""
REPORT_EVERY = 1.0  # seconds
RECEIVER_REPORT = 201  # RFC 3550 §6.4.2
LOW_HZ = (697, 770, 852, 941)
HIGH_HZ = (1209, 1336, 1477)
PAD = "123456789*0#"


class FarPhone(Phone):
    """A phone behind a network that loses and delays what the caller sends."""

    def __init__(self, port: int, journey: Journey) -> None:
        super().__init__(port)
        self.journey = journey
        """May be changed in the middle of a call."""
        self._chance = random.Random(7)
        self._on_the_way: PriorityQueue[tuple[float, bytes]] = PriorityQueue()
        self._network = threading.Thread(target=self._deliver, daemon=True)
        self._network.start()

    def _send(self, packet: bytes) -> None:
        seconds = self.journey(self._chance)
        if seconds is not None:
            self._on_the_way.put((time.monotonic() + seconds, packet))

    def _deliver(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(Empty, OSError):
                due, packet = self._on_the_way.get(timeout=0.1)
                if due <= time.monotonic():
                    super()._send(packet)
                else:  # another one may overtake it
                    self._on_the_way.put((due, packet))
                    time.sleep(0.002)


class ReportingPhone(Phone):
    """A phone to which little of what the line says comes, and that reports so (RTCP)."""

    def __init__(self, port: int, *, comes: float) -> None:
        super().__init__(port)
        self._comes = comes
        self._chance = random.Random(7)
        self._first = self._highest = self._came = -1
        self._source = b"\0\0\0\0"
        self._next = 0.0

    def _take(self, packet: bytes) -> None:
        if self._chance.random() >= self._comes:
            return
        (sequence,) = struct.unpack("!H", packet[2:4])
        self._source = packet[8:12]
        self._first = sequence if self._first < 0 else self._first
        self._highest, self._came = sequence, max(0, self._came) + 1
        super()._take(packet)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + REPORT_EVERY
            self._socket.sendto(self._report(), (HERE, self._far[1] + 1))

    def _report(self) -> bytes:
        """Compose a receiver report with one block (RFC 3550 §6.4.2)."""
        lost = self._highest - self._first + 1 - self._came
        share = min(255, lost * 256 // max(1, self._highest - self._first + 1))
        head = struct.pack("!BBHI", 0x81, RECEIVER_REPORT, 7, 1)
        block = struct.pack("!IIIII", share << 24 | lost, self._highest, 0, 0, 0)
        return head + self._source + block


class EchoingPhone(Phone):
    """A phone on a table, its loudspeaker beside its microphone."""

    def __init__(self, port: int, *, after_frames: int = 10, share: float = 0.5) -> None:
        super().__init__(port)
        self._after = after_frames
        self._share = share

    def _take(self, packet: bytes) -> None:
        super()._take(packet)
        heard = self.packets[-1].pcm if self.packets else b""
        back = (samples(heard) * self._share).astype("<i2").tobytes()
        while len(self._outbox) < self._after:
            self._outbox.append((bytes(FRAME_BYTES), None))
        self._outbox.append((back.ljust(FRAME_BYTES, b"\0"), None))
        while len(self._outbox) > 2 * self._after:
            self._outbox.popleft()


class UnsurePhone(Phone):
    """A phone whose ACK does not reach the line."""

    def _request(self, method: str, body: str = "") -> None:
        if method != "ACK":
            super()._request(method, body)


class HoldingPhone(Phone):
    """A phone that can put the line on hold."""

    def hold(self) -> None:
        """Ask to hear nothing (RFC 3264 §8.4)."""
        self._request("INVITE", sip_text.sdp(self.port) + "a=sendonly\r\n")
        time.sleep(0.3)  # its answer is on the way
        self._request("ACK")


# ---------------------------------------------------------------- sounds


def noise(seconds: float, *, dbfs: float) -> bytes:
    """Make noise of all frequencies, the same every time."""
    size = round(seconds * SAMPLE_RATE_HZ)
    rms = FULL_SCALE * 10 ** (dbfs / 20)
    return _pcm(np.random.default_rng(5).normal(0, rms, size))


def at_level(pcm: bytes, dbfs: float) -> bytes:
    """Give *pcm* at another level of its loud parts; what is too loud is cut off."""
    wave = samples(pcm)
    loud = wave[np.abs(wave) > np.abs(wave).max() / 20]
    return _pcm(wave * FULL_SCALE * 10 ** (dbfs / 20) / np.sqrt(np.mean(loud**2)))


def mixed(pcm: bytes, other: bytes) -> bytes:
    """Give both at once; *other* is as long at least."""
    wave = samples(pcm)
    return _pcm(wave + samples(other)[: len(wave)])


def key_tones(keys: str) -> bytes:
    """Give keys as sound, 100 ms each (ITU-T Q.23)."""
    pressed = []
    for key in keys:
        row, column = divmod(PAD.index(key), 3)
        low, high = tone(LOW_HZ[row], 0.1, dbfs=-13), tone(HIGH_HZ[column], 0.1, dbfs=-11)
        pressed.append(mixed(low, high))
    return bytes(2 * SAMPLE_RATE_HZ // 10).join(pressed)


def _pcm(wave: Samples) -> bytes:
    return bytes(np.clip(wave, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes())
