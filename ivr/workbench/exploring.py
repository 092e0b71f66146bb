"""
Finding calls that go where no scenario goes yet.

Calls are tried, the shortest first: in each place everything a caller can do, and every answer
of the clinic. What is found was performed, so a scenario made of it runs.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ivr.caller.scenario import Act, Answer, Answers, Ends, Scenario
from ivr.clinic.operations import SPECS
from ivr.flow.machine import FlowBook
from ivr.flow.model import UNAVAILABLE, Do, Flow, Value
from ivr.flow.ways import answers_of, ways_of
from ivr.workbench.examples import example_of, ways_to_answer
from ivr.workbench.paper import PaperLine, Way
from ivr.workbench.suite import Outcome, Prompt, Run, run_text

MOST_CALLS = 2000  # tried for one flow, four seconds
LONGEST = 40  # steps of one call
A_MOMENT = 3.0  # seconds; a caller who waits so long is told something

Goal = str | Way | Outcome | Prompt
"""A state as `flow.state`, a branch, how an operation comes out, or something to say."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A call to try."""

    scenario: Scenario
    since: int = 0
    """Where in its steps begins what the attempt before it did not have."""
    asked: frozenset[Outcome] = frozenset()
    """How operations came out before that."""
    situation: object = None
    """Where the call stood before that."""


def explore(flow: Flow, line: PaperLine, goals: Iterable[Goal]) -> dict[Goal, Scenario]:
    """
    Find for each of *goals*, which lie in *flow*, the shortest call that reaches it.

    Goals no call was found for are missing.
    """
    wanted, found = set(goals), dict[Goal, Scenario]()
    todo = deque(map(_Attempt, _beginnings(flow, line.book)))
    seen: set[object] = set()
    for _ in range(MOST_CALLS):
        if not todo or wanted <= found.keys():
            break
        attempt = todo.popleft()
        run = run_text(attempt.scenario, line)
        for goal in wanted & reached_by(run):
            found.setdefault(goal, attempt.scenario)
        todo.extend(_other_answers(attempt, run, line.book, seen))
        situation = _situation(run, line.book)
        if run.ending is None and _is_new(situation, seen):
            todo.extend(_further(attempt.scenario, run, situation, line.book))
    return found


def reached_by(run: Run) -> set[Goal]:
    """Collect everything *run* reaches."""
    return {*run.path, *run.transitions, *run.outcomes, *run.prompts}


def _beginnings(flow: Flow, book: FlowBook) -> Iterator[Scenario]:
    plain = Scenario(flow.title, (), Ends.CALLER, flow=flow.name)
    yield plain
    for name in sorted(_looked_at(flow)):
        slot = book.slots[name]
        for value in answers_of(slot) or (example_of(slot),):
            yield replace(plain, known={name: value})


def _looked_at(flow: Flow) -> set[str]:
    """Name the slots that guards of *flow* look at."""
    branches = (b for s in flow.states.values() for way in ways_of(s).values() for b in way)
    return {name for branch in branches if branch.when for name in branch.when.names}


def _further(scenario: Scenario, run: Run, situation: object, book: FlowBook) -> Iterator[_Attempt]:
    """Do everything a caller can do next."""
    since = len(scenario.steps)
    if since >= LONGEST:
        return
    flow, _, state = run.places[-1].partition(".")
    for acts in ways_to_answer(book.flows[flow].states[state], book.slots):
        further = replace(scenario, steps=(*scenario.steps, *acts))
        yield _Attempt(further, since, run.outcomes, situation)


def _other_answers(
    attempt: _Attempt, run: Run, book: FlowBook, seen: set[object]
) -> Iterator[_Attempt]:
    """Let the clinic answer otherwise to what the caller did last."""
    done, doing = attempt.scenario.steps[: attempt.since], attempt.scenario.steps[attempt.since :]
    acts = tuple(step for step in doing if isinstance(step, Act))
    for flow, state, came in sorted(run.outcomes - attempt.asked):
        asked = book.flows[flow].states[state]
        if not isinstance(asked, Do):
            continue
        known = tuple(attempt.scenario.known.items())
        for answer in _answers(asked, came):
            case = (flow, state, answer.outcome, answer.after, attempt.situation, acts, known)
            if _is_new(case, seen):
                told = Answers((answer,))
                steps = (*done, told, *doing)
                yield replace(attempt, scenario=replace(attempt.scenario, steps=steps))


def _answers(asked: Do, came: str) -> Iterator[Answer]:
    for outcome in (*SPECS[asked.operation].outcomes, UNAVAILABLE):
        if outcome != came:
            yield Answer(asked.operation, outcome)
    if asked.filler:
        yield Answer(asked.operation, came, after=A_MOMENT)


def _situation(run: Run, book: FlowBook) -> object:
    """Tell what the rest of a call depends on: where it stands, and what guards look at."""
    looked_at = {name for flow in book.flows.values() for name in _looked_at(flow)}
    known: dict[str, Value] = {n: v for n, v in run.known.items() if n in looked_at}
    return run.places, tuple(sorted((name, str(value)) for name, value in known.items()))


def _is_new(thing: object, seen: set[object]) -> bool:
    new = thing not in seen
    seen.add(thing)
    return new


# ---------------------------------------------------------------- skeletons


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A scenario that reaches what none reaches yet."""

    scenario: Scenario
    reaches: tuple[Goal, ...]


def skeletons(flow: Flow, line: PaperLine, missing: Iterable[Goal]) -> tuple[Skeleton, ...]:
    """Make few scenarios that reach all of *missing* in *flow*, but what no call was found for."""
    missing = tuple(missing)
    found = explore(flow, line, missing)
    made, left = [], set(found)
    for scenario in sorted(_different(found.values()), key=lambda s: -len(s.steps)):
        reaches = reached_by(run_text(scenario, line)) & left
        if reaches:
            left -= reaches
            made.append(Skeleton(scenario, tuple(goal for goal in missing if goal in reaches)))
    return tuple(made)


def _different(scenarios: Iterable[Scenario]) -> list[Scenario]:
    different: list[Scenario] = []
    for scenario in scenarios:
        if scenario not in different:
            different.append(scenario)
    return different


def described(goal: Goal) -> str:
    """Name *goal* for the designer."""
    match goal:
        case str():
            return f"state {goal}"
        case Way(outcome=outcome, to=to):
            return f"{goal.place}: {outcome} -> {to}"
        case (flow, state, *rest):
            return f"{flow}.{state}: {' '.join(rest)}"
        case _:
            return str(goal)
