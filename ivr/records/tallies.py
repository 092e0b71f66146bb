"""How the calls of each version of the flows ended: what a trial is judged by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.story.calls import CallOutcome, CallRow


@dataclass(frozen=True, slots=True)
class Tally:
    """The ended calls of one version."""

    outcomes: Mapping[CallOutcome, int]
    turns: int
    """Of all of them together."""

    @property
    def calls(self) -> int:
        """How many there were."""
        return sum(self.outcomes.values())

    def share(self, *outcomes: CallOutcome) -> float:
        """Tell which part of them ended in one of these ways, 0 to 1; 0 when there are none."""
        count = sum(self.outcomes.get(outcome, 0) for outcome in outcomes)
        return count / self.calls if self.calls else 0.0

    @property
    def turns_each(self) -> float:
        """Turns of a call, on average."""
        return self.turns / self.calls if self.calls else 0.0


def tally(rows: Iterable[CallRow]) -> Mapping[str, Tally]:
    """Count the ended calls of each version."""
    found: dict[str, Tally] = {}
    for row in rows:
        if row.outcome is not None:
            before = found.get(row.version, Tally({}, 0))
            outcomes = {**before.outcomes, row.outcome: before.outcomes.get(row.outcome, 0) + 1}
            found[row.version] = Tally(outcomes, before.turns + row.turns)
    return found
