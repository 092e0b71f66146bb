"""Where a line answers its operators, and asking it: the socket on this machine, or TLS."""

import asyncio
import ipaddress
import json
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.errors import SettingsError, StoreUnavailable
from ivr.settings import WATCH_SOCKET
from ivr.watch.roles import Role

ANSWER_LIMIT = 1 << 24  # bytes; a snapshot of ten thousand calls
ANSWER_WITHIN = 5.0  # seconds a client waits for the line
REMOTE = re.compile(
    r"(?P<scheme>tls|tcp)://(?P<host>\[[0-9A-Fa-f:]+\]|[\w.-]+):(?P<port>\d{1,5})/?\Z"
)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Reach:
    """One line, as its operators reach it."""

    name: str
    """What it is called in tables: its socket or `host:port`."""
    socket: Path | None = None
    """On this machine; None: `host` and `port`."""
    host: str = ""
    port: int = 0
    tls: ssl.SSLContext | None = None
    """None: not over TLS, which is for this machine only."""
    token: str = field(default="", repr=False)
    role: Role | None = None
    """To be less than one is; None: as much as one may."""

    @asynccontextmanager
    async def asked(self, what: str, given: Mapping[str, str]) -> AsyncIterator[Streams]:
        """
        Send a request; the answer is to be read from what this gives.

        Raises:
            OSError: Nobody answers, or the certificate is not believed.
        """
        reader, writer = await self._open()
        try:
            writer.write(json.dumps(self._request(what, given)).encode() + b"\n")
            yield reader, writer
        finally:
            writer.close()

    async def _open(self) -> Streams:
        if self.socket is not None:
            return await asyncio.open_unix_connection(self.socket, limit=ANSWER_LIMIT)
        return await asyncio.open_connection(self.host, self.port, limit=ANSWER_LIMIT, ssl=self.tls)

    def _request(self, what: str, given: Mapping[str, str]) -> dict[str, Any]:
        request: dict[str, Any] = {"ask": what}
        if arguments := {name: one for name, one in given.items() if one}:
            request["with"] = arguments
        if self.role is not None:
            request["as"] = self.role.value
        if self.token:
            request["token"] = self.token
        return request


async def ask(line: Path | Reach, what: str, **given: str) -> dict[str, Any]:
    """
    Ask a line something with one answer.

    Args:
        line: Its socket, or how else it is reached.
        what: The question.
        **given: Its arguments; empty ones are left out.

    Raises:
        StoreUnavailable: No line answers there.
    """
    reach = line if isinstance(line, Reach) else Reach(str(line), line)
    try:
        async with asyncio.timeout(ANSWER_WITHIN), reach.asked(what, given) as (reader, _):
            answer = json.loads(await reader.readline())
    except (OSError, TimeoutError, ValueError) as error:
        raise StoreUnavailable(no_answer(reach, error)) from error
    if not isinstance(answer, dict):
        raise StoreUnavailable(f"{reach.name} is not the socket of a line")
    return answer


def no_answer(reach: Reach, error: Exception) -> str:
    """Say in words why *reach* does not answer, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{reach.name}: {error.verify_message}; give the line's certificate with --ca FILE"
    if reach.socket is not None:
        return f"no line answers at {reach.name}: start it with `ivr serve`"
    return f"no line answers at {reach.name}: is `watch.port` set there, and the way open?"


def reach_of(written: str, *, token: str = "", ca: Path | None = None) -> Reach:
    """
    Read where a line is: `tls://host:port`, its data folder, or its socket.

    Args:
        written: As an operator writes it.
        token: What they show there; not needed on this machine.
        ca: Certificates to believe, beside those the machine believes.

    Raises:
        SettingsError: It is none of these, or *ca* is no certificate.
    """
    remote = REMOTE.match(written)
    if remote is None:
        if "://" in written:
            accepted = "tls://HOST:PORT, or a line's data folder"
            raise SettingsError("--line", found=repr(written), accepted=accepted)
        path = Path(written)
        return Reach(written, path / WATCH_SOCKET if path.is_dir() else path)
    host, port = remote["host"].strip("[]"), int(remote["port"])
    name = f"{remote['host']}:{port}"
    if remote["scheme"] == "tls":
        return Reach(name, host=host, port=port, tls=_believing(ca), token=token)
    if not is_here(host):
        accepted = "tls:// for another machine; tcp:// would show the token to everybody"
        raise SettingsError("--line", found=repr(written), accepted=accepted)
    return Reach(name, host=host, port=port, token=token)


def is_here(host: str) -> bool:
    """Tell whether *host* is this machine's own address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _believing(ca: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except OSError as error:
            accepted = "a PEM file of certificates"
            raise SettingsError("--ca", found=str(ca), accepted=accepted) from error
    return context
