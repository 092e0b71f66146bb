"""
The port where Prometheus asks for the figures: `GET /metrics`, and nothing else of HTTP.

Sockets are served in the event loop, the text is written in a thread, at most once a second,
whoever asks: nobody who finds the port can slow a call.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from pathlib import Path

from ivr.errors import SettingsError
from ivr.settings import MetricsSettings
from ivr.watch.figures import Level
from ivr.watch.metrics import Metrics
from ivr.watch.reach import is_here

_log = logging.getLogger(__name__)
PATH = "/metrics"
REQUEST_LIMIT = 8192  # bytes
REQUEST_WITHIN = 5.0  # seconds a request may take to arrive, and its answer to leave
MOST_AT_ONCE = 16  # connections
FRESH_FOR = 1.0  # seconds; Prometheus asks every fifteen
PLAIN = "text/plain; charset=utf-8"

Read = Callable[[], Awaitable[Iterable[Level]]]


class MetricsPort:
    """Answers Prometheus. `start` once, `stop` once."""

    def __init__(self, settings: MetricsSettings, metrics: Metrics, read: Read) -> None:
        """
        Prepare.

        Args:
            settings: Where to listen, and who may ask.
            metrics: What is told.
            read: Reads the levels; in the event loop.
        """
        self._settings = settings
        self._metrics = metrics
        self._read = read
        self._token = b""
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._telling = asyncio.Lock()
        self._told: dict[str, tuple[float, bytes, str]] = {}

    @property
    def port(self) -> int:
        """The bound port; 0 when nobody is answered."""
        return self._server.sockets[0].getsockname()[1] if self._server else 0

    async def start(self) -> None:
        """
        Listen; when the port is taken, say so and go without.

        Raises:
            SettingsError: Others could ask without a token, or the token cannot be read.
        """
        settings = self._settings
        if not settings.port:
            return
        self._token = _token(settings)
        try:
            self._server = await asyncio.start_server(
                self._accept, settings.address, settings.port, limit=REQUEST_LIMIT
            )
        except OSError as error:
            extra = {"address": settings.address, "port": settings.port, "error": error}
            _log.warning("no metrics: their port cannot be had; see [metrics]", extra=extra)

    async def stop(self) -> None:
        """Listen no more, and break off what is being answered; idempotent."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    # ------------------------------------------------------------ one request

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._serving) >= MOST_AT_ONCE:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_WITHIN):
                request = await reader.readuntil(b"\r\n\r\n")
            status, body, content_type = await self._answer(request)
            async with asyncio.timeout(REQUEST_WITHIN):
                writer.write(_response(status, body, content_type))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked is gone, or never spoke HTTP
        finally:
            writer.transport.abort()

    async def _answer(self, request: bytes) -> tuple[HTTPStatus, bytes, str]:
        head, *lines = request.decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        match head.split(" "):
            case ["GET", target, _] if target.partition("?")[0] == PATH:
                pass
            case ["GET", _, _]:
                return HTTPStatus.NOT_FOUND, b"the figures are at /metrics\n", PLAIN
            case [_, _, _]:
                return HTTPStatus.METHOD_NOT_ALLOWED, b"only GET\n", PLAIN
            case _:
                return HTTPStatus.BAD_REQUEST, b"no HTTP\n", PLAIN
        given = headers.get("authorization", "").encode("latin-1")
        if self._token and not hmac.compare_digest(given, b"Bearer " + self._token):
            return HTTPStatus.UNAUTHORIZED, b"a token is needed\n", PLAIN
        return HTTPStatus.OK, *await self._tell(headers.get("accept", ""))

    async def _tell(self, accept: str) -> tuple[bytes, str]:
        now = asyncio.get_running_loop().time
        form = "openmetrics" if "application/openmetrics-text" in accept else ""
        async with self._telling:
            at, body, content_type = self._told.get(form, (-FRESH_FOR, b"", ""))
            if now() - at >= FRESH_FOR or not body:
                self._metrics.level(await self._read())
                body, content_type = await asyncio.to_thread(
                    self._metrics.text, "application/openmetrics-text" if form else ""
                )
                self._told[form] = (now(), body, content_type)
        return body, content_type


def _response(status: HTTPStatus, body: bytes, content_type: str) -> bytes:
    head = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    if status is HTTPStatus.UNAUTHORIZED:
        head.append('WWW-Authenticate: Bearer realm="metrics"')
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        head.append("Allow: GET")
    return "\r\n".join((*head, "", "")).encode("latin-1") + body


def _token(settings: MetricsSettings) -> bytes:
    if not settings.token_file:
        if is_here(settings.address):
            return b""
        raise SettingsError(
            "metrics.token_file",
            found=f"none, though others can ask at {settings.address}",
            accepted="a file with a token, or metrics.address 127.0.0.1",
        )
    try:
        token = Path(settings.token_file).read_bytes().strip()
    except OSError as error:
        found = f"{settings.token_file}: {error.strerror}"
        raise SettingsError("metrics.token_file", found=found, accepted="a text file") from error
    if not token:
        raise SettingsError(
            "metrics.token_file", found="an empty file", accepted="one with a token in it"
        )
    return token
