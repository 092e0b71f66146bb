"""A carrier's registrar of a page: UDP, digest authentication (RFC 2617), and moods."""

import asyncio
import hashlib
import re
from typing import Self, cast

from tests.support.rtpraw import HERE, Address
from tests.support.sipraw import Message, read

NONCE = "b1f5c2"


class Registrar(asyncio.DatagramProtocol):
    """Knows one account; keeps every REGISTER it got."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password
        self._transport: asyncio.DatagramTransport | None = None
        self.asked: list[Message] = []
        self.granted: list[int] = []
        """Expiries granted, 0 for an un-registration."""
        self.contact = ""
        self.overloaded = False

    @classmethod
    async def open(cls, username: str, password: str, *, port: int = 0) -> Self:
        registrar = cls(username, password)
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: registrar, local_addr=(HERE, port))
        return registrar

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if not data.strip():
            return
        request = read(data, addr)
        self.asked.append(request)
        authorization = request.header("Authorization")
        if self.overloaded:
            self._reply(request, 503, "Retry-After: 1")
        elif not authorization:
            challenge = (
                f'Digest realm="carrier.invalid", nonce="{NONCE}", algorithm=MD5, qop="auth"'
            )
            self._reply(request, 401, f"WWW-Authenticate: {challenge}")
        elif not self._right(authorization):
            self._reply(request, 403, "X-Reason: wrong")
        else:
            self._grant(request)

    def _grant(self, request: Message) -> None:
        contact = request.header("Contact")
        in_contact = re.search(r"expires=(\d+)", contact)
        expires = int(in_contact[1] if in_contact else request.header("Expires") or 0)
        self.granted.append(expires)
        self.contact = contact.partition(">")[0] + ">"
        self._reply(request, 200, f"Contact: {self.contact};expires={expires}")

    def _right(self, authorization: str) -> bool:
        said: dict[str, str] = dict(re.findall(r'(\w+)="?([^",]+)"?', authorization))
        secret = _md5(f"{self._username}:carrier.invalid:{self._password}")
        asked = _md5(f"REGISTER:{said['uri']}")
        parts = (secret, NONCE, said["nc"], said["cnonce"], said["qop"], asked)
        return (said["username"], said["response"]) == (self._username, _md5(":".join(parts)))

    def _reply(self, request: Message, status: int, header: str) -> None:
        lines = [
            f"SIP/2.0 {status} Whatever",
            *(f"Via: {via}" for via in request.all("Via")),
            f"From: {request.header('From')}",
            f"To: {request.header('To')};tag=registrar",
            f"Call-ID: {request.header('Call-ID')}",
            f"CSeq: {request.header('CSeq')}",
            header,
            "Content-Length: 0",
        ]
        assert self._transport is not None
        self._transport.sendto("\r\n".join((*lines, "", "")).encode(), request.source)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
