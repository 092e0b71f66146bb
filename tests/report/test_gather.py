"""The figures of the report are those one counts by hand, in SQLite as in PostgreSQL."""

from collections import Counter
from datetime import timedelta
from statistics import median

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.traffic import Plan, traffic
from ivr.records.engines import Location
from ivr.report.figures import Behind, Figures
from ivr.report.query_turns import (
    ASKED_BACK,
    ELSEWHERE,
    NOT_UNDERSTOOD,
    SILENT,
    TAKEN,
    UNSURE,
)
from ivr.story.calls import CallRow
from ivr.story.story import Story
from ivr.story.turns import Judged
from tests.report.invented import BEGINS, CHANGE
from tests.report.invented import stories as invented_stories
from tests.report.recount import Recount, nearest_rank
from tests.report.store import LATER, OCTOBER, keep, report


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=invented_stories(), days=st.integers(0, 40))
def test_every_figure_is_the_one_counted_by_hand(
    where: Location, told: list[Story], days: int
) -> None:
    now = BEGINS + timedelta(days=days)
    keep(where, told)
    figures = report(where, CHANGE, now=now)
    count = Recount(told, CHANGE, now)
    if told:
        must_agree(figures, count)
    else:
        assert figures.totals.calls == 0


def must_agree(figures: Figures, count: Recount) -> None:
    calls_agree(figures, count)
    service_agrees(figures, count)
    turns_agree(figures, count)
    nothing_leads_astray(figures, count)


def calls_agree(figures: Figures, count: Recount) -> None:
    assert figures.totals.outcomes == count.outcomes()
    assert {day: calls for day, calls in figures.days if calls} == count.days()
    assert figures.hours == count.hours()
    assert {one.about: one.outcomes for one in figures.reasons} == count.reasons()
    assert dict(figures.left_in) == count.left_in()
    assert dict(figures.to_person) == count.to_person()
    assert {one.about: list(one.counts) for one in figures.scores} == count.scores()
    assert {one.version: one.outcomes for one in figures.versions} == count.versions()
    returns, without_caller, without_reason, recent = count.solved()
    solved = figures.solved
    assert {one.about: (one.first, one.again) for one in solved.returns} == returns
    assert solved.without_caller == without_caller
    assert solved.without_reason == without_reason
    assert solved.too_recent == recent


def service_agrees(figures: Figures, count: Recount) -> None:
    assert {
        one.queue: (one.asked, one.answered, one.in_time, one.median, one.p95, one.longest)
        for one in figures.waits
    } == count.waits()
    assert figures.totals.asked == sum(one.asked for one in figures.waits)
    assert {one.what: one.calls for one in figures.troubles} == count.troubles()


def turns_agree(figures: Figures, count: Recount) -> None:
    latencies = count.latencies()
    assert figures.latency.turns == len(latencies)
    assert figures.latency.median == nearest_rank(latencies, 0.5)
    assert figures.latency.p95 == nearest_rank(latencies, 0.95)
    assert sum(n for _, n in figures.latency.counts) == len(latencies)
    heard = count.understanding()
    denied = count.denied()
    assert {one.state for one in figures.questions} == heard.keys()
    for one in figures.questions:
        counts = heard[one.state]
        for found, kinds in (
            (one.taken, TAKEN),
            (one.asked_back, ASKED_BACK),
            (one.unsure, UNSURE),
            (one.not_understood, NOT_UNDERSTOOD),
            (one.silent, SILENT),
            (one.elsewhere, ELSEWHERE),
        ):
            assert found == sum(counts.get(kind, 0) for kind in kinds)
        assert one.denied == denied.get(one.state, 0)


def nothing_leads_astray(figures: Figures, count: Recount) -> None:
    """What stands behind a number are as many calls as it says, or as many as are shown."""
    calls = {story.row.call for story in count.stories}
    for behind in figures.behind.values():
        shown = [one.call for one in behind.samples]
        assert len(set(shown)) == len(shown) == min(behind.calls, 10)
        assert set(shown) <= calls
    for one in figures.waits:
        late = figures.behind.get(f"late-{one.queue}", Behind(0, ()))
        assert late.calls == one.asked - one.in_time
    for again in figures.solved.returns:
        rang = figures.behind.get(f"again-{again.about}", Behind(0, ()))
        assert rang.calls == again.again
    for outcome, number in count.outcomes().items():
        if outcome is not None:
            assert figures.behind[f"outcome-{outcome}"].calls == number


def test_two_months_of_traffic_are_counted_to_the_unit(
    kept_traffic: Location, stories: tuple[Story, ...]
) -> None:
    figures = report(kept_traffic)
    must_agree(figures, Recount(stories, OCTOBER, LATER))
    september = Recount(stories, OCTOBER.before, LATER)
    assert figures.before.outcomes == september.outcomes()
    assert figures.before.p95 == nearest_rank(september.latencies(), 0.95)


def test_what_was_planted_is_found_and_nothing_else(kept_traffic: Location, plan: Plan) -> None:
    figures = report(kept_traffic)
    (spike,) = figures.spikes
    assert plan.spike is not None
    assert (spike.about, spike.day, spike.hours) == (plan.spike.about, plan.spike.day, (10, 12))
    assert figures.behind["spike-0"].calls == spike.calls
    assert figures.questions[0].state == plan.hard
    old, new = figures.versions
    assert (old.version, new.version) == plan.versions


def test_the_coming_week_is_what_the_past_ones_brought(
    kept_traffic: Location, stories: tuple[Story, ...]
) -> None:
    found = report(kept_traffic).forecast
    assert found is not None
    local = [story.row.started.astimezone(OCTOBER.zone) for story in stories]
    calls = Counter((at.date(), at.hour) for at in local)
    assert (found.first, found.weeks) == (OCTOBER.after, 8)
    for one in found.hours:
        day = OCTOBER.after + timedelta(days=(one.hour[0] - OCTOBER.after.weekday()) % 7)
        past = [calls[day - timedelta(weeks=n), one.hour[1]] for n in range(1, 9)]
        assert (one.calls, one.fewest, one.most) == (median(past), min(past), max(past))


def test_the_same_plan_is_the_same_traffic(plan: Plan, stories: tuple[Story, ...]) -> None:
    assert tuple(traffic(plan)) == stories


def test_records_without_calls_make_a_report_without_figures(where: Location) -> None:
    keep(where, [])
    figures = report(where)
    assert figures.since is None
    assert figures.totals.calls == 0


def test_a_call_that_goes_on_is_counted_as_such(where: Location) -> None:
    keep(where, [Story(CallRow("0" * 16, OCTOBER.begins))])
    assert report(where).totals.outcomes == {None: 1}


def test_every_way_to_judge_a_turn_has_a_place() -> None:
    placed = {*TAKEN, *ASKED_BACK, *UNSURE, *NOT_UNDERSTOOD, *SILENT, *ELSEWHERE}
    of_read_backs = {Judged.CONFIRMED, Judged.DENIED}
    assert placed | of_read_backs | {Judged.NOT_ASKED} == set(Judged)
    assert not placed & of_read_backs
