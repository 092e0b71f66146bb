from pathlib import Path

import pytest

from ivr.cli.try_ import Practice
from ivr.dialog.actions import HandOff, HandoffReason
from ivr.dialog.dialog import Dialog
from ivr.flow.model import Call, Return, Say, Value
from ivr.terminal import Rehearsal
from ivr.workbench.suite import run_text
from tests.flows.shipped import (
    SCENARIOS,
    book,
    book_starting_at,
    on_paper,
    scenario,
    today,
    wording,
)

PLACES = [
    (flow.name, state.name)
    for flow in book().flows.values()
    for state in flow.states.values()
    if not isinstance(state, Call | Return) and not (isinstance(state, Say) and not state.prompt)
]


SOME_VALUES: dict[str, Value] = {
    **dict.fromkeys(book().slots, "1111111"),
    "cancel_sure": True,
    "date_of_birth": today(),
    "copay": 25,
}
"""Every slot of the line, set to something."""


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_comes_true_as_text(path: Path) -> None:
    assert run_text(scenario(path), on_paper()).failure is None


def test_every_shipped_flow_has_a_scenario() -> None:
    visited = {scenario(path).flow for path in SCENARIOS}
    assert set(book().flows) - visited == set()


@pytest.mark.parametrize(("flow", "state"), PLACES)
def test_operator_reaches_a_person_from_every_state(flow: str, state: str, tmp_path: Path) -> None:
    call = _call_at(flow, state, tmp_path)
    call.say("operator")
    call.hear_out()
    assert isinstance(call.ending, HandOff)


@pytest.mark.parametrize(("flow", "state"), PLACES)
def test_key_zero_reaches_a_person_from_every_state(flow: str, state: str, tmp_path: Path) -> None:
    call = _call_at(flow, state, tmp_path)
    call.press("0")
    call.hear_out()
    assert isinstance(call.ending, HandOff)


@pytest.mark.parametrize(("flow", "state"), PLACES)
def test_danger_reaches_a_person_with_priority_from_every_state(
    flow: str, state: str, tmp_path: Path
) -> None:
    call = _call_at(flow, state, tmp_path)
    call.say("i have chest pain")
    call.hear_out()
    assert isinstance(call.ending, HandOff)
    assert call.ending.urgent
    assert call.ending.briefing.reason is HandoffReason.EMERGENCY


@pytest.mark.parametrize(("flow", "state"), PLACES)
def test_silence_for_ever_ends_somewhere_from_every_state(
    flow: str, state: str, tmp_path: Path
) -> None:
    call = _call_at(flow, state, tmp_path)
    for _ in range(40):
        if call.ending is None:
            call.wait()
    assert call.ending is not None


def _call_at(flow: str, state: str, folder: Path) -> Rehearsal:
    """A call that has just come to *state*, with every slot set to something."""
    dialog = Dialog(
        book_starting_at(flow, state), wording(), start=flow, today=today(), values=SOME_VALUES
    )
    return Rehearsal(dialog, Practice(folder / "clinic.db"), impatient=True)
