"""What the network does on one leg: kept until somebody asks for it, told as facts from then on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from ivr.story.facts import Fact
from ivr.story.media import Media
from ivr.story.signalling import Message

MESSAGES = 200  # SIP messages of a leg that are told; a telephone's call has a dozen
REFRESH = timedelta(seconds=5)  # a sample that is no worse is told after so long, for who looks on


class Observed:
    """
    One leg as its network sees it; lives in the event loop.

    Whoever carries the leg fills it with `Message` and `Media` that lack call and leg: those are
    known when somebody asks.
    """

    def __init__(self) -> None:
        self._tell: Callable[[Fact], None] | None = None
        self._call = ""
        self._role = ""
        self._untold: list[Message] = []
        self._messages = 0
        self._latest: Media | None = None
        self._told: Media | None = None
        self._worst: tuple[int, ...] = ()

    def observe(self, *, call: str, role: str, tell: Callable[[Fact], None]) -> None:
        """Tell what was so far, unless it was told already, and what is from now on."""
        self._call, self._role, self._tell = call, role, tell
        untold, self._untold = self._untold, []
        for message in untold:
            tell(replace(message, call=call, leg=role))
        if self._latest is not None:
            self.measured(self._latest)

    def message(self, message: Message) -> None:
        """Take a SIP message; those beyond `MESSAGES` are dropped."""
        self._messages += 1
        if self._messages > MESSAGES:
            return
        if self._tell is None:
            self._untold.append(message)
        else:
            self._tell(replace(message, call=self._call, leg=self._role))

    def measured(self, media: Media, *, last: bool = False) -> None:
        """Take a sample; it is told when it is worse than all before, or the *last*."""
        self._latest = media
        if self._tell is None or not (last or self._matters(media)):
            return
        if media != self._told:
            self._told = media
            self._worst = tuple(map(max, _ranks(media), self._worst or _ranks(media)))
            self._tell(replace(media, call=self._call, leg=self._role))

    def _matters(self, media: Media) -> bool:
        told = self._told
        if told is None or media.at - told.at >= REFRESH or _silence(media) != _silence(told):
            return True
        return any(now > worst for now, worst in zip(_ranks(media), self._worst, strict=True))


class Measures:
    """
    The figures of one leg through all its streams: a new SDP begins to count anew.

    Told what was read off the present stream, the oftener the better.
    """

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


def _ranks(media: Media) -> tuple[int, ...]:
    """
    Rank what can go wrong, so that a steadily bad call is told a few times rather than each second.

    Each rank is twice as bad as the one before it.
    """
    return (
        min(media.received, 1),
        media.lost.bit_length(),
        media.late.bit_length(),
        _doublings(media.jitter, 0.010),
        _doublings(media.buffered, 0.040),
        -1 if media.far_lost is None else media.far_lost.bit_length(),
        _doublings(media.far_jitter or 0.0, 0.010),
        _doublings(media.round_trip or 0.0, 0.100),
    )


def _silence(media: Media) -> int:
    return _doublings(media.silent, 1.0)


def _doublings(seconds: float, unit: float) -> int:
    return int(seconds / unit).bit_length()
