"""What the report counts of turns and of what went wrong, summed up by the database."""

from collections import Counter

from sqlalchemy import ColumnElement, Connection, Integer, and_, cast, distinct, func, select

from ivr.flow.model import UNAVAILABLE
from ivr.records.tables import steps, turns
from ivr.report.chance import interval, quantile
from ivr.report.figures import Latency, Trouble, Understanding
from ivr.report.period import Period
from ivr.story.steps import Happened
from ivr.story.turns import Judged

TURN = turns.c
STEP = steps.c
READ_BACK = "read_back"  # what a turn asks that reads an answer back

TAKEN = (Judged.ACCEPTED, Judged.KEYED)
ASKED_BACK = (Judged.READ_BACK, Judged.ALWAYS_READ_BACK)
UNSURE = (Judged.TOO_UNSURE,)
NOT_UNDERSTOOD = (
    Judged.NOT_AN_ANSWER,
    Judged.NO_WORDS,
    Judged.WITHOUT_END,
    Judged.WRONG_KEYS,
    Judged.EAR_LOST,
)
SILENT = (Judged.SILENT,)
ELSEWHERE = (Judged.WISH, Judged.ALARM)
GOT_NOWHERE = (*UNSURE, *NOT_UNDERSTOOD, *SILENT)
FAULTS = (Happened.BROKE, Happened.MEDIA_LOST, Happened.SPEECH_LOST, Happened.NOT_SPOKEN)
"""What went wrong in the line itself, the worst first."""


def during(period: Period) -> ColumnElement[bool]:
    """Say whether a turn was opened in *period*."""
    return and_(TURN.at >= period.begins, TURN.at < period.ends)


def faults(period: Period) -> ColumnElement[bool]:
    """Say whether a step in *period* was a fault of the line."""
    return and_(STEP.at >= period.begins, STEP.at < period.ends, STEP.happened.in_(FAULTS))


def asks() -> ColumnElement[bool]:
    """Say whether a turn asked the flow's question, rather than nothing or whether it was right."""
    return TURN.asked.not_in(("", READ_BACK))


def latency(connection: Connection, period: Period) -> Latency:
    """Measure how soon the line answered; to the millisecond."""
    ms = cast(func.round(TURN.latency * 1000), Integer)
    query = select(ms, func.count()).where(during(period), TURN.latency.is_not(None)).group_by(ms)
    counts = sorted((int(at), count) for at, count in connection.execute(query))
    seconds = [(at / 1000, count) for at, count in counts]
    tenths: Counter[int] = Counter()
    for at, count in counts:
        tenths[max(1, -(-at // 100))] += count
    return Latency(
        turns=sum(count for _, count in counts),
        median=quantile(seconds, 0.5),
        p95=quantile(seconds, 0.95),
        counts=tuple((tenth / 10, count) for tenth, count in sorted(tenths.items())),
    )


def questions(connection: Connection, period: Period) -> tuple[Understanding, ...]:
    """Count how each question was answered, the worst first."""
    query = (
        select(TURN.state, TURN.judged, func.count())
        .where(during(period), asks())
        .group_by(TURN.state, TURN.judged)
    )
    found: dict[str, Counter[Judged]] = {}
    for state, judged, count in connection.execute(query):
        found.setdefault(state, Counter())[judged] = count
    denied = (
        select(TURN.state, func.count())
        .where(during(period), TURN.asked == READ_BACK, TURN.judged == Judged.DENIED)
        .group_by(TURN.state)
    )
    wrong: dict[str, int] = dict(connection.execute(denied).all())
    made = (_understanding(state, counts, wrong.get(state, 0)) for state, counts in found.items())
    return tuple(sorted(made, key=_badness))


def _understanding(state: str, counts: Counter[Judged], denied: int) -> Understanding:
    def total(*kinds: Judged) -> int:
        return sum(counts[kind] for kind in kinds)

    return Understanding(
        state,
        taken=total(*TAKEN),
        asked_back=total(*ASKED_BACK),
        unsure=total(*UNSURE),
        not_understood=total(*NOT_UNDERSTOOD),
        silent=total(*SILENT),
        elsewhere=total(*ELSEWHERE),
        denied=denied,
    )


def _badness(one: Understanding) -> tuple[float, str]:
    """Order by the share that surely got nowhere, so that three odd turns do not come first."""
    wrong = min(one.trouble + one.denied, one.turns)
    return -interval(wrong, one.turns)[0], one.state


def troubles(connection: Connection, period: Period) -> tuple[Trouble, ...]:
    """Count the calls in which the line or the clinic's records failed."""
    went_wrong = (
        select(STEP.happened, func.count(distinct(STEP.call)))
        .where(faults(period))
        .group_by(STEP.happened)
    )
    wrong: dict[Happened, int] = dict(connection.execute(went_wrong).all())
    down = (
        select(TURN.operation, func.count(distinct(TURN.call)))
        .where(during(period), TURN.outcome == UNAVAILABLE)
        .group_by(TURN.operation)
    )
    return (
        *(Trouble(fault, wrong[fault]) for fault in FAULTS if fault in wrong),
        *(Trouble(name, count) for name, count in sorted(connection.execute(down))),
    )
