"""
Checks: is everything a state speaks or passes on surely known there, and proved?

A forward analysis over all flows at once. Each state is given the set of facts that hold on
every path to it: slots that are set, and PROVED. A question adds its slot, an operation
what it gives, a guard what it proves; where paths meet only what all of them know survives.
A called flow starts with what every caller knows, and returns what all its `return`s of an
outcome know. Sets only shrink, so the work ends.
"""

from collections import deque
from collections.abc import Iterator, Mapping

from ivr.errors import FlowError
from ivr.flow.fields import Path
from ivr.flow.model import (
    GAVE_UP,
    NEXT,
    UNAVAILABLE,
    Ask,
    Branch,
    Call,
    Do,
    Flow,
    Phi,
    Return,
    State,
)
from ivr.flow.names import PATIENT
from ivr.flow.rules import Rule, closest
from ivr.flow.scene import Scene, Wording, mistake, wordings_of
from ivr.flow.templates import slots_of
from ivr.flow.ways import ways_of

IDENTITY = "identity."
"""What the operations that prove who somebody is are named after."""
VERIFIED = "verified"
"""Their outcome that proves it."""
PROVED = "!proved"
"""The fact that the caller has proved who they are; the sign keeps it apart from slots."""
RECIPIENT = "number"
"""The argument that says where a message goes; whoever is called knows their own number."""

_PROVE = f"lead here only after {IDENTITY}verify came out {VERIFIED}, or with when: {PATIENT}"

Facts = frozenset[str]
Found = Iterator[FlowError]
_Place = tuple[str, str]  # flow, state


def check_known(scene: Scene) -> Found:
    """Check what is said, passed on and asked of the clinic in every state that is reached."""
    facts = known_in(scene)
    for flow, state in scene.states():
        here = facts.get((flow.name, state.name))
        if here is None:
            continue
        for wording in wordings_of(state):
            yield from _wording(scene, flow, wording, here)
        if isinstance(state, Do):
            yield from _operation(scene, flow, state, here)


def known_in(scene: Scene) -> Mapping[tuple[str, str], Facts]:
    """Give every state that is reached, as flow and state, the facts that surely hold in it."""
    return _Analysis(scene).run()


def _wording(scene: Scene, flow: Flow, wording: Wording, here: Facts) -> Found:
    for name in slots_of(wording.template):
        slot = scene.slots.get(name)
        if slot is None:
            continue
        if name not in here:
            message = f"{name} is not set on every way to this state"
            hint = f"ask for it before, or lead here only with when: {name}"
            yield mistake(flow, wording.path, Rule.MAYBE_UNSET, message, hint)
        if wording.spoken and slot.phi is not Phi.NONE and PROVED not in here:
            message = f"{name} is {slot.phi}, and the caller has not proved who they are here"
            yield mistake(flow, wording.path, Rule.SPEAKS_PRIVATE, message, _PROVE)


def _operation(scene: Scene, flow: Flow, state: Do, here: Facts) -> Found:
    spec = scene.operations.get(state.operation)
    if spec is None or PROVED in here:
        return
    path: Path = ("states", state.name)
    if spec.verified:
        message = f"{spec.name} is for callers who have proved who they are"
        yield mistake(flow, (*path, "do"), Rule.NEEDS_PROOF, message, _PROVE)
    for argument in spec.needs if spec.sends else ():
        for name in slots_of(state.arguments.get(argument, "")):
            slot = scene.slots.get(name)
            if slot is not None and slot.phi is not Phi.NONE and argument != RECIPIENT:
                message = f"{name} is {slot.phi}, and would be sent to somebody not known here"
                place = (*path, "with", argument)
                yield mistake(flow, place, Rule.TEXTS_PRIVATE, message, _PROVE)


