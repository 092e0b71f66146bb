"""What the report counts of calls, summed up by the database; alike in SQLite and PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from ivr.dialog.actions import HandoffReason
from ivr.records.columns import moment
from ivr.records.tables import calls
from ivr.report.chance import quantile
from ivr.report.figures import Outcomes, Returns, Scores, Solved, Version, Waits
from ivr.report.period import SLOT, WEEK, Period
from ivr.story.calls import MAX_SCORE, MIN_SCORE, CallOutcome

MS = 1000  # of a second; what columns of moments count in

CALL = calls.c
TALKED: ColumnElement[bool] = func.coalesce(CALL.agent, "") != ""
"""Whether the caller talked to somebody."""
WAITED: ColumnElement[bool] = CALL.waited.is_not(None)
"""Whether the caller asked for a person, and the asking is over."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Calls of one quarter of an hour about one thing that ended one way."""

    at: datetime
    about: str
    outcome: CallOutcome | None
    calls: int


def during(period: Period) -> ColumnElement[bool]:
    """Say whether a call began in *period*."""
    return and_(CALL.started >= period.begins, CALL.started < period.ends)


def first_call(connection: Connection) -> datetime | None:
    """Tell when the first call that is kept began."""
    return connection.execute(select(func.min(CALL.started))).scalar()


def cells(connection: Connection, period: Period) -> tuple[Cell, ...]:
    """Count the calls of *period* by when they began, what they were about and how they ended."""
    slot = type_coerce(CALL.started, BigInteger) // literal(SLOT * MS, BigInteger)
    query = (
        select(slot, CALL.about, CALL.outcome, func.count())
        .where(during(period))
        .group_by(slot, CALL.about, CALL.outcome)
    )
    return tuple(
        Cell(moment(int(at) * SLOT * MS), about, outcome, count)
        for at, about, outcome, count in connection.execute(query)
    )


def left_in(connection: Connection, period: Period) -> tuple[tuple[str, int], ...]:
    """Count where callers hung up before they were helped, the most first."""
    left = and_(during(period), CALL.outcome == CallOutcome.ABANDONED)
    query = select(CALL.last_state, func.count()).where(left).group_by(CALL.last_state)
    return _most_first(connection.execute(query))


def to_person(connection: Connection, period: Period) -> tuple[tuple[HandoffReason, int], ...]:
    """Count why callers went to a person, the most first."""
    went = and_(during(period), CALL.reason.is_not(None))
    query = select(CALL.reason, func.count()).where(went).group_by(CALL.reason)
    return _most_first(connection.execute(query))


def waits(
    connection: Connection, period: Period, *, target: Callable[[str], float]
) -> tuple[Waits, ...]:
    """
    Measure how long callers waited in each queue, by its name.

    Args:
        connection: To the records.
        period: When the calls began.
        target: Seconds within which a queue's callers should be answered.
    """
    query = (
        select(CALL.queue, TALKED.label("talked"), CALL.waited, func.count())
        .where(during(period), WAITED)
        .group_by(CALL.queue, TALKED, CALL.waited)
    )
    talked: dict[str, Counter[float]] = {}
    gone: Counter[str] = Counter()
    for queue, answered, waited, count in connection.execute(query):
        talked.setdefault(queue, Counter())
        if answered:
            talked[queue][waited] += count
        else:
            gone[queue] += count
    return tuple(
        _waits(queue, target(queue), found, gone[queue]) for queue, found in sorted(talked.items())
    )


def _waits(queue: str, target: float, talked: Mapping[float, int], gone: int) -> Waits:
    counts = sorted(talked.items())
    answered = sum(talked.values())
    return Waits(
        queue,
        target,
        asked=answered + gone,
        answered=answered,
        in_time=sum(count for waited, count in counts if waited <= target),
        median=quantile(counts, 0.5),
        p95=quantile(counts, 0.95),
        longest=max(talked, default=None),
    )


