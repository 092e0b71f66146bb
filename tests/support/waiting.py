"""Waiting for something to come true; only a broken line needs all the time there is."""

import time
from collections.abc import Callable

PATIENCE = 10.0  # seconds
LOOK_EVERY = 0.002  # seconds; benchmarks measure with it


def until(
    look: Callable[[], object],
    *,
    within: float = PATIENCE,
    every: float = LOOK_EVERY,
    what: str = "what was waited for",
) -> None:
    """
    Return once *look* gives something true.

    Raises:
        TimeoutError: It did not, *within* so many seconds; says *what* never came.
    """
    end = time.monotonic() + within
    while not look():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {within:g} s")
        time.sleep(every)
