"""How a line's SIP stands, for those who watch it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sip.causes import Status
from sip.trunk import TrunkStatus


@dataclass(frozen=True, slots=True)
class LineStatus:
    """One line at one moment. Counts are since it opened."""

    open: bool
    """Whether SIP runs at all."""
    taking: bool
    """Whether new callers are taken while there is room: it is open and does not drain."""
    legs: int
    """Alive now, callers and agents together."""
    capacity: int
    """Legs at once; 0 unless it is open."""
    uptime: float
    """Seconds since it opened; 0 unless it is open."""
    refused: Mapping[int, int]
    """Callers who were not taken, by the SIP status they were given."""
    oversized: int
    """Requests too long to be read."""
    noise: int
    """Requests of strangers beside calls, such as those of scanners."""
    guarded: bool
    """Whether every request is seen before pjsip handles it."""
    trunks: tuple[TrunkStatus, ...]

    @property
    def redirected(self) -> int:
        """Callers who were sent to the overflow number."""
        return self.refused.get(Status.MOVED_TEMPORARILY, 0)
