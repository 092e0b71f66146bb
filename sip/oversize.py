"""
Answers 513 to requests that do not fit into pjsip's buffer of 4,000 bytes.

pjsip would read half of them: a 4.5 kB INVITE becomes one without SDP, a longer one
meets silence. The kernel brings them here instead (`SO_REUSEPORT`, `sip.filters`).
"""

import asyncio
import logging
import re
import secrets
import socket

from sip import filters
from sip.causes import Status
from sip.message import Request, parse
from sip.sockets import LARGEST_PORT

log = logging.getLogger("sip")

LARGEST = 3_900  # bytes; pjsip's PJSIP_MAX_PKT_LEN is 4,000
LARGEST_DATAGRAM = 65_535
COPIED = ("via", "from", "to", "call-id", "cseq")
DEFAULT_PORT = 5060
PORT = re.compile(r"[1-9][0-9]{0,4}")


class Oversize:
    """The second socket on the SIP port; lives in the event loop."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self.refused = 0

    def open(self, address: str, port: int) -> None:
        """Stand beside pjsip's UDP socket; says so when the kernel cannot do it."""
        ours = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            with filters.udp_socket(f"{address}:{port}") as theirs:
                if theirs is None:
                    raise OSError("pjsip's socket was not found")  # noqa: TRY301 - one way out
                theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                ours.setblocking(False)
                ours.bind((address, port))
                program = filters.longer_than(LARGEST)
                filters.attach(ours, filters.SO_ATTACH_REUSEPORT_CBPF, program)
        except OSError as error:
            ours.close()
            log.warning("oversized requests are not refused", extra={"reason": str(error)})
            return
        self._socket = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), self._readable)

    def close(self) -> None:
        """Leave the port."""
        if self._socket:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _readable(self) -> None:
        if self._socket is None:
            return
        try:
            datagram, source = self._socket.recvfrom(LARGEST_DATAGRAM)
            self.refused += 1
            request = parse(datagram.decode("utf-8", "surrogateescape"))
            if request and (reply := refusal(request)):
                self._socket.sendto(reply, _return_address(request, source))
        except OSError:
            return  # nothing there after all, or the sender cannot be reached


def refusal(request: Request) -> bytes:
    """Write the 513 (RFC 3261 §21.5.7); empty when *request* cannot be answered."""
    if request.method == "ACK" or any(not request.header(name) for name in COPIED):
        return b""
    tag = "" if request.to_tag else f";tag={secrets.token_hex(4)}"
    lines = [
        f"SIP/2.0 {Status.MESSAGE_TOO_LARGE:d} Message Too Large",
        *(f"Via: {via}" for via in request.headers["via"]),
        f"From: {request.header('from')}",
        f"To: {request.header('to')}{tag}",
        f"Call-ID: {request.header('call-id')}",
        f"CSeq: {request.header('cseq')}",
        "Content-Length: 0",
    ]
    reply = "\r\n".join((*lines, "", "")).encode("utf-8", "surrogateescape")
    return reply if len(reply) <= LARGEST else b""


def _return_address(request: Request, source: tuple[str, int]) -> tuple[str, int]:
    """Answer the source; at the port its Via names unless it asked for `rport` (RFC 3581)."""
    first, *parameters = request.header("via").partition(",")[0].split(";")
    if any(parameter.strip().lower().startswith("rport") for parameter in parameters):
        return source
    port = first.rpartition(":")[2].strip()
    named = int(port) if PORT.fullmatch(port) else DEFAULT_PORT
    return (source[0], named) if named <= LARGEST_PORT else source
