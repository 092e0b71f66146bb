"""
How often one may try to log in. Time is an argument; nothing is kept on a disk.

A name is locked at one address only: passwords are no words that a thousand addresses could
guess, and nobody must be able to keep the people of a practice from their calls.
"""

from collections import deque

TRIES_OF_A_NAME = 5
TRIES_OF_AN_ADDRESS = 20  # a whole practice may come from one address
WINDOW = 300.0  # seconds a wrong try counts
MOST = 10_000  # names and addresses remembered; somebody who tries more must not fill the memory


class Lockout:
    """Counts tries to log in by address, and there by name, known or not."""

    def __init__(self) -> None:
        self._tries: dict[str, deque[float]] = {}

    def begin(self, name: str, address: str, *, now: float) -> float:
        """
        Begin a try; it counts as a wrong one until `succeeded`, so that no rush gets past.

        Returns:
            0, or the seconds until they may try again; then nothing was begun.
        """
        limits = _limits(name, address)
        wait = max(self._wait(key, limit, now) for key, limit in limits.items())
        if not wait:
            for key, limit in limits.items():
                self._count(key, limit, now)
        return wait

    def succeeded(self, name: str, address: str) -> None:
        """Forget the wrong tries of *name* there, and of *address* the one that was none."""
        of_name, of_address = _limits(name, address)
        self._tries.pop(of_name, None)
        if self._tries.get(of_address):
            self._tries[of_address].pop()

    def _wait(self, key: str, limit: int, now: float) -> float:
        tries = self._tries.get(key)
        if tries is None or len(tries) < limit:
            return 0.0
        return max(0.0, tries[0] + WINDOW - now)

    def _count(self, key: str, limit: int, now: float) -> None:
        tries = self._tries.pop(key, None)
        if tries is None:
            tries = deque(maxlen=limit)
        tries.append(now)
        self._tries[key] = tries  # the one tried last is forgotten last
        while len(self._tries) > MOST:
            del self._tries[next(iter(self._tries))]


def _limits(name: str, address: str) -> dict[str, int]:
    return {f"{address} {name.casefold()}": TRIES_OF_A_NAME, address: TRIES_OF_AN_ADDRESS}
