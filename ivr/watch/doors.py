"""The two doors operators come through: a socket on this machine, and TLS."""

import asyncio
import logging
import pwd
import socket
import ssl
import struct
import time
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ivr.errors import SettingsError, StoreError
from ivr.settings import Settings, Watch
from ivr.tls import server_context
from ivr.watch.asking import REQUEST_LIMIT, Askable, serve
from ivr.watch.gate import Gate
from ivr.watch.reach import is_here
from ivr.watch.roles import Asker
from ivr.watch.tokens import TokenBook

_log = logging.getLogger(__name__)
SOCKET_PATH_LIMIT = 107  # bytes; struct sockaddr_un on Linux
PEER = struct.Struct("3i")  # struct ucred: process, user, group; unix(7)
HANDSHAKE_WITHIN = 5.0  # seconds
BETWEEN_TWO = 0.02  # seconds; a handshake costs some 2 ms of the loop that serves calls
BACKLOG = 32
CHECK_EVERY = 10.0  # seconds until who follows with a token that was removed is sent away


async def open_doors(
    settings: Settings, answers: Mapping[str, Askable], stack: AsyncExitStack
) -> None:
    """
    Answer operators until *stack* is closed: on this machine, and elsewhere where that is set.

    Raises:
        SettingsError: As `WatchSocket.start` and `WatchPort.start`.
    """
    here = WatchSocket(settings.watch_socket, answers)
    await here.start()
    stack.push_async_callback(here.stop)
    if settings.watch.port:
        tokens = TokenBook(settings.token_book)
        stack.push_async_callback(tokens.close)
        port = WatchPort(settings.watch, answers, tokens)
        stack.push_async_callback(port.stop)
        await port.start()


class WatchSocket:
    """Answers operators on this machine; who can open the socket is a supervisor."""

    def __init__(self, path: Path, answers: Mapping[str, Askable]) -> None:
        self._path = path
        self._answers = answers
        self._server: asyncio.Server | None = None
        self._serving = _Serving()

    async def start(self) -> None:
        """
        Open the socket.

        Raises:
            SettingsError: The data folder's path is too long for a socket, or not writable.
        """
        if len(str(self._path).encode()) > SOCKET_PATH_LIMIT:
            raise SettingsError(
                "data",
                found=f"a path of {len(str(self._path))} characters",
                accepted=f"one that leaves sockets under {SOCKET_PATH_LIMIT}",
            )
        try:
            self._path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(
                self._take, path=self._path, limit=REQUEST_LIMIT
            )
            self._path.chmod(0o600)
        except OSError as error:
            raise SettingsError(
                "data", found=error.strerror or "an error", accepted="a folder we can write"
            ) from error

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._server is not None:
            self._server.close()
            await self._serving.stop()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asker = Asker(_user(writer.get_extra_info("socket")))

        async def admit(_request: Mapping[str, Any]) -> Asker:
            return asker

        self._serving.spawn(serve(reader, writer, self._answers, admit))


class WatchPort:
    """Answers operators on other machines who show a token."""

    def __init__(self, settings: Watch, answers: Mapping[str, Askable], tokens: TokenBook) -> None:
        self._settings = settings
        self._answers = answers
        self._tokens = tokens
        self._gate = Gate()
        self._serving = _Serving()
        self._inside: dict[asyncio.Task[Any], str] = {}
        self._tls: ssl.SSLContext | None = None
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int:
        """Where it listens, once started."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    async def start(self) -> None:
        """
        Listen.

        Raises:
            SettingsError: The port is taken, the certificate cannot be used, or there is none.
        """
        settings = self._settings
        if settings.certificate:
            self._tls = _certified(settings)
        elif not is_here(settings.address):
            accepted = "a PEM file: without TLS the feed is for this machine only"
            raise SettingsError("watch.certificate", found="none", accepted=accepted)
        family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
        try:
            self._socket = socket.create_server(
                (settings.address, settings.port), family=family, backlog=BACKLOG
            )
        except OSError as error:
            found = f"{settings.address}:{settings.port}, {error.strerror or error}"
            accepted = "an address and a port that are free"
            raise SettingsError("watch.port", found=found, accepted=accepted) from error
        self._socket.setblocking(False)
        self._serving.spawn(self._accept(self._socket))
        self._serving.spawn(self._check())
        _log.info("operators are answered on the network", extra={"port": self.port})

    async def stop(self) -> None:
        """Close the port and every connection."""
        await self._serving.stop()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _accept(self, listening: socket.socket) -> None:
        """Let one after the other in; a crowd waits in the kernel, where it costs nothing."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                there, peer = await loop.sock_accept(listening)
            except OSError:  # they are gone again, or no file is left to open
                await asyncio.sleep(1.0)
                continue
            address = str(peer[0])
            if self._gate.enter(address, now=time.monotonic()):
                self._serving.spawn(self._serve(there, address))
            else:
                there.close()
            await asyncio.sleep(BETWEEN_TWO)

    async def _serve(self, there: socket.socket, address: str) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=REQUEST_LIMIT)
        protocol = asyncio.StreamReaderProtocol(reader)
        limit = HANDSHAKE_WITHIN if self._tls else None
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol, there, ssl=self._tls, ssl_handshake_timeout=limit
            )
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            await serve(reader, writer, self._answers, partial(self._admit, address))
        except OSError:  # of TLS, too
            self._gate.failed(address, now=time.monotonic())
            there.close()
        finally:
            self._gate.leave(address)

    async def _admit(self, address: str, request: Mapping[str, Any]) -> Asker | None:
        token = str(request.get("token", ""))
        asker = await self._tokens.check(token, now=datetime.now(UTC))
        task = asyncio.current_task()
        if asker is None:
            self._gate.failed(address, now=time.monotonic())
        elif task is not None:
            self._inside[task] = token
            task.add_done_callback(self._inside.pop)
        return asker

    async def _check(self) -> None:
        """Send away whose token was removed, or has expired."""
        while True:
            await asyncio.sleep(CHECK_EVERY)
            for task, token in tuple(self._inside.items()):
                with suppress(StoreError):  # who was let in stays, while it cannot be known
                    if await self._tokens.check(token, now=datetime.now(UTC)) is None:
                        task.cancel()


class _Serving:
    """The connections under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _user(there: socket.socket) -> str:
    """Name the user at the other end of a socket of this machine."""
    size = PEER.size
    _, user, _ = PEER.unpack(there.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    with suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return f"user {user}"


def _certified(settings: Watch) -> ssl.SSLContext:
    try:
        return server_context(settings.certificate, settings.key)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no certificate and its key"
        accepted = "PEM files, the key without a password"
        raise SettingsError("watch.certificate", found=reason, accepted=accepted) from error
