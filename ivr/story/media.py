"""How well a call can be heard: RTP and RTCP figures of one leg."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Media:
    """
    One leg's stream of RTP up to a moment, both directions.

    Counts are totals of the call; jitter and delays are of the moment, in seconds.
    """

    call: str
    at: datetime
    leg: str = "caller"
    """`caller` or `agent`."""
    codec: str = ""
    received: int = 0
    """Packets."""
    lost: int = 0
    """Packets that did not come, as RTP sequence numbers tell (RFC 3550 §6.4.1)."""
    late: int = 0
    """Packets that came too late to be heard, or twice."""
    jitter: float = 0.0
    """Interarrival jitter (RFC 3550 §6.4.1)."""
    buffered: float = 0.0
    """Delay the jitter buffer adds."""
    sent: int = 0
    far_lost: int | None = None
    """Packets of ours that the far end missed, as its RTCP tells; None: it tells nothing yet."""
    far_jitter: float | None = None
    round_trip: float | None = None
    silent: float = 0.0
    """Seconds since the last packet came."""
