"""The RTP figures of one call through all its streams: a new SDP begins to count anew."""

from dataclasses import replace

from ivr.story.media import Media


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
