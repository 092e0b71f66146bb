"""Where calls come from: trunks by source address, and who else may ring."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ivr.errors import SettingsError
from ivr.settings import Line

RESOLVE_PATIENCE = 5.0  # seconds
DEFAULT_PORT = 5060  # of SIP

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class TrunkStatus:
    """How one trunk stands."""

    name: str
    registers: bool
    """Whether it is a trunk we register with."""
    registered: bool = False
    status: int = 0
    """SIP status of the last REGISTER; 0: none was answered yet."""
    at: datetime | None = None
    """When that was answered, or given up."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source address says about a caller."""

    allowed: bool
    trunk: str = ""


class Origins:
    """The lists of `line.trunks` and `line.open_to`, as networks."""

    def __init__(self, line: Line) -> None:
        """
        Read the lists.

        Raises:
            SettingsError: Something there is no address.
        """
        self._open = _networks("line.open_to", line.open_to)
        self._trunks = {
            trunk.name: _networks(f"line.trunks[{i}].addresses", trunk.addresses)
            for i, trunk in enumerate(line.trunks)
        }
        self._anybody = not line.open_to

    def add(self, trunk: str, addresses: Iterable[str]) -> None:
        """Learn where the registrar of *trunk* is: its calls come from there."""
        self._trunks[trunk] += _networks(trunk, addresses)

    def of(self, source: str) -> Origin:
        """Judge *source* (`address` or `address:port`)."""
        try:
            address = ipaddress.ip_address(source.partition(":")[0])
        except ValueError:
            return Origin(allowed=False)
        for name, networks in self._trunks.items():
            if any(address in network for network in networks):
                return Origin(allowed=True, trunk=name)
        return Origin(allowed=self._anybody or any(address in network for network in self._open))


def _networks(setting: str, written: Iterable[str]) -> list[Network]:
    networks: list[Network] = []
    for text in written:
        try:
            networks.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            raise SettingsError(
                setting, found=repr(text), accepted="an address or network, such as 192.0.2.0/24"
            ) from None
    return networks


def host_of(uri: str) -> str:
    """Return the host of a SIP URI, lower-case; `` when there is none."""
    return _place(uri).partition(":")[0].lower()


def port_of(uri: str) -> int:
    """Return the port of a SIP URI."""
    port = _place(uri).partition(":")[2]
    return int(port) if port.isdecimal() else DEFAULT_PORT


def _place(uri: str) -> str:
    scheme, colon, rest = uri.strip().strip("<>").partition(":")
    if not colon or scheme.lower() not in {"sip", "sips"}:
        return ""
    place = rest.rpartition("@")[2]
    for end in (";", "?", ">"):
        place = place.partition(end)[0]
    return place


async def addresses_of(host: str) -> tuple[str, ...]:
    """
    Look *host* up without stopping the event loop; `()` when it has no address.

    pjsip looks names up in the SIP thread and would stop every call over a dead name.
    """
    if not host:
        return ()
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_PATIENCE):
            found = await loop.getaddrinfo(
                host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM
            )
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        return ()
    return tuple(str(entry[4][0]) for entry in found)
