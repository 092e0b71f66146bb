"""From the records to the figures of one period."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from ivr.report import query, query_turns
from ivr.report.behind import behind
from ivr.report.figures import Figures, Latency, Outcomes, Reason, Scores, Totals, Waits
from ivr.report.forecast import WEEKS, HourOfDay, forecast
from ivr.report.period import DAY, WEEK, Hour, Period
from ivr.report.query import Cell, by_outcome
from ivr.report.spikes import spikes


@dataclass(frozen=True, slots=True)
class Asked:
    """What the report is to be about."""

    practice: str
    """Name of the clinic."""
    period: Period
    now: datetime
    target: Callable[[str], float]
    """Seconds within which callers of a queue should be answered, by its name."""


def gather(connection: Connection, asked: Asked) -> Figures:
    """
    Count everything; *connection* should see one moment of the records throughout.

    Raises:
        SQLAlchemyError: The records cannot be read.
        ValueError: They hold what is none.
    """
    period = asked.period
    since = query.first_call(connection)
    blank = Figures(asked.practice, period, period.local(asked.now), since)
    if since is None:
        return blank
    counted = query.cells(connection, _with_past(period))
    now = [cell for cell in counted if cell.at >= period.begins]
    waits = query.waits(connection, period, target=asked.target)
    latency = query_turns.latency(connection, period)
    scores = query.scores(connection, period)
    figures = replace(
        blank,
        totals=_totals(by_outcome(now), waits, latency, scores),
        before=_before(connection, asked),
        days=_days(now, period),
        hours=_hours(now, period),
        reasons=_reasons(now, _in(counted, period.before)),
        left_in=query.left_in(connection, period),
        to_person=query.to_person(connection, period),
        solved=query.solved(connection, period, now=asked.now),
        waits=waits,
        latency=latency,
        questions=query_turns.questions(connection, period),
        scores=scores,
        versions=query.versions(connection, period),
        troubles=query_turns.troubles(connection, period),
    )
    figures = _look_around(figures, counted)
    return replace(figures, behind=behind(connection, figures, now=asked.now))


def _with_past(period: Period) -> Period:
    """Begin early enough to tell what is usual, and for the period before."""
    first = min(period.first - WEEK * WEEKS, period.before.first)
    return Period(first, period.after, period.zone)


def _look_around(figures: Figures, counted: Iterable[Cell]) -> Figures:
    """Add what takes the weeks before: what stands out, and what comes next."""
    period = figures.period
    by_about: dict[str, Counter[HourOfDay]] = {}
    for cell in counted:
        local = period.local(cell.at)
        by_about.setdefault(cell.about, Counter())[local.date(), local.hour] += cell.calls
    everything: Counter[HourOfDay] = sum(by_about.values(), Counter())
    whole = period.local(figures.since or figures.made).date() + DAY
    return replace(
        figures,
        spikes=spikes(by_about, period.days, since=whole),
        forecast=forecast(everything, since=whole, after=min(period.after, figures.made.date())),
    )


def _in(counted: Iterable[Cell], period: Period) -> list[Cell]:
    return [cell for cell in counted if period.begins <= cell.at < period.ends]


def _days(now: Iterable[Cell], period: Period) -> tuple[tuple[date, int], ...]:
    counts: Counter[date] = Counter()
    for cell in now:
        counts[period.local(cell.at).date()] += cell.calls
    return tuple((day, counts[day]) for day in period.days)


def _hours(now: Iterable[Cell], period: Period) -> Mapping[Hour, int]:
    counts: Counter[Hour] = Counter()
    for cell in now:
        local = period.local(cell.at)
        counts[local.weekday(), local.hour] += cell.calls
    return dict(counts)


def _reasons(now: Iterable[Cell], earlier: Iterable[Cell]) -> tuple[Reason, ...]:
    found: dict[str, list[Cell]] = {}
    for cell in now:
        found.setdefault(cell.about, []).append(cell)
    before: Counter[str] = Counter()
    for cell in earlier:
        before[cell.about] += cell.calls
    made = (Reason(about, by_outcome(cells), before[about]) for about, cells in found.items())
    return tuple(sorted(made, key=lambda one: (-one.calls, one.about)))


def _before(connection: Connection, asked: Asked) -> Totals:
    period = asked.period.before
    return _totals(
        by_outcome(query.cells(connection, period)),
        query.waits(connection, period, target=asked.target),
        query_turns.latency(connection, period),
        query.scores(connection, period),
    )


def _totals(
    outcomes: Outcomes, waits: Iterable[Waits], latency: Latency, scores: Iterable[Scores]
) -> Totals:
    waits, scores = tuple(waits), tuple(scores)
    answers = sum(one.answers for one in scores)
    points = sum(one.mean * one.answers for one in scores)
    return Totals(
        outcomes,
        asked=sum(one.asked for one in waits),
        answered=sum(one.answered for one in waits),
        in_time=sum(one.in_time for one in waits),
        p95=latency.p95,
        score=points / answers if answers else 0.0,
        scores=answers,
    )
