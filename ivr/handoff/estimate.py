"""
The wait, honestly: a range that holds in four cases of five, or nothing.

From the moments at which callers of this queue were answered, and how long they had waited,
follows how long it takes until somebody becomes free while callers wait. Whoever has `n`
before them waits for `n + 1` such times. How sure that is follows from how many were seen:
the ratio of two such sums is F-distributed, and its logarithm nearly normal.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

FEWEST = 5  # answers after a wait; with fewer the range says nothing
RECENT = 15  # answers; older ones tell of other agents and other callers
OLD = 3600.0  # seconds; what was an hour ago says little of now
AT_ONCE = 20.0  # seconds; a wait that short was ringing and the briefing, nobody had to get free
SURE = 1.3  # standard deviations; 80 in 100 would be 1.28, and agents come and go meanwhile
LONGEST = 60  # minutes; beyond it, or wider than half of it, a range helps nobody

Range = tuple[int, int]


def estimate(
    waits: Sequence[tuple[float, float]], *, ahead: int, agents: int, now: float
) -> Range | None:
    """
    Guess how long a caller still waits.

    Args:
        waits: The queue's last answers as `(Unix time, seconds waited)`, the newest last.
        ahead: How many are before the caller.
        agents: How many people work who could come.
        now: Unix time.

    Returns:
        From and to in whole minutes, to be read as "between"; None: nobody can say.
    """
    times = list(_times(waits, since=now - OLD))[-RECENT:]
    if agents < 1 or len(times) < FEWEST:
        return None
    # Callers wait now, so the time since the last answer is part of a next one.
    total = sum(times) + max(0.0, now - waits[-1][0])
    typical = total / len(times)
    middle = math.log(typical) + _digamma(ahead + 1) - _digamma(len(times)) + math.log(len(times))
    spread = math.sqrt(_trigamma(ahead + 1) + _trigamma(len(times)))
    low = math.floor(math.exp(middle - SURE * spread) / 60)
    high = math.ceil(math.exp(middle + SURE * spread) / 60)
    if high > LONGEST or high - low > LONGEST // 2:
        return None
    return low, high


def _times(waits: Sequence[tuple[float, float]], *, since: float) -> Iterator[float]:
    """Yield how long it took to get free, for each answer somebody had waited for."""
    for (before, _), (at, waited) in pairwise(waits):
        gap = at - before
        if at < since or waited <= AT_ONCE:
            continue
        # Who came after the last answer found everybody busy: their own wait is such a time.
        if (took := min(gap, waited)) > 0:
            yield took


def _digamma(n: int) -> float:
    """Mean of the logarithm of a sum of *n* exponential times of mean 1."""
    return -0.5772156649 + sum(1 / k for k in range(1, n))


def _trigamma(n: int) -> float:
    """Variance of the same."""
    return math.pi**2 / 6 - sum(1 / k**2 for k in range(1, n))
