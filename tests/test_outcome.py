"""How a call ended."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ivr.handoff.actions import Outcome
from ivr.outcome import outcome_of
from ivr.story.calls import CallOutcome, CallRow
from tests.flows.shipped import book

MENU = "main_menu.menu"


def row(*path: str) -> CallRow:
    return CallRow("00c0ffee", datetime(2031, 5, 6, tzinfo=UTC), path=path)


@pytest.mark.parametrize("last", ["refill_status.ready", "refill_status.done", "eligibility.done"])
def test_who_hangs_up_when_they_were_told_has_what_they_rang_for(last: str) -> None:
    assert outcome_of(row(MENU, last), book().flows) is CallOutcome.CONTAINED


@pytest.mark.parametrize(
    "last", [MENU, "main_menu.welcome", "refill_status.ask_number", "refill_status.look_up"]
)
def test_who_hangs_up_before_that_has_given_up(last: str) -> None:
    assert outcome_of(row(MENU, last), book().flows) is CallOutcome.ABANDONED


@pytest.mark.parametrize("last", ["no_such_flow.ready", "refill_status.no_such_state", "", "x"])
def test_a_place_of_no_flow_tells_nothing(last: str) -> None:
    assert outcome_of(row(last), book().flows) is CallOutcome.ABANDONED


def test_a_call_without_a_place_was_given_up() -> None:
    assert outcome_of(row(), book().flows) is CallOutcome.ABANDONED


def test_whoever_talked_to_a_person_was_handed_over_whatever_they_heard_before() -> None:
    served = replace(row("refill_status.ready"), handoff=Outcome.SERVED)
    assert outcome_of(served, book().flows) is CallOutcome.HANDED_OFF
