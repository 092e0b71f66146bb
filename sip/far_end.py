"""What the far end of a call says of our sound."""

from dataclasses import dataclass

DEAF_AFTER = 3.0  # seconds; RTCP that comes sooner was written before our first packet arrived


@dataclass(frozen=True, slots=True)
class FarReport:
    """
    What the far end's RTCP says of our sound (RFC 3550 §6.4.1).

    A peer that has heard nothing may send an empty block, and pjmedia takes it for a good one.
    """

    count: int
    """Reports that came."""
    after: float
    """Seconds from the beginning of the stream to the last of them."""
    lost: int
    worst_jitter: float

    def missed(self, sent: int) -> int | None:
        """Return how many of *sent* packets did not arrive; None: nothing is known."""
        if not self.count:
            return None
        if self.lost or self.worst_jitter:
            return self.lost
        return sent if self.after >= DEAF_AFTER else None
