"""The flows, wording and scenarios of this repository, ready to be talked to."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from ivr.caller.scenario import Scenario, read_scenario
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.loading import load_practice, load_wording
from ivr.settings import Flows, Settings
from ivr.workbench.paper import PaperLine

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "flows" / "scenarios").glob("*.call"))
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


def book_starting_at(flow: str, state: str) -> FlowBook:
    """The shipped flows, but *flow* begins with *state*."""
    flows = dict(book().flows)
    flows[flow] = replace(flows[flow], start=state)
    return FlowBook(flows, version=book().version, start=flow)
