"""What of the flows a suite of scenarios reaches, and what it does not."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr.clinic.operations import SPECS
from ivr.flow.machine import FlowBook
from ivr.flow.model import UNAVAILABLE, Do, Flow
from ivr.flow.scene import wordings_of
from ivr.flow.ways import ways_of
from ivr.workbench.paper import Way
from ivr.workbench.suite import Outcome, Prompt, Run


@dataclass(frozen=True, slots=True)
class Tally:
    """Of some things, how many are reached."""

    reached: int
    total: int

    @property
    def percent(self) -> float:
        """The share; of nothing all is reached."""
        return 100.0 * self.reached / self.total if self.total else 100.0

    def __str__(self) -> str:
        """Render as `13 of 17`."""
        return f"{self.reached} of {self.total}"

    def __add__(self, other: "Tally") -> "Tally":
        """Count both."""
        return Tally(self.reached + other.reached, self.total + other.total)


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """What of one flow is reached; all is in the order of the file."""

    flow: str
    states: Mapping[str, bool]
    """State to whether a written scenario visits it."""
    transitions: Mapping[Way, bool]
    """Branch to whether a written scenario takes it."""
    prompts: Mapping[Prompt, bool]
    """Prompt to whether it is said in any scenario, generated ones included."""
    outcomes: Mapping[Outcome, bool]
    """Each way an operation can come out, to whether it does in a written scenario."""

    @property
    def missing(self) -> tuple[str | Way | Outcome | Prompt, ...]:
        """Everything that is not reached."""
        return (
            *(f"{self.flow}.{state}" for state, seen in self.states.items() if not seen),
            *(way for way, seen in self.transitions.items() if not seen),
            *(outcome for outcome, seen in self.outcomes.items() if not seen),
            *(prompt for prompt, seen in self.prompts.items() if not seen),
        )

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """Count each kind of thing."""
        return {
            "states": _tally(self.states.values()),
            "transitions": _tally(self.transitions.values()),
            "prompts": _tally(self.prompts.values()),
            "outcomes": _tally(self.outcomes.values()),
        }


def _tally(seen: Collection[bool]) -> Tally:
    return Tally(sum(seen), len(seen))


def coverage(
    book: FlowBook, runs: Iterable[Run], *, universal: Iterable[Run] = ()
) -> tuple[FlowCoverage, ...]:
    """
    Tell what of each flow of *book* is reached.

    Args:
        book: The flows.
        runs: Of scenarios somebody wrote, also failed ones: as far as they came.
        universal: Of generated scenarios, which are dropped into each state: that shows nothing
            about ways and places, only which prompts are said there.
    """
    runs = tuple(runs)
    states = {place for run in runs for place in run.path}
    ways = {way for run in runs for way in run.transitions}
    outcomes = {outcome for run in runs for outcome in run.outcomes}
    prompts = {prompt for run in (*runs, *universal) for prompt in run.prompts}
    return tuple(
        FlowCoverage(
            flow.name,
            {name: f"{flow.name}.{name}" in states for name in flow.states},
            {way: way in ways for way in ways_in(flow)},
            {prompt: prompt in prompts for prompt in prompts_of(flow)},
            {outcome: outcome in outcomes for outcome in outcomes_of(flow)},
        )
        for flow in book.flows.values()
    )


def in_all(found: Iterable[FlowCoverage], *kinds: str) -> Tally:
    """Count what is of *kinds* in all flows together."""
    tallies = (flow.tallies[kind] for flow in found for kind in kinds)
    return sum(tallies, Tally(0, 0))


def ways_in(flow: Flow) -> Iterator[Way]:
    """Yield every branch of *flow*."""
    for state in flow.states.values():
        for outcome, branches in ways_of(state).items():
            for at, branch in enumerate(branches):
                yield Way(flow.name, state.name, outcome, at, branch.to)


def prompts_of(flow: Flow) -> Iterator[Prompt]:
    """Yield every prompt of *flow*, each variant by itself."""
    for state in flow.states.values():
        for wording in wordings_of(state):
            if wording.spoken and wording.template:
                yield (flow.name, *wording.path[1:])


def outcomes_of(flow: Flow) -> Iterator[Outcome]:
    """Yield every way the operations of *flow* can come out, that of a clinic in trouble last."""
    for state in flow.states.values():
        if isinstance(state, Do):
            for outcome in (*SPECS[state.operation].outcomes, UNAVAILABLE):
                yield flow.name, state.name, outcome
