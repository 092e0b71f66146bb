"""Keys in the order of a score."""

from bisect import bisect_left, insort


class Order:
    """
    Keys sorted by score, then by name: what Redis calls a sorted set.

    A list, because moving its tail is one `memmove`: 100,000 entries cost microseconds.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[float, str]] = []
        self._scores: dict[str, float] = {}

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._entries)

    def add(self, key: str, score: float) -> None:
        """Put *key* where *score* says, wherever it was."""
        self.discard(key)
        self._scores[key] = score
        insort(self._entries, (score, key))

    def discard(self, key: str) -> None:
        """Take *key* out if it is there."""
        if key in self._scores:
            entry = (self._scores.pop(key), key)
            del self._entries[bisect_left(self._entries, entry)]

    def first(self, limit: int) -> list[str]:
        """Return the first *limit* keys."""
        return [key for _, key in self._entries[:limit]]

    def up_to(self, score: float) -> list[str]:
        """Return the keys whose score is *score* or less."""
        keys = []
        for reached, key in self._entries:
            if reached > score:
                break
            keys.append(key)
        return keys

    def before(self, key: str, score: float) -> int:
        """Count the keys before where *key* stands, or would stand, with *score*."""
        return bisect_left(self._entries, (score, key))
