"""Rows, metrics and report of the same calls, each computed by itself, agree to the unit."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine

from ivr.records.calls import CallBook
from ivr.report.figures import Figures
from ivr.report.gather import Asked, gather
from ivr.report.period import Period
from ivr.story.calls import CallOutcome
from ivr.story.facts import Fact, Facts
from ivr.watch.metrics import Metrics
from tests.support.two_hundred import CALLS, ring_all
from tests.support.virtual_loop import run

Labels = tuple[str, ...]
Table = Mapping[Labels, float]
Rows = Callable[[str], Sequence[Sequence[object]]]


@dataclass(frozen=True, slots=True)
class Told:
    """The three of them."""

    rows: Rows
    metrics: bytes
    report: Figures


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("agreement")
    metrics, facts, kept = Metrics(), Facts(), list[Fact]()
    facts.subscribe(metrics.take)
    facts.subscribe(kept.append)
    run(ring_all(folder, facts.tell, seed=6))
    database = folder / "calls.db"
    asyncio.run(keep(kept, database))
    return Told(rows_of(database), metrics.text()[0], report_of(database))


async def keep(facts: Iterable[Fact], database: Path) -> None:
    book = CallBook(database)
    await book.start()
    for fact in facts:
        book.take(fact)
    await book.close()
    assert (book.waiting, book.lost) == (0, 0)


def rows_of(database: Path) -> Rows:
    def select(query: str) -> Sequence[Sequence[object]]:
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute(query).fetchall()

    return select


def report_of(database: Path) -> Figures:
    now = datetime.now(UTC)
    today = now.astimezone().date()
    period = Period(today - timedelta(days=1), today + timedelta(days=1))
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        figures = gather(connection, Asked("a clinic", period, now, lambda _queue: 60.0))
    engine.dispose()
    return figures


def counted(told: Told, query: str) -> Table:
    """Rows of *query*: labels, and how many at the end. Nothing is `none`, as in the metrics."""
    return {
        tuple("none" if label in {None, ""} else str(label) for label in labels): float(str(n))
        for *labels, n in told.rows(query)
    }


def shown(told: Told, name: str, *labels: str) -> Table:
    """Samples of the metric *name* that are not 0, by these of its labels."""
    found: Counter[Labels] = Counter()
    for family in text_string_to_metric_families(told.metrics.decode()):
        for one in family.samples:
            if one.name == name and one.value:
                found[tuple(one.labels[label] for label in labels)] += one.value  # type: ignore[assignment] # a counter of figures
    return found


def test_the_calls_went_every_way_a_call_can_go(told: Told) -> None:
    ways = {str(way) for (way,) in counted(told, "select outcome, 1 from calls")}
    assert ways == {way for way in CallOutcome if way is not CallOutcome.CRASHED}


def test_every_call_is_counted_once(told: Told) -> None:
    ((rows,),) = told.rows("select count(*) from calls")
    assert rows == CALLS + 1
    assert shown(told, "ivr_calls_started_total") == {(): rows}
    assert shown(told, "ivr_calls") == {}
    assert told.report.totals.calls == rows


def test_how_calls_ended(told: Told) -> None:
    kept = counted(
        told, "select outcome, flow, about, count(*) from calls group by outcome, flow, about"
    )
    assert shown(told, "ivr_calls_ended_total", "outcome", "flow", "about") == kept
    by_outcome = counted(told, "select outcome, count(*) from calls group by outcome")
    assert {(str(way),): n for way, n in told.report.totals.outcomes.items()} == by_outcome
    by_about = counted(told, "select about, count(*) from calls group by about")
    assert {(one.about or "none",): one.calls for one in told.report.reasons} == by_about


def test_how_long_calls_took(told: Told) -> None:
    (kept,) = told.rows("select sum(ended - started) / 1000.0 from calls")
    (seconds,) = shown(told, "ivr_call_seconds_sum").values()
    assert seconds == pytest.approx(kept[0], abs=0.001 * CALLS)  # rows know milliseconds
    assert shown(told, "ivr_call_seconds_count") == {(): CALLS + 1}


def test_who_went_to_a_person_and_what_came_of_it(told: Told) -> None:
    kept = counted(
        told,
        "select queue, reason, handoff, count(*) from calls "
        "where reason is not null group by queue, reason, handoff",
    )
    assert shown(told, "ivr_handoffs_total", "queue", "reason", "came") == kept
    by_reason = counted(
        told, "select reason, count(*) from calls where reason is not null group by reason"
    )
    assert {(str(reason),): n for reason, n in told.report.to_person} == by_reason
    assert shown(told, "ivr_handoffs_total", "reason") == by_reason


def test_how_long_callers_waited(told: Told) -> None:
    query = (
        "select queue, case agent when '' then 'no' else 'yes' end as reached, {} "
        "from calls where waited is not null group by queue, reached"
    )
    kept = counted(told, query.format("count(*)"))
    assert len(kept) > 1
    assert shown(told, "ivr_wait_seconds_count", "queue", "reached") == kept
    reached: Counter[Labels] = Counter()
    for one in told.report.waits:
        reached[one.queue, "yes"] += one.answered
        reached[one.queue, "no"] += one.asked - one.answered
    assert +reached == kept
    seconds = counted(told, query.format("sum(waited)"))
    waited = shown(told, "ivr_wait_seconds_sum", "queue", "reached")
    assert waited == pytest.approx({one: n for one, n in seconds.items() if n}, rel=0.01)


def test_every_turn_is_counted_once(told: Told) -> None:
    kept = counted(
        told, "select asked, judged, band, count(*) from turns group by asked, judged, band"
    )
    assert len(kept) > 10
    assert shown(told, "ivr_turns_total", "asked", "judged", "band") == kept
    ((rows, of_calls),) = told.rows("select count(*), (select sum(turns) from calls) from turns")
    assert rows == of_calls


def test_how_questions_were_answered(told: Told) -> None:
    kept = counted(
        told,
        "select state, replace(answered, ' ', '_') as answered, count(*) from turns "
        "where asked <> '' group by state, answered",
    )
    assert len(kept) > 10
    assert shown(told, "ivr_replies_total", "state", "answered") == kept
    silent = counted(
        told,
        "select state, count(*) from turns where asked not in ('', 'read_back') "
        "and judged = 'silent' group by state",
    )
    assert {(one.state,): one.silent for one in told.report.questions if one.silent} == silent


def test_how_soon_the_line_answered(told: Told) -> None:
    kept = counted(
        told, "select asked, count(*) from turns where latency is not null group by asked"
    )
    assert shown(told, "ivr_turn_latency_seconds_count", "asked") == kept
    assert told.report.latency.turns == sum(kept.values())


def test_what_the_clinic_answered(told: Told) -> None:
    kept = counted(
        told,
        "select operation, outcome, count(*) from turns "
        "where operation <> '' group by operation, outcome",
    )
    assert "unavailable" in {outcome for _, outcome in kept}
    assert shown(told, "ivr_clinic_answers_total", "operation", "outcome") == kept


def test_what_happened_beside_the_turns(told: Told) -> None:
    kept = counted(told, "select happened, count(*) from steps group by happened")
    assert len(kept) > 8
    assert shown(told, "ivr_steps_total", "happened") == kept
    nobody = counted(
        told, "select detail, count(*) from steps where happened = 'nobody' group by detail"
    )
    assert shown(told, "ivr_nobody_reached_total", "trouble") == nobody


def test_packets_and_messages(told: Told) -> None:
    (packets,) = told.rows("select sum(received), sum(lost), sum(sent) from media where number = 0")
    found = shown(told, "ivr_rtp_packets_total", "packets")
    assert [found["received",], found["lost",], found["sent",]] == list(packets)
    kept = counted(told, "select method, count(*) from messages group by method")
    assert shown(told, "ivr_sip_messages_total", "method") == kept
