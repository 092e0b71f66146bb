"""The flows, wording and scenarios of this repository, ready to be talked to."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from ivr.caller.scenario import Scenario, read_scenario
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.flow.model import Value
from ivr.loading import load_practice, load_wording
from ivr.settings import Flows, Settings
from ivr.workbench.generated import takes_time
from ivr.workbench.paper import PaperLine

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "flows" / "scenarios").glob("*.call"))
"""What most callers do; these can be rung, too."""
RARE = sorted((ROOT / "flows" / "scenarios" / "rare").glob("*.call"))
"""Turns that a call seldom takes."""
SETTINGS = Settings(flows=Flows(folder=str(ROOT / "flows"), prompts=str(ROOT / "prompts")))


@cache
def book() -> FlowBook:
    return load_practice(SETTINGS).book


@cache
def wording() -> Wording:
    return load_wording(SETTINGS)


@cache
def on_paper() -> PaperLine:
    return PaperLine(book(), wording(), today=today())


def scenario(path: Path) -> Scenario:
    return read_scenario(path.read_text(), file=path.name)


def today() -> date:
    return datetime.now(UTC).astimezone().date()


@cache
def places() -> tuple[tuple[str, str], ...]:
    """Flow and state wherever a caller can do something."""
    return tuple(
        (flow.name, state.name)
        for flow in book().flows.values()
        for state in flow.states.values()
        if takes_time(state)
    )


def some_values() -> dict[str, Value]:
    """Every slot of the line, set to something."""
    return {
        **dict.fromkeys(book().slots, "1111111"),
        "cancel_sure": True,
        "date_of_birth": today(),
        "copay": 25,
    }


def book_starting_at(flow: str, state: str) -> FlowBook:
    """The shipped flows, but *flow* begins with *state*."""
    flows = dict(book().flows)
    flows[flow] = replace(flows[flow], start=state)
    return FlowBook(flows, version=book().version, start=flow)
