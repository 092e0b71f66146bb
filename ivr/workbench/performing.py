"""Performing a suite of scenarios, one after the other, without a telephone."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ivr.caller.scenario import Says, Scenario
from ivr.workbench.generated import generated
from ivr.workbench.paper import PaperLine
from ivr.workbench.results import Result, result_of
from ivr.workbench.suite import Run, Utter, as_text, run_text

Voices = Callable[[Scenario], Utter]
"""How the caller of a scenario is heard."""


@dataclass(slots=True)
class Performed:
    """What came of a suite."""

    results: list[Result] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    """Of the scenarios that somebody wrote."""
    universal: list[Run] = field(default_factory=list)
    """Of the generated ones."""

    def keep(self, result: Result, run: Run | None) -> None:
        """Add one."""
        self.results.append(result)
        if run is not None:
            (self.universal if result.generated else self.runs).append(run)


def read_out(_: Scenario) -> Utter:
    """Let every caller be heard word by word."""
    return as_text


def perform_written(
    suite: Iterable[Scenario], line: PaperLine, voices: Voices = read_out
) -> Iterator[tuple[Result, Run | None]]:
    """Perform *suite* on *line*; what cannot be heard as text is left out then."""
    for scenario in suite:
        recorded = any(isinstance(step, Says) and step.recording for step in scenario.steps)
        if recorded and voices is read_out:
            yield Result(scenario, left_out="says a recording: hear it with --audio"), None
        else:
            began = time.perf_counter()
            run = run_text(scenario, line, utter=voices(scenario))
            yield result_of(run, seconds=time.perf_counter() - began), run


def perform_generated(line: PaperLine) -> Iterator[tuple[Result, Run]]:
    """Perform the generated scenarios as text."""
    for scenario in generated(line.book):
        began = time.perf_counter()
        run = run_text(scenario, line)
        yield result_of(run, seconds=time.perf_counter() - began, generated=True), run
