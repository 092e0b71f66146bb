"""What may be said of few calls, and what is more than chance."""

import math
from collections.abc import Sequence
from statistics import median

FEW = 20
"""Calls; of fewer no share is told, for one call more would change it by five in a hundred."""
SURE = 0.01
"""A difference that chance brings about less often than this is told as one."""
_EXPECTED = 5  # of each kind in each group: where the normal approximation begins to hold
_Z95 = 1.959964
_NORMAL = 1.4826  # times the median absolute deviation is the standard deviation


def interval(count: int, of: int) -> tuple[float, float]:
    """Give the range of shares, 0 to 1, that 95 in 100 such samples come from (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    share, z2 = count / of, _Z95 * _Z95
    middle = share + z2 / (2 * of)
    half = _Z95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, (middle - half) / (1 + z2 / of)), min(1.0, (middle + half) / (1 + z2 / of))


def by_chance(count: int, of: int, other: int, other_of: int) -> float | None:
    """
    Tell how often chance alone makes two shares differ that much, 0 to 1 (pooled z-test).

    None: too few to say.
    """
    if not of or not other_of:
        return None
    pooled = (count + other) / (of + other_of)
    if min(of, other_of) * min(pooled, 1 - pooled) < _EXPECTED:
        return None
    spread = math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    return math.erfc(abs(count / of - other / other_of) / spread / math.sqrt(2))


def differ(count: int, of: int, other: int, other_of: int) -> bool:
    """Say whether two shares differ by more than chance."""
    chance = by_chance(count, of, other, other_of)
    return chance is not None and chance < SURE


def at_least_by_chance(count: int, earlier: Sequence[int]) -> float:
    """
    Tell how often chance alone brings *count* or more, judged by *earlier* counts alike.

    Counts are taken as Poisson's; that their rate is known from few is part of the answer:
    it is the upper tail of the negative binomial that follows from Jeffreys' prior.
    """
    rate, weeks = sum(earlier) + 0.5, len(earlier)
    grows = math.log(1 / (weeks + 1))
    stays = rate * math.log(weeks / (weeks + 1)) if weeks else 0.0
    below = sum(
        math.exp(stays + n * grows + math.lgamma(n + rate) - math.lgamma(rate) - math.lgamma(n + 1))
        for n in range(count)
    )
    return max(0.0, 1.0 - below)


def deviation(count: int, earlier: Sequence[int]) -> float:
    """
    Tell how many standard deviations *count* lies above the median of *earlier*.

    The deviation is the median one, so that a single odd week does not widen it, but never
    less than that of Poisson's counts.
    """
    usual = median(earlier)
    spread = _NORMAL * median(abs(one - usual) for one in earlier)
    return (count - usual) / max(spread, math.sqrt(max(usual, 1.0)))


def quantile(counts: Sequence[tuple[float, int]], share: float) -> float | None:
    """
    Return the value that *share* of a sample does not exceed, 0 to 1; None when it is empty.

    Args:
        counts: How often each value occurs, the smallest value first.
        share: Such as 0.5 for the median.
    """
    total = sum(count for _, count in counts)
    rank, seen = math.ceil(share * total), 0
    for value, count in counts:
        seen += count
        if seen >= max(rank, 1):
            return value
    return None
