"""The RTP figures of one call through all its streams: a new SDP begins to count anew."""

from dataclasses import dataclass, replace

from ivr.story.media import Media

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


class Measures:
    """One call's. Told what was read off its present stream, several times a second."""

    def __init__(self) -> None:
        self.latest: Media | None = None
        """Sums up to now; None: there was no stream yet."""
        self._before: Media | None = None
        """Sums of the streams that are over."""
        self._stream: Media | None = None

    def read(self, stream: Media) -> None:
        """Take what was counted of the present stream."""
        last = self._stream
        if last and (stream.received < last.received or stream.sent < last.sent):
            self._before = self.latest
        self._stream = stream
        self.latest = _sum(self._before, stream) if self._before else stream


def _sum(before: Media, stream: Media) -> Media:
    far = [lost for lost in (before.far_lost, stream.far_lost) if lost is not None]
    return replace(
        stream,
        received=before.received + stream.received,
        lost=before.lost + stream.lost,
        late=before.late + stream.late,
        sent=before.sent + stream.sent,
        far_lost=sum(far) if far else None,
    )
