"""
Who may connect over the network at all: so many at once, and nobody who tried wrongly too often.

Time is an argument. What is refused here has cost the line nothing but the look.
"""

from collections import Counter, deque

AT_ONCE = 64  # connections; each costs the line a little memory
OF_ADDRESS = 16  # of them; a whole office may come from one
WRONG = 10  # tries an address has in a WINDOW
WINDOW = 60.0  # seconds
REMEMBERED = 10_000  # addresses; who has more must not fill the memory


class Gate:
    """Counts connections, and wrong tries, by address."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self._wrong: dict[str, deque[float]] = {}

    def enter(self, address: str, *, now: float) -> bool:
        """Let a connection in, until `leave`; False: it is closed at once."""
        full = self._inside.total() >= AT_ONCE or self._inside[address] >= OF_ADDRESS
        if full or self._is_locked(address, now):
            return False
        self._inside[address] += 1
        return True

    def leave(self, address: str) -> None:
        """A connection that was let in is over."""
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]

    def failed(self, address: str, *, now: float) -> None:
        """Count a wrong try."""
        tries = self._wrong.pop(address, None) or deque(maxlen=WRONG)
        tries.append(now)
        self._wrong[address] = tries  # who tried last is forgotten last
        if len(self._wrong) > REMEMBERED:
            del self._wrong[next(iter(self._wrong))]

    def _is_locked(self, address: str, now: float) -> bool:
        tries = self._wrong.get(address)
        return tries is not None and len(tries) == WRONG and tries[0] + WINDOW > now
