"""Which ports this line uses: checked before pjsip starts, and kept apart from other lines."""

import errno
import socket
from contextlib import ExitStack
from dataclasses import dataclass

from ivr.errors import SettingsError

ANY = "0.0.0.0"  # noqa: S104 - compared with what the operator asked for
SOMEWHERE_ELSE = "192.0.2.1"  # RFC 5737; a UDP connect sends nothing
EPHEMERAL_TRIES = 20
FIRST_RTP_PORT = 10_000
LAST_RTP_PORT = 32_000  # below the ports the kernel gives to others
RTP_PORTS_PER_CALL = 4  # RTP and RTCP, twice: a re-INVITE may hold the old pair a moment
LARGEST_PORT = 65_535


@dataclass(slots=True)
class RtpPorts:
    """A block of RTP ports; `claim` holds the port behind it against other lines."""

    first: int
    span: int
    """pjsua takes a pair from `first` to `first + span`, both included."""
    claim: socket.socket

    def release(self) -> None:
        """Give the block back."""
        self.claim.close()


def choose_sip_port(address: str, port: int, *, tcp: bool) -> int:
    """
    Return *port*, or a free one for 0, after trying to bind it.

    Raises:
        SettingsError: The port is taken, or the address is not this machine's.
    """
    for _ in range(EPHEMERAL_TRIES):
        try:
            return _try_port(address, port, tcp=tcp)
        except OSError as error:
            if port or error.errno != errno.EADDRINUSE:
                raise _explained(error, address, port) from error
    raise SettingsError("line.port", found="no free port", accepted="a free port")


def _try_port(address: str, port: int, *, tcp: bool) -> int:
    with ExitStack() as held:
        udp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind((address, port))
        chosen = int(udp.getsockname()[1])
        if tcp:
            stream = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stream.bind((address, chosen))
            stream.listen(1)
        return chosen


def _explained(error: OSError, address: str, port: int) -> SettingsError:
    match error.errno:
        case errno.EADDRINUSE:
            return SettingsError(
                "line.port",
                found=f"{port}, which another program uses on {address}",
                accepted="a free port, or 0 for any",
            )
        case errno.EACCES:
            return SettingsError(
                "line.port",
                found=f"{port}, which only root may use",
                accepted="a port from 1024 on",
            )
        case _:
            return SettingsError(
                "line.address",
                found=f"{address}, which cannot be bound ({error.strerror})",
                accepted="an IPv4 address of this machine",
            )


def claim_rtp_ports(address: str, first: int, *, calls: int, sip_port: int) -> RtpPorts | None:
    """
    Claim a block of ports for *calls* calls; None when another line has it.

    Args:
        address: Where to bind.
        first: The operator's first port, or 0 for a block derived from *sip_port*.
        calls: How many calls there can be at once.
        sip_port: Where lines on one machine differ.
    """
    span = max(calls * RTP_PORTS_PER_CALL, 16)
    block = span + 4
    if first:
        candidates = [first + first % 2]
    else:
        blocks = (LAST_RTP_PORT - FIRST_RTP_PORT) // block
        start = sip_port % blocks
        order = [*range(start, blocks), *range(start)]
        candidates = [FIRST_RTP_PORT + i * block for i in order]
    for candidate in candidates:
        if claim := _claim(address, candidate + span + 2):
            return RtpPorts(candidate, span, claim)
    return None


def _claim(address: str, port: int) -> socket.socket | None:
    if port > LARGEST_PORT:
        return None
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind((address, port))
    except OSError:
        claim.close()
        return None
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)  # nobody reads it
    return claim


def announced(address: str) -> str:
    """Return the address others reach us at: *address*, or for `0.0.0.0` that of our route out."""
    if address != ANY:
        return address
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((SOMEWHERE_ELSE, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
