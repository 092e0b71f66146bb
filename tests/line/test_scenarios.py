"""Every shipped scenario on a real call: it goes the way it was rehearsed, and its row says so."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from ivr.caller.scenario import Ends, Says, Silence
from tests.flows.shipped import SCENARIOS, scenario
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.visits import Visit, perform, rehearsed
from tests.support.agent_phone import AgentPhone
from tests.support.line_process import LineProcess, Settings
from tests.support.phone import Phone
from tests.support.sound import tone
from tests.support.voice import Renderer
from tests.support.waiting import until

pytestmark = pytest.mark.line

PATIENCE = 300  # seconds; the first test waits for many calls
TAKES_A_MESSAGE = "nobody_available"
BY_SPEECH = [
    path
    for path in SCENARIOS
    if scenario(path).flow != TAKES_A_MESSAGE
    and any(isinstance(step, Says) for step in scenario(path).steps)
]
BY_KEYS = [path for path in SCENARIOS if path not in BY_SPEECH]
Rows = dict[Path, Future[dict[str, Any]]]


class Stage:
    """A line that begins with one flow, and its callers."""

    def __init__(self, line: LineProcess, say: Renderer) -> None:
        self._line = line
        self._say = say
        self._ringing = Lock()

    def play(self, visit: Visit) -> dict[str, Any]:
        """Place the call of *visit*; give its row."""
        line = self._line
        with ExitStack() as stack:
            with self._ringing:
                others = {call["call"] for call in line.calls}
                phone = stack.enter_context(Phone(line.port))
                until(lambda: self._newcomers(others), every=0.02, what="the call")
                (call,) = self._newcomers(others)
            perform(visit, phone, line, call, self._say)
            if visit.scenario.ends is Ends.AGENT:
                line.await_call(call=call, phase="bridged", within=100.0)
            elif visit.scenario.ends is Ends.LINE:
                phone.await_hang_up()
            else:
                line.await_call(call=call, state=visit.path[-1])
        return self._row(call)

    def _newcomers(self, others: set[str]) -> set[str]:
        return {call["call"] for call in self._line.calls} - others

    def _row(self, call: str) -> dict[str, Any]:
        def ended() -> list[dict[str, Any]]:
            return [row for row in self._line.rows() if row["call"] == call and row["outcome"]]

        until(ended, every=0.05, what="the row of the call")
        return ended()[0]


@dataclass(frozen=True, slots=True)
class Billing:
    """Which scenarios are played on one line, and how."""

    flow: str
    engine: str
    scenarios: tuple[Path, ...]
    at_once: int
    """Callers; a line carries four legs, the last one and agents are legs too."""

    @property
    def settings(self) -> Settings:
        return {"flows": {"start": self.flow}, "speech": {"engine": self.engine}}


def _billings() -> list[Billing]:
    by_flow = defaultdict(list)
    for path in sorted(BY_KEYS, key=_longest_first):
        by_flow[scenario(path).flow].append(path)
    by_keys = [Billing(flow, "none", tuple(paths), 2) for flow, paths in by_flow.items()]
    return [Billing("main_menu", "auto", tuple(BY_SPEECH), 3), *by_keys]


def _longest_first(path: Path) -> float:
    return -sum(step.seconds for step in scenario(path).steps if isinstance(step, Silence))


@pytest.fixture(scope="module")
def rows(
    new_line: NewLine, voice: Renderer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rows]:
    """The row of each call; they are under way at once, for most of a call is waiting."""
    for path in SCENARIOS:
        for step in scenario(path).steps:
            if isinstance(step, Says):
                voice(step.text)  # rendered here, for a renderer belongs to one thread
    voice("yes")
    billings = _billings()
    with ExitStack() as stack:
        agent = stack.enter_context(AgentPhone(greeting=tone(AGENT_HZ, 1.0)))
        lines = [new_line(billing.settings, agents=[agent.uri]) for billing in billings]
        for line in lines:
            stack.push(line)
            line.start()
        found: Rows = {}
        for billing, line in zip(billings, lines, strict=True):
            line.await_start()
            pool = stack.enter_context(ThreadPoolExecutor(billing.at_once))
            stage = Stage(line, voice)
            for path in billing.scenarios:
                visit = rehearsed(path, tmp_path_factory.mktemp("text"))
                found[path] = pool.submit(stage.play, visit)
        yield found


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_comes_true_on_the_telephone(path: Path, rows: Rows, tmp_path: Path) -> None:
    row = rows[path].result()
    visit = rehearsed(path, tmp_path)
    assert row["path"] == visit.path
    assert row["outcome"] == visit.outcome
    assert row["turns"] > 0
