"""A telephone of our own in plain asyncio: writes SIP byte by byte, so that it can err."""

import asyncio
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self, cast

from tests.support.rtpraw import HERE, Address, Rtp

PATIENCE = 8.0  # seconds for an answer; only a broken line needs them


@dataclass(frozen=True, slots=True)
class Message:
    """A SIP message, read forgivingly."""

    start: str
    headers: list[tuple[str, str]]
    body: str
    source: Address = (HERE, 0)

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers if k.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [v for k, v in self.headers if k.lower() == name.lower()]

    @property
    def is_request(self) -> bool:
        return not self.start.startswith("SIP/2.0")

    @property
    def method(self) -> str:
        return self.start.split()[0] if self.is_request else self.header("CSeq").split()[-1]

    @property
    def status(self) -> int:
        return 0 if self.is_request else int(self.start.split()[1])

    @property
    def rtp_port(self) -> int:
        found = re.search(r"^m=audio (\d+)", self.body, re.MULTILINE)
        return int(found[1]) if found else 0

    @property
    def key_payload(self) -> int:
        """Payload type on which the sender of this SDP expects keys (RFC 4733)."""
        found = re.search(r"^a=rtpmap:(\d+) telephone-event", self.body, re.MULTILINE)
        return int(found[1]) if found else 101


