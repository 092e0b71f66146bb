from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.dialog.actions import HandoffReason
from ivr.flow.overlay import Visit
from ivr.story.calls import CallOutcome, CallRow
from ivr.workbench.passing import reached, runs_of, visit_of
from tests.flows.shipped import ROOT, book, today, wording

STARTED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def left(
    *path: str, outcome: CallOutcome | None = None, reason: HandoffReason | None = None
) -> tuple[str, str]:
    row = CallRow(call="00c0ffee", started=STARTED, path=path, outcome=outcome, reason=reason)
    visit = visit_of(row)
    return visit.left_at, visit.how


def test_who_hangs_up_leaves_in_the_last_state() -> None:
    assert left("a.b", "a.c", outcome=CallOutcome.ABANDONED) == ("a.c", "hung up")


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        (HandoffReason.ASKED, "asked for a person"),
        (HandoffReason.NOT_UNDERSTOOD, "not understood"),
        (HandoffReason.FLOW, ""),
    ],
)
def test_who_goes_to_a_person_leaves_before_waiting(reason: HandoffReason, how: str) -> None:
    path = ("main_menu.menu", "nobody_available.why", "nobody_available.message")
    found = left(*path, outcome=CallOutcome.MESSAGE, reason=reason)
    assert found == ("main_menu.menu", how)


def test_who_got_what_they_came_for_did_not_leave() -> None:
    assert left("a.b", "a.done", outcome=CallOutcome.CONTAINED) == ("a.done", "")


def test_a_call_without_a_path_left_nowhere() -> None:
    row = CallRow(call="00c0ffee", started=STARTED, outcome=CallOutcome.ABANDONED)
    assert visit_of(row) == Visit((), "", "hung up")


def test_every_reason_has_words() -> None:
    assert all(isinstance(left("a.b", reason=reason)[1], str) for reason in HandoffReason)


def test_scenarios_reach_states_and_ways(tmp_path: Path) -> None:
    file = tmp_path / "one.call"
    text = (ROOT / "flows" / "scenarios" / "refill_ready.call").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    runs = runs_of([tmp_path], book(), wording(), today=today())
    assert [run.failure for run in runs] == [None]
    states, pairs = reached(runs, "refill_status")
    assert {"known", "verify", "ask_number", "look_up", "ready"} <= set(states)
    assert ("look_up", "ready") in pairs
    assert ("look_up", "ask_again") not in pairs
