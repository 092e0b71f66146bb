"""Every figure of the report once more, counted in the plainest way from the facts themselves."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.report.period import Period
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.steps import Happened
from ivr.story.story import Story
from ivr.story.turns import Judged, Turn
from tests.report.store import target

SEVEN_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Recount:
    """What was told, and what of it is in the period."""

    stories: Sequence[Story]
    period: Period
    now: datetime

    def _within(self, at: datetime) -> bool:
        return self.period.first <= at.astimezone(self.period.zone).date() < self.period.after

    @property
    def rows(self) -> list[CallRow]:
        return [story.row for story in self.stories if self._within(story.row.started)]

    @property
    def turns(self) -> list[Turn]:
        return [turn for story in self.stories for turn in story.turns if self._within(turn.at)]

    def outcomes(self) -> dict[CallOutcome | None, int]:
        return dict(Counter(row.outcome for row in self.rows))

    def days(self) -> dict[object, int]:
        return dict(Counter(row.started.astimezone(self.period.zone).date() for row in self.rows))

    def hours(self) -> dict[tuple[int, int], int]:
        local = [row.started.astimezone(self.period.zone) for row in self.rows]
        return dict(Counter((at.weekday(), at.hour) for at in local))

    def reasons(self) -> dict[str, dict[CallOutcome | None, int]]:
        abouts = {row.about for row in self.rows}
        return {
            about: dict(Counter(row.outcome for row in self.rows if row.about == about))
            for about in abouts
        }

    def left_in(self) -> dict[str, int]:
        gone = [row for row in self.rows if row.outcome is CallOutcome.ABANDONED]
        return dict(Counter(row.path[-1] if row.path else "" for row in gone))

    def to_person(self) -> dict[object, int]:
        return dict(Counter(row.reason for row in self.rows if row.reason is not None))

    def waits(self) -> Mapping[str, tuple[float | None, ...]]:
        found = {}
        for queue in {row.queue for row in self.rows if row.wait is not None}:
            waits = [r.wait for r in self.rows if r.wait is not None and r.queue == queue]
            talked = sorted(wait.waited for wait in waits if wait.agent)
            in_time = sum(waited <= target(queue) for waited in talked)
            found[queue] = (
                len(waits),
                len(talked),
                in_time,
                nearest_rank(talked, 0.5),
                nearest_rank(talked, 0.95),
                max(talked, default=None),
            )
        return found

    def solved(self) -> tuple[dict[str, tuple[int, int]], int, int, int]:
        known = [s.row for s in self.stories if s.row.caller and s.row.about]
        counts: dict[str, tuple[int, int]] = {}
        recent = 0
        for row in known:
            same = [r for r in known if (r.caller, r.about) == (row.caller, row.about)]
            same.sort(key=lambda one: (one.started, one.call))
            here = same.index(row)
            before, after = same[:here], same[here + 1 :]
            if not self._within(row.started) or any(
                row.started - one.started <= SEVEN_DAYS for one in before
            ):
                continue
            if row.started + SEVEN_DAYS > self.now:
                recent += 1
                continue
            first, again = counts.get(row.about, (0, 0))
            rang = any(one.started - row.started <= SEVEN_DAYS for one in after)
            counts[row.about] = (first + 1, again + rang)
        without_caller = sum(not row.caller for row in self.rows)
        without_reason = sum(bool(row.caller) and not row.about for row in self.rows)
        return counts, without_caller, without_reason, recent

    def latencies(self) -> list[float]:
        return sorted(round(t.latency, 3) for t in self.turns if t.latency is not None)

    def understanding(self) -> dict[str, dict[Judged, int]]:
        asked = [turn for turn in self.turns if turn.asked not in {"", "read_back"}]
        return {
            state: dict(Counter(turn.judged for turn in asked if turn.state == state))
            for state in {turn.state for turn in asked}
        }

    def denied(self) -> dict[str, int]:
        wrong = [t for t in self.turns if t.asked == "read_back" and t.judged is Judged.DENIED]
        return dict(Counter(turn.state for turn in wrong))

    def scores(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row in self.rows:
            if row.score is not None:
                found.setdefault(row.about, [0] * 5)[row.score - 1] += 1
        return found

    def versions(self) -> dict[str, dict[CallOutcome | None, int]]:
        return {
            version: dict(Counter(r.outcome for r in self.rows if r.version == version))
            for version in {row.version for row in self.rows if row.version}
        }

    def troubles(self) -> dict[str, int]:
        pairs = {
            (turn.operation, turn.call) for turn in self.turns if turn.outcome == "unavailable"
        }
        faults = {
            Happened.BROKE,
            Happened.MEDIA_LOST,
            Happened.SPEECH_LOST,
            Happened.NOT_SPOKEN,
        }
        pairs |= {
            (step.happened, step.call)
            for story in self.stories
            for step in story.steps
            if self._within(step.at) and step.happened in faults
        }
        return dict(Counter(what for what, _ in pairs))


def nearest_rank(ordered: Sequence[float], share: float) -> float | None:
    return ordered[max(1, math.ceil(share * len(ordered))) - 1] if ordered else None
