"""
A telephone for measuring: raw SIP and RTP on sockets, with a time on every packet.

It shares no code with the line, so that what it measures is what the wire carried. It
speaks G.711 µ-law in 20 ms packets, without a gap, and keeps for each packet received the
moment it came, its RTP timestamp and its level.
"""

import contextlib
import random
import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import FRAME, FRAME_BYTES, SILENT_FRAME

LOUD_DBFS = -45.0  # between the line's silence (-90 and less) and its quietest syllable
EVENT_TYPE = 101
PATIENCE = 10.0  # seconds for any answer of the line


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet that came."""

    at: float
    """When, in seconds of `time.monotonic`."""
    timestamp: int
    """The sender's clock, in samples."""
    level: float
    """dBFS."""

    @property
    def loud(self) -> bool:
        """Whether it carries sound."""
        return self.level > LOUD_DBFS


class Phone:
    """One call to the line; a context manager that hangs up."""

    def __init__(self, host: str, port: int, *, user: str = "line") -> None:
        self._target = (host, port)
        self._uri = f"sip:{user}@{host}:{port}"
        self._signal = _udp()
        self._media = _udp()
        self._id = f"{random.getrandbits(48):012x}"
        self._cseq = 1
        self._to = f"<{self._uri}>"
        self._contact = self._uri
        self._far = (host, 0)
        self._outbox: deque[tuple[bytes, threading.Event | None]] = deque()
        self._keys: deque[str] = deque()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.packets: list[Packet] = []
        """Everything received, in order."""
        self.spoke_until = 0.0
        """When the last loud packet of what we said was sent."""
        self.keyed_at = 0.0
        """When the first packet of the last key was sent."""

    def __enter__(self) -> Self:
        """Ring the line; returns once it has answered and media flows."""
        began = time.monotonic()
        self._send(self._request("INVITE", self._sdp()))
        answer = self._final("INVITE")
        self.answered_after = time.monotonic() - began
        if not answer.startswith("SIP/2.0 200"):
            raise ConnectionError(answer.partition("\r\n")[0])
        self._to = _header(answer, "To")
        self._contact = _header(answer, "Contact").strip("<>").partition(">")[0]
        self._far = (self._target[0], int(_search(r"m=audio (\d+)", answer)))
        self._send(self._request("ACK"))
        for work in (self._talk, self._hear, self._obey):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Hang up."""
        if not self._over.is_set():
            self._cseq += 1
            self._send(self._request("BYE"))
            time.sleep(0.1)
        self._over.set()
        for thread in self._threads:
            thread.join(1)
        self._signal.close()
        self._media.close()

    @property
    def hung_up(self) -> bool:
        """Whether the line has hung up."""
        return self._over.is_set()

    # ------------------------------------------------------------ acting

    def say(self, pcm: bytes) -> None:
        """Speak *pcm*; returns when its last packet has been sent."""
        sent = threading.Event()
        frames = [pcm[i : i + FRAME_BYTES] for i in range(0, len(pcm), FRAME_BYTES)]
        for number, frame in enumerate(frames):
            last = sent if number == len(frames) - 1 else None
            self._outbox.append((frame.ljust(FRAME_BYTES, b"\0"), last))
        sent.wait(len(frames) * FRAME + PATIENCE)

    def press(self, key: str) -> None:
        """Press *key* (RFC 4733); returns once its first packet has been sent."""
        before = self.keyed_at
        self._keys.append(key)
        _until(lambda: self.keyed_at != before)

    # ------------------------------------------------------------ measuring

    def await_sound(self, *, after: float, within: float = PATIENCE) -> float:
        """Give the moment of the first loud packet that came after *after*."""
        found: list[float] = []

        def look() -> bool:
            found.extend(p.at for p in self.packets[-200:] if p.at > after and p.loud)
            return bool(found)

        _until(look, within=within)
        return found[0]

    def await_silence(self, *, of: float = 0.6, within: float = 40.0) -> float:
        """Wait until the line has been silent for *of* seconds; give its last loud moment."""
        frames = round(of / FRAME)

        def look() -> bool:
            recent = self.packets[-frames:]
            return len(recent) == frames and not any(p.loud for p in recent)

        _until(look, within=within)
        return max((p.at for p in self.packets if p.loud), default=0.0)

    # ------------------------------------------------------------ threads

    def _talk(self) -> None:
        sequence, stamp, source = 1, 0, random.getrandbits(32)
        due = time.monotonic()
        key: tuple[int, int, int] | None = None
        while not self._over.is_set():
            frame, sent = self._outbox.popleft() if self._outbox else (SILENT_FRAME, None)
            now = time.monotonic()
            if key is None and self._keys:
                key = ("0123456789*#".index(self._keys.popleft()), stamp, 0)
                self.keyed_at = now
            kind, at, payload = 0, stamp, encode_ulaw(frame)
            if key is not None:
                number, began, count = key
                last = count >= 5  # 100 ms, an ordinary press
                event = struct.pack("!BBH", number, 10 | (0x80 if last else 0), 160 * (count + 1))
                kind, at, payload = EVENT_TYPE, began, event
                key = (number, began, count + 1) if count < 7 else None
            elif any(frame):
                self.spoke_until = now
            header = struct.pack("!BBHII", 0x80, kind, sequence & 0xFFFF, at, source)
            with contextlib.suppress(OSError):
                self._media.sendto(header + payload, self._far)
            if sent is not None:
                sent.set()
            sequence, stamp = sequence + 1, stamp + 160
            due += FRAME
            time.sleep(max(0.0, due - time.monotonic()))

    def _hear(self) -> None:
        self._media.settimeout(0.2)
        while not self._over.is_set():
            try:
                data = self._media.recv(2048)
            except OSError:
                continue
            now = time.monotonic()
            kind, stamp = data[1] & 0x7F, struct.unpack("!I", data[4:8])[0]
            if kind == 0:
                self.packets.append(Packet(now, stamp, _level(data[12:])))

    def _obey(self) -> None:
        """Answer what the line asks: its BYE, its session refresh."""
        self._signal.settimeout(0.2)
        while not self._over.is_set():
            try:
                text = self._signal.recv(8192).decode(errors="replace")
            except OSError:
                continue
            if not text.startswith("SIP/2.0"):
                self._send(_ok(text))
                if text.startswith("BYE"):
                    self._over.set()

    # ------------------------------------------------------------ signalling

    def _send(self, text: str) -> None:
        self._signal.sendto(text.encode(), self._target)

    def _final(self, method: str) -> str:
        self._signal.settimeout(PATIENCE)
        while True:
            text = self._signal.recv(8192).decode(errors="replace")
            if method in _header(text, "CSeq") and not text.startswith("SIP/2.0 1"):
                return text

    def _request(self, method: str, body: str = "") -> str:
        port = self._signal.getsockname()[1]
        target = self._uri if method == "INVITE" else self._contact
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (
            f"{method} {target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bK{random.getrandbits(48):x}\r\n"
            f"From: <sip:bench@127.0.0.1:{port}>;tag={self._id}\r\nTo: {self._to}\r\n"
            f"Call-ID: {self._id}\r\nCSeq: {self._cseq} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:bench@127.0.0.1:{port}>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def _sdp(self) -> str:
        port = self._media.getsockname()[1]
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0 {EVENT_TYPE}\r\na=rtpmap:0 PCMU/8000\r\n"
            f"a=rtpmap:{EVENT_TYPE} telephone-event/8000\r\na=fmtp:{EVENT_TYPE} 0-15\r\n"
        )


def _udp() -> socket.socket:
    plug = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    plug.bind(("127.0.0.1", 0))
    return plug


def _level(payload: bytes) -> float:
    samples = np.frombuffer(decode_ulaw(payload), "<i2").astype(np.float64)
    rms = np.sqrt(np.mean(samples**2)) if len(samples) else 0.0
    return float(20 * np.log10(max(rms, 0.5) / 32768))


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*?)\r?$", text, re.MULTILINE | re.IGNORECASE)
    return found.group(1) if found else ""


def _search(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise ConnectionError("the line answered without audio")
    return found.group(1)


def _ok(request: str) -> str:
    names = ("Via", "From", "To", "Call-ID", "CSeq")
    lines = [f"{name}: {_header(request, name)}" for name in names]
    return "SIP/2.0 200 OK\r\n" + "\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n"


def _until(look: Callable[[], bool], *, within: float = PATIENCE) -> None:
    """Wait until *look* is true."""
    end = time.monotonic() + within
    while not look():
        if time.monotonic() > end:
            raise TimeoutError("the line did not do what was measured")
        time.sleep(0.002)
