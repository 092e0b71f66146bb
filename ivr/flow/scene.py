"""All flows of a line together, as the checks look at them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ivr.errors import FlowError, Severity
from ivr.flow.fields import Path
from ivr.flow.model import (
    Ask,
    Call,
    Do,
    End,
    Flow,
    Handoff,
    OperationSpec,
    Phi,
    Question,
    Record,
    Return,
    Say,
    Slot,
    State,
)
from ivr.flow.reader import Draft
from ivr.flow.rules import WARNINGS, Rule, closest
from ivr.flow.ways import targets_of

_PRIVACY = {Phi.NONE: 0, Phi.PERSONAL: 1, Phi.MEDICAL: 2}


@dataclass(frozen=True, slots=True)
class Scene:
    """What the checks look at; some of it may be broken."""

    flows: Mapping[str, Flow]
    operations: Mapping[str, OperationSpec]
    start: str
    slots: Mapping[str, Slot]
    """Every slot that a flow declares or an operation gives."""
    broken: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """By flow, the states of which it is not known what they lead to, with what they mention."""
    queues: frozenset[str] = frozenset()
    """Queues of the line; empty: any name is one."""
    unreadable: frozenset[str] = frozenset()
    """Stems of the files that hold no readable flow; what they define is not known."""
    guesses: dict[tuple[str, str], str | None] = field(default_factory=dict, compare=False)
    """What misspelt states most likely mean: flow and name to state, filled as it goes."""

    def states(self) -> Iterator[tuple[Flow, State]]:
        """Yield every state, broken ones as far as they could be read."""
        for flow in self.flows.values():
            for state in flow.states.values():
                yield flow, state

    def is_broken(self, flow: Flow, state: State) -> bool:
        """Whether it is not known what *state* leads to."""
        return state.name in self.broken.get(flow.name, {})

    def leads(self, flow: Flow, state: State) -> tuple[str, ...]:
        """
        Name the states that *state* leads to.

        A misspelt one counts as the one meant, and a broken state as leading to all it mentions.
        """
        meant = [self.meant(flow, to) for to in targets_of(state)]
        meant += sorted(self.broken.get(flow.name, {}).get(state.name, ()))
        return tuple(dict.fromkeys(to for to in meant if to is not None))

    def meant(self, flow: Flow, to: str) -> str | None:
        """Find the state that *to* names, or most likely means."""
        if to in flow.states:
            return to
        if (flow.name, to) not in self.guesses:
            self.guesses[flow.name, to] = closest(to, flow.states)
        return self.guesses[flow.name, to]

    def called(self, state: Call) -> Flow | None:
        """Find the flow that *state* calls; None when it is not known."""
        return self.flows.get(state.flow)


def scene_of(
    drafts: Iterable[Draft],
    operations: Mapping[str, OperationSpec],
    *,
    start: str,
    queues: Iterable[str] = (),
) -> Scene:
    """Put *drafts* together; of two flows of one name the first counts."""
    flows: dict[str, Flow] = {}
    broken: dict[str, Mapping[str, frozenset[str]]] = {}
    unreadable = set()
    for draft in drafts:
        if draft.flow is None or not draft.flow.name:
            unreadable.add(draft.file.rpartition("/")[2].partition(".")[0])
        if draft.flow is not None and draft.flow.name not in flows:
            flows[draft.flow.name] = draft.flow
            broken[draft.flow.name] = draft.broken
    return Scene(
        flows=flows,
        operations=operations,
        start=start,
        slots=all_slots(flows.values(), operations.values()),
        broken=broken,
        queues=frozenset(queues),
        unreadable=frozenset(unreadable),
    )


def all_slots(flows: Iterable[Flow], operations: Iterable[OperationSpec]) -> dict[str, Slot]:
    """Collect the slots of the call: those declared, and those only operations give."""
    slots: dict[str, Slot] = {}
    for spec in operations:
        for name, phi in spec.gives.items():
            known = slots.get(name)
            if known is None or more_private(phi, known.phi):
                slots[name] = Slot(name=name, type="value", phi=phi)
    for flow in flows:
        for name, slot in flow.slots.items():
            if name not in slots or not slots[name].line:
                slots[name] = slot
    return slots


def more_private(one: Phi, other: Phi) -> bool:
    """Whether *one* is more private than *other*."""
    return _PRIVACY[one] > _PRIVACY[other]


@dataclass(frozen=True, slots=True)
class Wording:
    """A template somewhere in a state."""

    path: Path
    template: str
    spoken: bool = True
    """Whether the caller hears it."""


def wordings_of(state: State) -> Iterator[Wording]:
    """Yield every template of *state*."""
    at = ("states", state.name)
    match state:
        case Ask(question=question):
            yield from _wordings_of_question(question, at)
        case Say(prompt=prompt):
            yield Wording((*at, "say"), prompt)
        case Do(arguments=arguments, filler=filler):
            yield Wording((*at, "filler"), filler)
            for name, template in arguments.items():
                yield Wording((*at, "with", name), template, spoken=False)
        case Handoff(prompt=prompt):
            yield Wording((*at, "say"), prompt)
        case Record(prompt=prompt):
            yield Wording((*at, "prompt"), prompt)
        case End(prompt=prompt):
            yield Wording((*at, "end"), prompt)
        case Call() | Return():
            pass


def _wordings_of_question(question: Question, at: Path) -> Iterator[Wording]:
    yield Wording((*at, "prompt"), question.prompt)
    yield Wording((*at, "help"), question.help)
    for key, texts in (("no_input", question.no_input), ("no_match", question.no_match)):
        for number, text in enumerate(texts):
            yield Wording((*at, key, str(number)), text)


def mistake(flow: Flow, path: Path, rule: Rule, message: str, hint: str = "") -> FlowError:
    """Note a mistake at *path* of *flow*, or as near to it as the reader's marks allow."""
    line, column = _place(flow, path)
    severity = Severity.WARNING if rule in WARNINGS else Severity.ERROR
    return FlowError(flow.file, line, rule, message, hint, column, severity)


def _place(flow: Flow, path: Path) -> tuple[int, int]:
    for length in range(len(path), 0, -1):
        if path[:length] in flow.marks:
            return flow.marks[path[:length]]
    state = flow.states.get(path[1]) if path[:1] == ("states",) else None
    return (state.line if state else flow.line), 1
