"""Checks: does every name mean something?"""

from collections.abc import Iterable, Iterator
from itertools import islice

from ivr.errors import FlowError
from ivr.flow.expressions import Expression
from ivr.flow.fields import Path
from ivr.flow.model import (
    EMPTY,
    GAVE_UP,
    NEXT,
    UNAVAILABLE,
    Ask,
    Call,
    Do,
    End,
    Flow,
    Handoff,
    OperationSpec,
    Phi,
    Record,
    Return,
    Say,
    Slot,
    State,
)
from ivr.flow.rules import Rule, closest, did_you_mean, shown
from ivr.flow.scene import Scene, mistake, more_private, wordings_of
from ivr.flow.templates import slots_of
from ivr.flow.ways import answers_of, ways_of

PATIENT = "patient"
"""The slot that says who the caller has proved to be; only identity operations fill it."""

MOST_UNKNOWN = 20  # slots of one text that are told; a text with more is no prompt

Found = Iterator[FlowError]


def check_names(scene: Scene) -> Found:
    """Check every name of *scene*."""
    yield from _starts(scene)
    yield from _slots_agree(scene)
    yield from _queues_exist(scene)
    for flow, state in scene.states():
        yield from _states_exist(scene, flow, state)
        yield from _slots_exist(scene, flow, state)
        match state:
            case Ask():
                yield from _asked(flow, state)
            case Do() if state.operation:
                yield from _operation(scene, flow, state)
            case Call() if state.flow:
                yield from _called(scene, flow, state)
            case _:
                pass
        if not scene.is_broken(flow, state):
            yield from _outcomes(scene, flow, state)


def _starts(scene: Scene) -> Found:
    for flow in scene.flows.values():
        if flow.start and flow.start not in flow.states:
            message = f"there is no state {flow.start}"
            hint = did_you_mean(flow.start, flow.states)
            yield mistake(flow, ("start",), Rule.UNKNOWN_STATE, message, hint)
    if scene.start not in scene.flows and not scene.unreadable:
        message = f"the line starts with flow {scene.start}, which no file holds"
        hint = did_you_mean(scene.start, scene.flows)
        yield FlowError("flows.start", 1, Rule.UNKNOWN_FLOW, message, hint)


def _queues_exist(scene: Scene) -> Found:
    for flow in scene.flows.values():
        yield from _queue_exists(scene, flow, flow.queue, ("queue",))
    for flow, state in scene.states():
        if isinstance(state, Handoff):
            path = ("states", state.name, "handoff")
            yield from _queue_exists(scene, flow, state.queue, path)


def _queue_exists(scene: Scene, flow: Flow, queue: str, path: Path) -> Found:
    if queue and scene.queues and queue not in scene.queues:
        hint = did_you_mean(queue, scene.queues)
        yield mistake(flow, path, Rule.UNKNOWN_QUEUE, f"there is no queue {queue}", hint)


# ---------------------------------------------------------------- slots


def _slots_agree(scene: Scene) -> Found:
    given: dict[str, tuple[Phi, str]] = {}
    for spec in scene.operations.values():
        for name, phi in spec.gives.items():
            if name not in given or more_private(phi, given[name][0]):
                given[name] = (phi, spec.name)
    for flow in scene.flows.values():
        for name, slot in flow.slots.items():
            yield from _slot_agrees(flow, slot, scene.slots[name], given.get(name))


def _slot_agrees(flow: Flow, slot: Slot, first: Slot, given: tuple[Phi, str] | None) -> Found:
    path = ("slots", slot.name)
    if (slot.type, slot.phi) != (first.type, first.phi):
        message = (
            f"slot {slot.name} is {slot.type}, phi {slot.phi} here, "
            f"and {first.type}, phi {first.phi} in another flow"
        )
        hint = "a slot is one thing for the whole call"
        yield mistake(flow, path, Rule.SLOT_DISAGREES, message, hint)
    elif given and more_private(given[0], slot.phi):
        message = f"operation {given[1]} gives {slot.name} as {given[0]}, here it is {slot.phi}"
        yield mistake(flow, path, Rule.SLOT_DISAGREES, message, f"write phi: {given[0]}")


def _slots_exist(scene: Scene, flow: Flow, state: State) -> Found:
    uses: list[tuple[Path, Iterable[str]]] = [
        (wording.path, slots_of(wording.template)) for wording in wordings_of(state)
    ]
    guards = _guards_of(state)
    uses += [(path, sorted(guard.names)) for guard, path in guards.items()]
    for path, names in uses:
        unknown = (name for name in names if name not in scene.slots)
        for name in islice(unknown, MOST_UNKNOWN):
            hint = did_you_mean(name, scene.slots)
            yield mistake(flow, path, Rule.UNKNOWN_SLOT, f"there is no slot {name}", hint)
    for guard, path in guards.items():
        for name, literal in guard.compared():
            answers = answers_of(scene.slots.get(name))
            if answers and literal not in answers:
                message = f"{name} is never {shown(literal)}"
                hint = did_you_mean(literal, answers)
                yield mistake(flow, path, Rule.UNKNOWN_ANSWER, message, hint)


def _guards_of(state: State) -> dict[Expression, Path]:
    """Collect the guards of *state*, each with the first place it stands at."""
    guards: dict[Expression, Path] = {}
    for outcome, branches in ways_of(state).items():
        for number, branch in enumerate(branches):
            if branch.when is not None:
                guards.setdefault(branch.when, ("states", state.name, "on", outcome, str(number)))
    return guards