def read(data: bytes, source: Address = (HERE, 0)) -> Message:
    head, _, body = data.decode(errors="replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        headers.append((name.strip(), value.strip()))
    return Message(start, headers, body, source)


def sdp(
    port: int,
    *,
    payloads: str = "0 8 101",
    direction: str = "sendrecv",
    version: int = 1,
    address: str = HERE,
) -> str:
    maps = {"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000", "101": "telephone-event/8000"}
    lines = [
        "v=0",
        f"o=- 1 {version} IN IP4 {HERE}",
        "s=-",
        f"c=IN IP4 {address}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {payloads}",
        *(f"a=rtpmap:{p} {maps[p]}" for p in payloads.split()),
        f"a={direction}",
        "",
    ]
    return "\r\n".join(lines)


@dataclass
class Dialog:
    """What both ends agree on."""

    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    local: str = "<sip:5550101@phone.invalid>;tag=" + "caller"
    remote: str = ""
    target: str = ""
    sequence: int = 0


class Phone(asyncio.DatagramProtocol):
    """A SIP telephone over UDP, or TCP by `Phone.open(tcp=True)`. One call at a time."""

    def __init__(self, line: int) -> None:
        self.line = (HERE, line)
        self.rtp = Rtp()
        self.dialog = Dialog(remote=f"<sip:line@{HERE}:{line}>", target=f"sip:line@{HERE}:{line}")
        self.responses: asyncio.Queue[Message] = asyncio.Queue()
        self.requests: asyncio.Queue[Message] = asyncio.Queue()
        self.provisional: list[int] = []
        self.user = "5550101"
        self.auto = True
        """Answer BYE, OPTIONS, UPDATE and the like with 200 by itself."""
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._branch = ""

    @classmethod
    async def open(cls, line: int, *, tcp: bool = False, port: int = 0) -> Self:
        phone = cls(line)
        phone.rtp = await Rtp.open()
        if tcp:
            reader, phone._tcp = await asyncio.open_connection(HERE, line)
            phone._reading = asyncio.create_task(phone._read_stream(reader))
        else:
            loop = asyncio.get_running_loop()
            await loop.create_datagram_endpoint(lambda: phone, local_addr=(HERE, port))
        phone.dialog.local = f"<sip:{phone.user}@{HERE}>;tag={secrets.token_hex(4)}"
        return phone

    async def close(self) -> None:
        self.rtp.close()
        if self._udp:
            self._udp.close()
        if self._reading and self._tcp:
            self._reading.cancel()
            self._tcp.close()

    @property
    def port(self) -> int:
        transport = self._udp or (self._tcp.transport if self._tcp else None)
        assert transport is not None
        return int(transport.get_extra_info("sockname")[1])

    # ---------------------------------------------------------------- transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._udp = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if data.strip():
            self._took(read(data, addr))

    async def _read_stream(self, reader: asyncio.StreamReader) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            if not head.strip():
                continue
            message = read(head, self.line)
            body = await reader.readexactly(int(message.header("Content-Length") or 0))
            self._took(read(head + body, self.line))

    def _took(self, message: Message) -> None:
        if not message.is_request:
            self.responses.put_nowait(message)
            return
        self.requests.put_nowait(message)
        if self.auto and message.method not in {"INVITE", "ACK"}:
            self.reply(message, 200)

    def send(self, data: str | bytes, target: Address | None = None) -> None:
        raw = data.encode(errors="surrogateescape") if isinstance(data, str) else data
        if self._tcp:
            self._tcp.write(raw)
        else:
            assert self._udp is not None
            self._udp.sendto(raw, target or self.line)

    # ---------------------------------------------------------------- as a client

    def write(
        self,
        method: str,
        *,
        body: str = "",
        kind: str = "application/sdp",
        headers: Sequence[str] = (),
        branch: str = "",
    ) -> str:
        """Compose a request of the current dialog, or the one that begins it."""
        dialog = self.dialog
        transport = "TCP" if self._tcp else "UDP"
        lines = [
            f"{method} {dialog.target} SIP/2.0",
            f"Via: SIP/2.0/{transport} {HERE}:{self.port};branch={branch};rport",
            f"From: {dialog.local}",
            f"To: {dialog.remote}",
            f"Call-ID: {dialog.call_id}",
            f"CSeq: {dialog.sequence} {method}",
            f"Contact: <sip:{self.user}@{HERE}:{self.port};transport={transport.lower()}>",
            "Max-Forwards: 70",
            *headers,
            *([f"Content-Type: {kind}"] if body else []),
            f"Content-Length: {len(body.encode())}",
        ]
        return "\r\n".join((*lines, "", "")) + body

    def start(
        self,
        method: str,
        *,
        body: str = "",
        kind: str = "application/sdp",
        headers: Sequence[str] = (),
    ) -> None:
        """Send a request and do not wait."""
        self.dialog.sequence += 1
        self._branch = "z9hG4bK" + secrets.token_hex(6)
        self.send(self.write(method, body=body, kind=kind, headers=headers, branch=self._branch))

    async def request(
        self,
        method: str,
        *,
        body: str = "",
        kind: str = "application/sdp",
        headers: Sequence[str] = (),
    ) -> Message:
        """Send a request and return its final answer."""
        self.start(method, body=body, kind=kind, headers=headers)
        return await self.final(method)

    async def final(self, method: str) -> Message:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.responses.get()
                if message.method != method or not self._is_current(message):
                    continue
                if message.status < 200:
                    self.provisional.append(message.status)
                    continue
                self._learn(message)
                return message

    def _is_current(self, message: Message) -> bool:
        return int(message.header("CSeq").split()[0]) == self.dialog.sequence

    def _learn(self, message: Message) -> None:
        if message.method != "INVITE" or message.status >= 300:
            return
        self.dialog.remote = message.header("To")
        contact = re.search(r"<([^>]+)>", message.header("Contact"))
        self.dialog.target = contact[1] if contact else self.dialog.target
        if message.rtp_port:
            self.rtp.target = (HERE, message.rtp_port)
            self.rtp.key_payload = message.key_payload

    def ack(self, *, body: str = "") -> None:
        branch = "z9hG4bK" + secrets.token_hex(6)
        self.send(self.write("ACK", body=body, branch=branch))

    def ack_refusal(self, answer: Message) -> None:
        """ACK of a final answer over 299: same branch (RFC 3261 §17.1.1.3)."""
        remote, self.dialog.remote = self.dialog.remote, answer.header("To")
        self.send(self.write("ACK", branch=self._branch))
        self.dialog.remote = remote

    async def call(self, *, body: str | None = None, headers: Sequence[str] = ()) -> Message:
        """INVITE with an ordinary offer; ACK whatever comes."""
        offer = sdp(self.rtp.port) if body is None else body
        answer = await self.request("INVITE", body=offer, headers=headers)
        if answer.status < 300:
            self.ack()
        else:
            self.ack_refusal(answer)
        return answer

    def cancel(self) -> None:
        self.send(self.write("CANCEL", branch=self._branch))

    async def hang_up(self) -> Message:
        return await self.request("BYE")

    # ---------------------------------------------------------------- as a server

    async def asked(self, method: str) -> Message:
        """Return the next request of *method* from the line."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.requests.get()
                if message.method == method:
                    return message

    def reply(
        self, request: Message, status: int, *, body: str = "", headers: Sequence[str] = ()
    ) -> None:
        to = request.header("To")
        if status > 100 and "tag=" not in to:
            to += ";tag=" + "callee" + str(self.port)
        lines = [
            f"SIP/2.0 {status} Whatever",
            *(f"Via: {via}" for via in request.all("Via")),
            f"From: {request.header('From')}",
            f"To: {to}",
            f"Call-ID: {request.header('Call-ID')}",
            f"CSeq: {request.header('CSeq')}",
            f"Contact: <sip:{self.user}@{HERE}:{self.port}>",
            *headers,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body.encode())}",
        ]
        self.send("\r\n".join((*lines, "", "")) + body, request.source)
        if request.method == "INVITE" and 200 <= status < 300:
            self._become_callee(request, to)

    def _become_callee(self, invite: Message, to: str) -> None:
        contact = re.search(r"<([^>]+)>", invite.header("Contact"))
        self.dialog = Dialog(
            call_id=invite.header("Call-ID"),
            local=to,
            remote=invite.header("From"),
            target=contact[1] if contact else "",
            sequence=100,
        )
        if invite.rtp_port:
            self.rtp.target = (HERE, invite.rtp_port)
            self.rtp.key_payload = invite.key_payload
