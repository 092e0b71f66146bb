"""
How a stream of G.711 sounds to people, computed from what the network did to it.

The E-model of ITU-T G.107 (06/2015), all of whose inputs but delay and loss have their default
values, with the figures of ITU-T G.113 (11/2007) for G.711 with packet loss concealment.
"""

import math
from dataclasses import dataclass

from ivr.story.media import Media

BEST = 93.2
"""R of a connexion without delay and loss (G.107, default values)."""
NO_MATTER = 0.100  # seconds; delays up to this one do not count (G.107, mT)
TWO_WAYS = 2
PACKET = 0.020  # seconds; what the sender collects before a packet leaves
_IMPAIRMENT = 0.0  # Ie of G.711 (G.113 appendix I)
_ROBUSTNESS = 25.1  # Bpl of G.711 with the concealment of its appendix I (G.113 appendix I)
_WORST_LOSS = 95.0


@dataclass(frozen=True, slots=True)
class Quality:
    """What a person would think of a stream."""

    rating: float
    """R, 0 to 93.2; below 70 many are dissatisfied (G.107 annex B)."""
    mos: float
    """Mean opinion score, 1 (bad) to 4.41."""
    loss: float
    """Share of packets that were not heard, 0 to 1."""
    delay: float
    """Seconds from mouth to ear."""


def heard_by_us(media: Media) -> Quality | None:
    """Judge what we hear of a leg; None: nothing came yet."""
    expected = media.received + media.lost
    if not media.received:
        return None
    return _quality((media.lost + media.late) / expected, media)


def heard_by_them(media: Media) -> Quality | None:
    """Judge what the far end hears of us, as its reports tell; None: it sends none."""
    if media.far_lost is None or not media.sent:
        return None
    return _quality(media.far_lost / media.sent, media)


def worst(media: Media) -> Quality | None:
    """Judge the direction that sounds worse; None: nothing is known of either."""
    known = [one for one in (heard_by_us(media), heard_by_them(media)) if one is not None]
    return min(known, key=lambda one: one.rating, default=None)


def rating(*, loss: float, delay: float) -> float:
    """
    Compute R, 0 to 93.2 (G.107 equation 7-1).

    Args:
        loss: Share of packets lost, 0 to 1, in no order.
        delay: Seconds from mouth to ear.
    """
    percent = 100.0 * min(max(loss, 0.0), 1.0)
    lossy = _IMPAIRMENT + (_WORST_LOSS - _IMPAIRMENT) * percent / (percent + _ROBUSTNESS)
    return max(0.0, BEST - _delayed(delay) - lossy)


def mos(rated: float) -> float:
    """Translate R into a mean opinion score (G.107 annex B)."""
    bounded = min(max(rated, 0.0), 100.0)
    score = 1 + 0.035 * bounded + 7e-6 * bounded * (bounded - 60) * (100 - bounded)
    return max(1.0, score)  # the polynomial dips below 1 under 6.5


def _quality(loss: float, media: Media) -> Quality:
    loss = min(max(loss, 0.0), 1.0)
    delay = (media.round_trip or 0.0) / TWO_WAYS + media.buffered + PACKET
    rated = rating(loss=loss, delay=delay)
    return Quality(rated, mos(rated), loss, delay)


def _delayed(delay: float) -> float:
    """Compute Idd, what pure delay costs (G.107, with sT = 1 and mT = 100 ms)."""
    if delay <= NO_MATTER:
        return 0.0
    x = math.log2(delay / NO_MATTER)
    return 25 * (_bend(x) - 3 * _bend(x / 3) + 2)


def _bend(x: float) -> float:
    return math.pow(1 + math.pow(x, 6), 1 / 6)