def _asked(flow: Flow, state: Ask) -> Found:
    name = state.question.slot
    if not name:  # a menu, or one that could not be read
        return
    path = ("states", state.name, "ask")
    if name not in flow.slots:
        hint = closest(name, flow.slots)
        hint = f"did you mean {hint}?" if hint else "declare it under slots: of this file"
        yield mistake(flow, path, Rule.UNKNOWN_SLOT, f"there is no slot {name} here", hint)
    elif flow.slots[name].type == "value":
        message = f"slot {name} is a value: only an operation can fill it"
        hint = "give it a type that can be asked for"
        yield mistake(flow, path, Rule.UNASKABLE_SLOT, message, hint)
    elif name == PATIENT:
        message = "patient is who the caller has proved to be; only an operation fills it"
        yield mistake(flow, path, Rule.UNASKABLE_SLOT, message, "ask for another slot")


# ---------------------------------------------------------------- states, operations, flows


def _states_exist(scene: Scene, flow: Flow, state: State) -> Found:
    told: set[tuple[str, int]] = set()
    for outcome, branches in ways_of(state).items():
        for number, branch in enumerate(branches):
            if branch.to in flow.states or (branch.to, branch.line) in told:
                continue
            told.add((branch.to, branch.line))
            path = ("states", state.name, "on", outcome, str(number))
            hint = did_you_mean(branch.to, flow.states)
            message = f"there is no state {branch.to}"
            if branch.to in scene.flows:
                hint = f"{branch.to} is a flow; add a state with call: {branch.to}"
            yield mistake(flow, path, Rule.UNKNOWN_STATE, message, hint)


def _operation(scene: Scene, flow: Flow, state: Do) -> Found:
    spec = scene.operations.get(state.operation)
    path = ("states", state.name)
    if spec is None:
        message = f"there is no operation {shown(state.operation)}"
        hint = did_you_mean(state.operation, scene.operations)
        yield mistake(flow, (*path, "do"), Rule.UNKNOWN_OPERATION, message, hint)
        return
    missing = [name for name in spec.needs if name not in state.arguments]
    for name in state.arguments:
        if name not in spec.needs:
            message = f"{spec.name} takes no {shown(name)}"
            hint = did_you_mean(name, spec.needs)
            yield mistake(flow, (*path, "with", name), Rule.UNKNOWN_ARGUMENT, message, hint)
            if (meant := closest(name, missing)) is not None:
                missing.remove(meant)
    for name in missing:
        message = f"{spec.name} needs {name}"
        hint = f'add it under with: {name}: "{{{name}}}"'
        yield mistake(flow, (*path, "do"), Rule.MISSING_ARGUMENT, message, hint)


def _called(scene: Scene, flow: Flow, state: Call) -> Found:
    if scene.called(state) is None and state.flow not in scene.unreadable:
        message = f"there is no flow {state.flow}"
        hint = did_you_mean(state.flow, scene.flows)
        yield mistake(flow, ("states", state.name, "call"), Rule.UNKNOWN_FLOW, message, hint)


# ---------------------------------------------------------------- outcomes


def _outcomes(scene: Scene, flow: Flow, state: State) -> Found:
    wanted = _outcomes_of(scene, state)
    if wanted is None:
        return
    required, optional = wanted
    ways = ways_of(state)
    missing = [outcome for outcome in required if outcome not in ways]
    for outcome in ways:
        if outcome in required or outcome in optional:
            continue
        meant = closest(outcome, missing)
        if meant is not None:
            missing.remove(meant)
        message = f"{shown(outcome)} is no outcome of this state"
        hint = f"did you mean {meant}?" if meant else did_you_mean(outcome, (*required, *optional))
        path = ("states", state.name, "on", outcome)
        yield mistake(flow, path, Rule.UNKNOWN_OUTCOME, message, hint)
    if missing:
        yield from _unhandled(flow, state, missing)


def _outcomes_of(scene: Scene, state: State) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Tell which outcomes must lead on and which may; None when that is not known."""
    match state:
        case Ask(question=question):
            if question.slot is None:
                return tuple(choice.name for choice in question.choices), (GAVE_UP,)
            return (NEXT,), (GAVE_UP, *answers_of(scene.slots.get(question.slot)))
        case Say():
            return (NEXT,), ()
        case Record():
            return (NEXT, EMPTY), ()
        case Do(operation=operation):
            return _outcomes_of_operation(scene.operations.get(operation))
        case Call():
            called = scene.called(state)
            guessed = called is None or scene.broken.get(called.name)
            return None if guessed or called is None else (called.outcomes, ())
        case Return() | Handoff() | End():
            return (), ()


def _outcomes_of_operation(
    spec: OperationSpec | None,
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    if spec is None:
        return None
    return tuple(one for one in spec.outcomes if one != UNAVAILABLE), (UNAVAILABLE,)


def _unhandled(flow: Flow, state: State, missing: list[str]) -> Found:
    path: Path = ("states", state.name)
    if isinstance(state, Ask) and state.question.slot is None:
        for outcome in missing:
            message = f"choice {outcome} does not say where to go on"
            place = (*path, "choices", outcome)
            yield mistake(flow, place, Rule.MISSING_NEXT, message, "add next: to the choice")
        return
    if NEXT in missing:
        message = f"state {state.name} does not say where to go on"
        hint = "add next: and the name of a state"
        yield mistake(flow, path, Rule.MISSING_NEXT, message, hint)
    others = [outcome for outcome in missing if outcome != NEXT]
    if others:
        message = f"no way on for {', '.join(others)}"
        hint = f"add {others[0]}: and a state under on:"
        yield mistake(flow, path, Rule.UNHANDLED_OUTCOME, message, hint)
