"""The calls behind the numbers: a few of each, the newest first, by their ids."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, literal, or_, select

from ivr.flow.model import UNAVAILABLE
from ivr.report import query_turns
from ivr.report.figures import Behind, Figures, Sample, Waits
from ivr.report.period import Period
from ivr.report.query import CALL, TALKED, WAITED, during, first_calls
from ivr.report.query_turns import GOT_NOWHERE, STEP, TURN, asks
from ivr.report.spikes import Spike
from ivr.story.calls import MIN_SCORE, CallOutcome

SHOWN = 10
"""Calls behind one number; whoever needs all of them exports the records."""
WORST = 10
"""Questions, and states in which callers hung up, that are shown with their calls."""
BAD_SCORE = 2  # of five, and worse

Found = Select[Any]
"""Selects what a number is about, a call, and when that was."""


def behind(connection: Connection, figures: Figures, *, now: datetime) -> Mapping[str, Behind]:
    """Find the calls behind what *figures* show; the keys are those of `Figures.behind`."""
    return {
        f"{what}-{name}": calls
        for what, found in (*_calls(figures, now=now), *_turns_and_steps(figures))
        for name, calls in _newest(connection, found, figures.period)
    }


def _calls(figures: Figures, *, now: datetime) -> Iterator[tuple[str, Found]]:
    def those(of: ColumnElement[Any], *where: ColumnElement[bool]) -> Found:
        return select(of, CALL.call, CALL.started).where(during(figures.period), *where)

    yield "outcome", those(CALL.outcome, CALL.outcome.is_not(None))
    yield "about", those(CALL.about)
    yield "person", those(CALL.reason, CALL.reason.is_not(None))
    yield "version", those(CALL.version, CALL.version != "")
    yield "score", those(CALL.about, CALL.score.between(MIN_SCORE, BAD_SCORE))
    yield "late", those(CALL.queue, WAITED, _late(figures.waits))
    left = CALL.outcome == CallOutcome.ABANDONED
    worst = [state for state, _ in figures.left_in[:WORST]]
    yield "left", those(CALL.last_state, left, CALL.last_state.in_(worst))
    first, again, judged = first_calls(figures.period, now=now)
    yield "again", select(first.c.about, first.c.call, first.c.started).where(again, judged)
    for number, spike in enumerate(figures.spikes):
        yield "spike", those(literal(str(number)), *_in(spike, figures.period))


def _turns_and_steps(figures: Figures) -> Iterator[tuple[str, Found]]:
    def those(of: ColumnElement[str], *where: ColumnElement[bool]) -> Found:
        """Select each call once, by its last turn of that kind."""
        turned = query_turns.during(figures.period)
        return (
            select(of, TURN.call, func.max(TURN.at)).where(turned, *where).group_by(of, TURN.call)
        )

    worst = [one.state for one in figures.questions[:WORST]]
    nowhere = (asks(), TURN.judged.in_(GOT_NOWHERE), TURN.state.in_(worst))
    yield "question", those(TURN.state, *nowhere)
    yield "trouble", those(TURN.operation, TURN.outcome == UNAVAILABLE)
    faults = query_turns.faults(figures.period)
    steps = select(STEP.happened, STEP.call, func.max(STEP.at)).where(faults)
    yield "trouble", steps.group_by(STEP.happened, STEP.call)


def _late(waits: tuple[Waits, ...]) -> ColumnElement[bool]:
    """Say whether nobody answered a caller within the target of their queue."""
    beyond = (and_(CALL.queue == one.queue, CALL.waited > one.target) for one in waits)
    return or_(false(), ~TALKED, *beyond)


def _in(spike: Spike, period: Period) -> tuple[ColumnElement[bool], ...]:
    begins, ends = spike.span(period)
    return CALL.about == spike.about, CALL.started >= begins, CALL.started < ends


def _newest(connection: Connection, found: Found, period: Period) -> Iterator[tuple[str, Behind]]:
    each = found.subquery()
    of, call, at = each.columns
    rank = func.row_number().over(partition_by=of, order_by=(at.desc(), call.desc()))
    ranked = select(of, call, at, rank.label("rank"), func.count().over(partition_by=of)).subquery()
    query = select(ranked).where(ranked.c.rank <= SHOWN).order_by(ranked.c.rank)
    samples: dict[str, list[Sample]] = {}
    totals: dict[str, int] = {}
    for name, identity, moment, _, total in connection.execute(query):
        samples.setdefault(name, []).append(Sample(identity, period.local(moment)))
        totals[name] = total
    for name, those in samples.items():
        yield name, Behind(totals[name], tuple(those))
