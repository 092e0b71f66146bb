"""
Advice: does going on lead anywhere?

`never-set` and `no-progress` ask what is possible at all, where `known` asks what is sure: what
no way can bring about is a mistake of the author, not bad luck of a caller.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping

from ivr.errors import FlowError
from ivr.flow.fields import Path
from ivr.flow.graph import circles, finishing_order
from ivr.flow.known import IDENTITY
from ivr.flow.model import (
    EMPTY,
    GAVE_UP,
    NEXT,
    UNAVAILABLE,
    Ask,
    Branch,
    Call,
    Do,
    Flow,
    Record,
    Return,
    Say,
    State,
)
from ivr.flow.names import PATIENT
from ivr.flow.rules import Rule
from ivr.flow.scene import Scene, mistake
from ivr.flow.ways import ways_of

Found = Iterator[FlowError]
_Place = tuple[str, str]  # flow, state
_BACK = "return "  # before an outcome; no state is called so


def check_progress(scene: Scene, *, given: Collection[str]) -> Found:
    """
    Check guards and loops.

    Args:
        scene: All flows.
        given: Slots that the line itself may set before a flow begins.
    """
    yield from _never_set(scene, given)
    for flow in scene.flows.values():
        yield from _loops(scene, flow)


# ---------------------------------------------------------------- guards that never hold


def _never_set(scene: Scene, given: Collection[str]) -> Found:
    possible = settable(scene)
    for flow, state in scene.states():
        told: set[str] = set()
        for outcome, branches in ways_of(state).items():
            for number, branch in enumerate(branches):
                for name in sorted(branch.when.names) if branch.when else ():
                    here = possible.get((flow.name, state.name))
                    if here is None or name in here or name in told or name not in scene.slots:
                        continue
                    if name in given or scene.unreadable:
                        continue
                    told.add(name)
                    path: Path = ("states", state.name, "on", outcome, str(number))
                    message = f"nothing on any way to this state sets {name}"
                    hint = "ask for it before, or leave the guard out"
                    yield mistake(flow, path, Rule.NEVER_SET, message, hint)


def settable(scene: Scene) -> Mapping[tuple[str, str], frozenset[str]]:
    """Give every state, as flow and state, the slots that may be set when it is left."""
    edges = _edges(scene)
    found = dict.fromkeys(edges, frozenset[str]())
    for flow, state in scene.states():
        found[flow.name, state.name] = _sets(scene, state)
    todo = deque(reversed(finishing_order(edges)))
    waiting = set(todo)
    while todo:
        place = todo.popleft()
        waiting.discard(place)
        for to in edges.get(place, ()):
            if to in found and not found[place] <= found[to]:
                found[to] |= found[place]
                if to not in waiting:
                    waiting.add(to)
                    todo.append(to)
    return found


def _edges(scene: Scene) -> dict[_Place, list[_Place]]:
    """
    Lead from each state to the next ones, through called flows and back.

    All `return`s of an outcome lead to one place of their own, named after it, and that one to
    what every caller does next: callers times returns would be too many.
    """
    edges: dict[_Place, list[_Place]] = {}
    for flow, state in scene.states():
        here = edges.setdefault((flow.name, state.name), [])
        match state:
            case Return(outcome=outcome):
                here.append((flow.name, _BACK + outcome))
            case Call() if (called := scene.called(state)) is not None:
                here.append((called.name, called.start))
                for outcome, branches in state.on.items():
                    back = edges.setdefault((called.name, _BACK + outcome), [])
                    back += _meant(scene, flow, branches)
                if scene.broken.get(called.name):
                    here += ((flow.name, to) for to in scene.leads(flow, state))
            case _:
                here += ((flow.name, to) for to in scene.leads(flow, state))
    return edges


def _sets(scene: Scene, state: State) -> frozenset[str]:
    match state:
        case Ask(question=question) if question.slot:
            return frozenset({question.slot})
        case Do(operation=operation):
            spec = scene.operations.get(operation)
            if spec is None:
                return frozenset(scene.slots)
            proves = {PATIENT} if operation.startswith(IDENTITY) else set()
            return frozenset(spec.gives) | proves
        case _:
            return frozenset()


def _meant(scene: Scene, flow: Flow, branches: tuple[Branch, ...]) -> Iterator[_Place]:
    for branch in branches:
        to = scene.meant(flow, branch.to)
        if to is not None:
            yield flow.name, to


# ---------------------------------------------------------------- loops that change nothing


def _loops(scene: Scene, flow: Flow) -> Found:
    edges = {name: tuple(_idle(scene, flow, state)) for name, state in flow.states.items()}
    for loop in circles(edges):
        listens = any(isinstance(flow.states[name], Ask | Record) for name in loop)
        leads = {to for name in loop for to in scene.leads(flow, flow.states[name])}
        if listens and leads - set(loop):  # otherwise it is an error of another name
            names = ", ".join(loop)
            message = f"{names}: a caller who cannot answer here goes round and round"
            hint = "lead gave_up, not_found and the like out of the loop: to a person, or on"
            yield mistake(flow, ("states", loop[0]), Rule.NO_PROGRESS, message, hint)


def _idle(scene: Scene, flow: Flow, state: State) -> Iterator[str]:
    """Name the states that *state* leads to without a decision of the caller or anything new."""
    if scene.is_broken(flow, state):
        return
    for outcome, branches in ways_of(state).items():
        if len(branches) == 1 and _changes_nothing(scene, state, outcome):
            to = scene.meant(flow, branches[0].to)
            if to is not None:
                yield to


def _changes_nothing(scene: Scene, state: State, outcome: str) -> bool:
    if outcome in {GAVE_UP, EMPTY, UNAVAILABLE}:
        return True
    match state:
        case Ask(question=question):
            return question.slot is not None  # a choice of a menu is the caller's wish
        case Say():
            return outcome == NEXT
        case Do(operation=operation):
            spec = scene.operations.get(operation)
            return spec is not None and bool(spec.gives) and spec.fills.get(outcome) == ()
        case _:
            return False
