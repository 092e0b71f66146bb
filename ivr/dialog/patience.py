"""Patience: how many misunderstandings one call may hold before a person takes over."""

BUDGET = 7.0  # misses; three questions that go wrong twice, and one more
RELIEF = 0.5  # misses given back by an answer understood


class Patience:
    """The caller-wide budget of misunderstandings."""

    def __init__(self, budget: float = BUDGET) -> None:
        self._budget = budget
        self.left = budget
        """Misses that may still happen."""
        self._exhausted_before = False

    @property
    def exhausted(self) -> bool:
        """Whether a person should take over now."""
        return self.left <= 0

    def miss(self, cost: float = 1.0) -> None:
        """Count a misunderstanding; half of one when the caller only said "no" to a read-back."""
        self.left = max(0.0, self.left - cost)

    def relieve(self) -> None:
        """Count an answer understood."""
        self.left = min(self._budget, self.left + RELIEF)

    def may_try_another_way(self) -> bool:
        """
        Say whether the author's `gave_up` branch may still be taken.

        Once, after the budget is used up: a flow whose branches lead to each other must
        not keep a caller for ever.
        """
        if not self.exhausted:
            return True
        first, self._exhausted_before = not self._exhausted_before, True
        return first
