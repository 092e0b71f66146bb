"""Finding the scenarios of a line and judging whether they fit its flows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ivr.caller.scenario import Scenario, Slots, read_draft, text_in
from ivr.errors import FlowError, FlowErrors
from ivr.flow.machine import FlowBook
from ivr.flow.rules import Rule, did_you_mean, shown
from ivr.workbench.paper import value_of

ENDING = ".call"


def files_under(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Find the scenario files among *paths* and in the folders among them."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob(f"*{ENDING}")) if path.is_dir() else [path]
    return tuple(dict.fromkeys(found))


def load_suite(files: Iterable[Path], book: FlowBook) -> tuple[Scenario, ...]:
    """
    Read scenarios that are to be performed on *book*.

    Raises:
        FlowErrors: Every mistake of every file at once.
    """
    scenarios: list[Scenario] = []
    mistakes: list[FlowError] = []
    for file in files:
        try:
            scenario, refused = read_draft(text_in(file), file=str(file))
        except FlowErrors as caught:
            mistakes += caught.errors
            continue
        mistakes += refused
        if scenario is not None:
            scenarios.append(scenario)
            # Where a step could not be read, the places of the others are not known.
            whole = scenario if not refused else replace(scenario, steps=())
            mistakes += misfits(whole, book)
    if mistakes:
        raise FlowErrors(mistakes)
    return tuple(scenarios)


def misfits(scenario: Scenario, book: FlowBook) -> Iterator[FlowError]:
    """Tell what *scenario* names that the flows of *book* do not have."""
    flow = book.flows.get(scenario.flow)
    if flow is None:
        hint = did_you_mean(scenario.flow, book.flows)
        what = f"there is no flow {scenario.flow}"
        yield _mistake(scenario, ("flow",), Rule.UNKNOWN_FLOW, what, hint)
    elif scenario.state and scenario.state not in flow.states:
        hint = did_you_mean(scenario.state, flow.states)
        what = f"there is no state {scenario.state} in {flow.name}"
        yield _mistake(scenario, ("state",), Rule.UNKNOWN_STATE, what, hint)
    yield from _slots(scenario, scenario.known, ("known",), book)
    for at, step in enumerate(scenario.steps):
        if isinstance(step, Slots):
            yield from _slots(scenario, step.values, ("steps", str(at), "slots"), book)


def _slots(
    scenario: Scenario, values: Mapping[str, str], path: tuple[str, ...], book: FlowBook
) -> Iterator[FlowError]:
    for name, text in values.items():
        slot = book.slots.get(name)
        if slot is None:
            what, hint = f"there is no slot {shown(name)}", did_you_mean(name, book.slots)
            yield _mistake(scenario, (*path, name), Rule.UNKNOWN_SLOT, what, hint)
        elif text and value_of(slot, text) is None:
            what = f"{name} cannot be {shown(text)!r}"
            hint = f"a {slot.type}; dates are written 1982-03-03"
            yield _mistake(scenario, (*path, name), Rule.BAD_VALUE, what, hint)


def _mistake(
    scenario: Scenario, path: tuple[str, ...], rule: Rule, message: str, hint: str
) -> FlowError:
    line, column = scenario.marks.get(path, (1, 1))
    return FlowError(scenario.file, line, rule, message, hint, column)
