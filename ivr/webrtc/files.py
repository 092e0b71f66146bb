"""
The files of the pages over HTTP, on the port of the WebSocket.

Only `GET` and `HEAD` of the few files there are, by name: no path is ever put together from
what a browser asks for. Nothing is cached, so a page always fits the line that serves it.
"""

import ipaddress
import re
from collections.abc import Mapping
from http import HTTPStatus
from importlib.resources import files

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

SOCKET = "/socket"
CALLER_FILES = frozenset({"/call", "/call.js", "/call.css"})
_PAGES = {"/": "console.html", "/call": "call.html"}
_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
_ALWAYS = {
    "Cache-Control": "no-store",
    "Connection": "close",  # this server ends every connection after one response
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def load() -> Mapping[str, tuple[str, bytes]]:
    """Read every file that may be asked for: path to content type and bytes."""
    folder = files("ivr.webrtc") / "static"
    found = {f"/{file.name}": file.read_bytes() for file in folder.iterdir() if file.is_file()}
    served = {path: found[f"/{name}"] for path, name in _PAGES.items()}
    served |= {path: data for path, data in found.items() if not path.endswith(".html")}
    return {path: (_type_of(path), data) for path, data in served.items()}


def respond(
    request: Request, served: Mapping[str, tuple[str, bytes]], *, caller_page: bool
) -> Response | None:
    """
    Answer *request*; None lets the WebSocket handshake go on.

    Args:
        request: Whatever a browser, or somebody else, asked for.
        served: From `load`.
        caller_page: Whether who asks may see the page for callers.
    """
    path = request.path.partition("?")[0]
    if path == SOCKET:
        same = _same_host(request)
        return None if same else _answer(HTTPStatus.FORBIDDEN, b"from another site\n", request)
    if path not in served or (path in CALLER_FILES and not caller_page):
        return _answer(HTTPStatus.NOT_FOUND, b"nothing here\n", request)
    if request.method not in {"GET", "HEAD"}:
        return _answer(HTTPStatus.METHOD_NOT_ALLOWED, b"GET or HEAD\n", request)
    kind, data = served[path]
    return _answer(HTTPStatus.OK, data, request, kind=kind)


def is_local(request: Request, address: str) -> bool:
    """
    Tell whether a browser on this very machine asks.

    Not one behind a proxy on this machine, nor a page of another site whose name was made to
    lead here.
    """
    hosts = request.headers.get_all("Host")
    forwarded = any(
        name.lower().startswith(("x-forwarded-", "forwarded")) for name in request.headers
    )
    name = re.sub(r":\d+$", "", hosts[0]).strip("[]") if len(hosts) == 1 else ""
    return not forwarded and is_loopback(address) and (name == "localhost" or is_loopback(name))


def is_loopback(address: str) -> bool:
    """Tell whether *address* is an IP address of this machine alone."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return found.is_loopback


def _same_host(request: Request) -> bool:
    """Tell whether the page that opens the socket is of this server (RFC 6455 §10.2)."""
    origins, hosts = request.headers.get_all("Origin"), request.headers.get_all("Host")
    if len(origins) != 1 or len(hosts) != 1:
        return False
    scheme, separator, host = origins[0].partition("://")
    return bool(separator) and scheme in {"http", "https"} and host.lower() == hosts[0].lower()


def _type_of(path: str) -> str:
    return _TYPES.get(path.rpartition(".")[2], _TYPES["html"])


def _answer(
    status: HTTPStatus, body: bytes, request: Request, *, kind: str = "text/plain; charset=utf-8"
) -> Response:
    headers = Headers(_ALWAYS)
    headers["Content-Type"] = kind
    headers["Content-Length"] = str(len(body))
    return Response(status, status.phrase, headers, b"" if request.method == "HEAD" else body)