class _Analysis:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._facts: dict[_Place, Facts] = {}
        self._returned: dict[tuple[str, str], Facts] = {}
        self._todo: deque[_Place] = deque()
        self._everything = frozenset(scene.slots) | {PROVED}
        self._callers: dict[str, list[_Place]] = {}
        for flow, state in scene.states():
            if isinstance(state, Call):
                self._callers.setdefault(state.flow, []).append((flow.name, state.name))

    def run(self) -> Mapping[_Place, Facts]:
        """Give every state that is reached the facts that surely hold on entering it."""
        for flow in self._scene.flows.values():
            entered = flow.name == self._scene.start or flow.for_agents
            if entered or flow.name not in self._callers:
                self._arrive(flow, flow.start, frozenset())
        while self._todo:
            name, state = self._todo.popleft()
            self._pass(self._scene.flows[name], state)
        return self._facts

    def _arrive(self, flow: Flow, state: str, facts: Facts) -> None:
        meant = self._scene.meant(flow, state)
        if meant is None:
            return
        place = (flow.name, meant)
        old = self._facts.get(place)
        new = facts if old is None else old & facts
        if new != old:
            self._facts[place] = new
            self._todo.append(place)

    def _pass(self, flow: Flow, name: str) -> None:
        state = flow.states[name]
        here = self._facts[flow.name, name]
        if self._scene.is_broken(flow, state):
            for to in self._scene.leads(flow, state):
                self._arrive(flow, to, self._everything)
            return
        match state:
            case Return(outcome=outcome):
                self._return(flow, outcome, here)
            case Call():
                self._call(flow, state, here)
            case _:
                for outcome, branches in ways_of(state).items():
                    self._leave(flow, branches, here | self._gained(state, outcome))

    def _call(self, flow: Flow, state: Call, here: Facts) -> None:
        called = self._scene.called(state)
        if called is not None:
            self._arrive(called, called.start, here)
        for outcome, branches in state.on.items():
            if called is None or outcome not in called.outcomes:
                self._leave(flow, branches, self._everything)
            elif (called.name, outcome) in self._returned:
                self._leave(flow, branches, here | self._returned[called.name, outcome])

    def _return(self, flow: Flow, outcome: str, here: Facts) -> None:
        key = (flow.name, outcome)
        old = self._returned.get(key)
        new = here if old is None else old & here
        if new != old:
            self._returned[key] = new
            self._todo.extend(
                place for place in self._callers.get(flow.name, ()) if place in self._facts
            )

    def _leave(self, flow: Flow, branches: tuple[Branch, ...], facts: Facts) -> None:
        for branch in branches:
            if branch.when is None:
                self._arrive(flow, branch.to, facts)
                continue
            self._arrive(flow, branch.to, facts | _proved(branch, outcome=True))
            facts |= _proved(branch, outcome=False)

    def _gained(self, state: State, outcome: str) -> Facts:
        match state:
            case Ask(question=question) if question.slot and outcome == NEXT:
                return frozenset({question.slot})
            case Do(operation=operation) if outcome not in {UNAVAILABLE, GAVE_UP}:
                return self._given(operation, outcome)
            case _:
                return frozenset()

    def _given(self, operation: str, outcome: str) -> Facts:
        spec = self._scene.operations.get(operation)
        if spec is None:
            return self._everything
        if outcome not in spec.outcomes:  # a mistake of its own: what is meant counts
            meant = closest(outcome, spec.outcomes)
            return self._given(operation, meant) if meant else self._everything
        if not operation.startswith(IDENTITY):
            return frozenset(spec.fills.get(outcome, spec.gives)) - {PATIENT}
        if outcome == VERIFIED:
            return frozenset(spec.fills.get(outcome, spec.gives)) | {PATIENT, PROVED}
        return frozenset(spec.fills.get(outcome, ())) - {PATIENT}  # who was not found has no name


def _proved(branch: Branch, *, outcome: bool) -> Facts:
    slots = branch.when.proves(outcome=outcome) if branch.when else frozenset()
    return slots | {PROVED} if PATIENT in slots else slots