def scores(connection: Connection, period: Period) -> tuple[Scores, ...]:
    """Count what callers answered at the end, by what they had rung about; the most first."""
    answered = and_(during(period), CALL.score.between(MIN_SCORE, MAX_SCORE))
    query = (
        select(CALL.about, CALL.score, func.count())
        .where(answered)
        .group_by(CALL.about, CALL.score)
    )
    found: dict[str, Counter[int]] = {}
    for about, score, count in connection.execute(query):
        found.setdefault(about, Counter())[score] = count
    made = (
        Scores(about, (count[1], count[2], count[3], count[4], count[5]))
        for about, count in found.items()
    )
    return tuple(sorted(made, key=lambda one: (-one.answers, one.about)))


def versions(connection: Connection, period: Period) -> tuple[Version, ...]:
    """Count how the calls of each version of the flows ended, in order of time."""
    query = (
        select(CALL.version, CALL.outcome, func.min(CALL.started), func.count())
        .where(during(period), CALL.version != "")
        .group_by(CALL.version, CALL.outcome)
    )
    outcomes: dict[str, dict[CallOutcome | None, int]] = {}
    began: dict[str, datetime] = {}
    for version, outcome, first, count in connection.execute(query):
        outcomes.setdefault(version, {})[outcome] = count
        began[version] = min(first, began.get(version, first))
    made = (Version(version, began[version], found) for version, found in outcomes.items())
    return tuple(sorted(made, key=lambda one: (one.began, one.version)))


# ---------------------------------------------------------------- who rang again


def solved(connection: Connection, period: Period, *, now: datetime) -> Solved:
    """
    Count who rang again about the same thing within seven days.

    Args:
        connection: To the records.
        period: When the first call began.
        now: Calls whose seven days end later cannot be judged.
    """
    first, again, judged = first_calls(period, now=now)
    query = (
        select(first.c.about, judged, again, func.count())
        .select_from(first)
        .group_by(first.c.about, judged, again)
    )
    counts: dict[str, Counter[bool]] = {}
    recent = 0
    for about, is_judged, was_again, count in connection.execute(query):
        if is_judged:
            counts.setdefault(about, Counter())[bool(was_again)] += count
        else:
            recent += count
    returns = (Returns(about, sum(n.values()), n[True]) for about, n in counts.items())
    return Solved(
        tuple(sorted(returns, key=lambda one: (-one.first, one.about))),
        without_caller=_count(connection, during(period), CALL.caller == ""),
        without_reason=_count(connection, during(period), CALL.caller != "", CALL.about == ""),
        too_recent=recent,
    )


def first_calls(
    period: Period, *, now: datetime
) -> tuple[Any, ColumnElement[bool], ColumnElement[bool]]:
    """
    Select the calls of *period* before which the caller had not rung about it for seven days.

    Returns:
        The calls (`call`, `started`, `about`); whether the caller rang again within seven days;
        whether these are over.
    """
    same, in_order = (CALL.caller, CALL.about), (CALL.started, CALL.call)
    started = type_coerce(CALL.started, BigInteger)
    rung = (
        select(
            CALL.call,
            CALL.started,
            CALL.about,
            (started - func.lag(started).over(partition_by=same, order_by=in_order)).label("since"),
            (func.lead(started).over(partition_by=same, order_by=in_order) - started).label(
                "until"
            ),
        )
        .where(CALL.caller != "", CALL.about != "")
        .where(CALL.started >= period.begins - WEEK, CALL.started < period.ends + WEEK)
        .subquery()
    )
    seven_days = round(WEEK / timedelta(milliseconds=1))
    first = (
        select(rung)
        .where(rung.c.started >= period.begins, rung.c.started < period.ends)
        .where(or_(rung.c.since.is_(None), rung.c.since > seven_days))
        .subquery()
    )
    again = func.coalesce(first.c.until, seven_days + 1) <= seven_days
    return first, again, first.c.started <= now - WEEK


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(calls).where(*where)).scalar_one()


def _most_first(rows: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(((name, count) for name, count in rows), key=lambda one: (-one[1], one[0])))


def by_outcome(found: Iterable[Cell]) -> Outcomes:
    """Sum *found* up by how the calls ended."""
    counts: Counter[CallOutcome | None] = Counter()
    for cell in found:
        counts[cell.outcome] += cell.calls
    return dict(counts)
