"""What comes with the line does what its scenarios say, and everything in it has a scenario."""

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.caller.scenario import Ends, Says, Scenario
from ivr.dialog.actions import HandOff, HandoffReason
from ivr.workbench.generated import generated
from ivr.workbench.suite import run_text
from tests.flows.shipped import RARE, SCENARIOS, book, on_paper, scenario

GENERATED = list(generated(book()))
DANGERS = [
    replace(found, steps=(Says("i have chest pain", over=True),), ends=Ends.AGENT)
    for found in GENERATED
    if found.title.startswith("silence")
]


@pytest.mark.parametrize("path", [*SCENARIOS, *RARE], ids=lambda path: path.stem)
def test_a_shipped_scenario_comes_true_as_text(path: Path) -> None:
    assert run_text(scenario(path), on_paper()).failure is None


def test_every_shipped_flow_has_a_scenario() -> None:
    visited = {scenario(path).flow for path in SCENARIOS}
    assert set(book().flows) - visited == set()


@pytest.mark.parametrize("universal", GENERATED, ids=lambda found: found.title)
def test_a_caller_can_always_leave(universal: Scenario) -> None:
    assert run_text(universal, on_paper()).failure is None


@pytest.mark.parametrize("danger", DANGERS, ids=lambda found: f"{found.flow}.{found.state}")
def test_danger_reaches_a_person_with_priority_from_every_state(danger: Scenario) -> None:
    ending = run_text(danger, on_paper()).ending
    assert isinstance(ending, HandOff)
    assert ending.urgent
    assert ending.briefing.reason is HandoffReason.EMERGENCY
