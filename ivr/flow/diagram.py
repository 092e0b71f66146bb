"""A flow as a picture before anybody draws it: boxes and arrows, in words of those who read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from ivr.flow.model import (
    EMPTY,
    GAVE_UP,
    NEXT,
    UNAVAILABLE,
    Ask,
    Branch,
    Call,
    Do,
    End,
    Flow,
    Handoff,
    Record,
    Return,
    Say,
    State,
)
from ivr.flow.ways import ways_of

Pair = tuple[str, str]
"""Two states, one leading to the other."""


class Kind(StrEnum):
    """What happens in a box; the value is what the legend calls it."""

    ASK = "asks the caller"
    SAY = "says something"
    CHOOSE = "only chooses the way"
    DO = "asks the clinic's records"
    CALL = "goes through another flow"
    RECORD = "takes a message"
    PERSON = "a person takes over"
    RETURN = "back to where this flow was called"
    END = "says goodbye and hangs up"


RESCUES = {
    GAVE_UP: "no answer understood",
    UNAVAILABLE: "records do not answer",
    EMPTY: "nothing said",
}
"""Outcomes that nobody hopes for, in words."""


@dataclass(frozen=True, slots=True)
class Box:
    """One state."""

    name: str
    kind: Kind
    title: str
    detail: str = ""
    """What is asked for, who takes over, which flow follows."""
    prompt: str = ""
    """What the caller hears first, slots unfilled."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """All that leads from one state to another."""

    source: str
    to: str
    words: tuple[str, ...] = ()
    """What has to happen, one each for several ways; empty: nothing has to."""
    rescue: bool = False
    """Whether only a failure leads this way."""

    @property
    def pair(self) -> Pair:
        """The two states."""
        return self.source, self.to


@dataclass(frozen=True, slots=True)
class Diagram:
    """One flow, ready to be drawn."""

    flow: str
    title: str
    start: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    person: str
    """Who answers when the caller says "operator" in it."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of boxes that there are, in the order of the legend."""
        found = {box.kind for box in self.boxes}
        return tuple(kind for kind in Kind if kind in found)


def diagram_of(
    flow: Flow, *, flows: Mapping[str, Flow], queue_title: Callable[[str], str]
) -> Diagram:
    """
    Lay out *flow*.

    Args:
        flow: The flow.
        flows: All flows, for their titles.
        queue_title: Says what callers hear of a queue, such as `the pharmacy`.
    """
    return Diagram(
        flow=flow.name,
        title=flow.title,
        start=flow.start,
        boxes=tuple(_box(flow, state, flows, queue_title) for state in flow.states.values()),
        arrows=tuple(arrow for state in flow.states.values() for arrow in _arrows(flow, state)),
        person=queue_title(flow.queue),
    )


def in_words(name: str) -> str:
    """Write a name of the file as a person would: `ask_number` is `ask number`."""
    return name.replace("_", " ")


def _box(
    flow: Flow, state: State, flows: Mapping[str, Flow], queue_title: Callable[[str], str]
) -> Box:
    title = in_words(state.name).capitalize()
    match state:
        case Ask(name=name, question=question):
            slot = flow.slots.get(question.slot or "")
            detail = "" if slot is None or slot.type == "yes_no" else f"the {in_words(slot.name)}"
            return Box(name, Kind.ASK, title, detail, question.prompt)
        case Say(name=name, prompt=prompt):
            return Box(name, Kind.SAY if prompt else Kind.CHOOSE, title, "", prompt)
        case Do(name=name, operation=operation):
            return Box(name, Kind.DO, title, in_words(operation.replace(".", ": ")), state.filler)
        case Call(name=name, flow=called):
            return Box(name, Kind.CALL, flows[called].title if called in flows else called)
        case Record(name=name, prompt=prompt):
            return Box(name, Kind.RECORD, title, "", prompt)
        case Return(name=name, outcome=outcome):
            return Box(name, Kind.RETURN, in_words(outcome).capitalize())
        case Handoff(name=name, queue=queue, prompt=prompt):
            return Box(name, Kind.PERSON, title, queue_title(queue), prompt)
        case End(name=name, prompt=prompt):
            return Box(name, Kind.END, title, "", prompt)
        case _:
            assert_never(state)


def _arrows(flow: Flow, state: State) -> list[Arrow]:
    """Gather the ways from *state*; those to the same state share an arrow."""
    words: dict[str, list[str]] = {}
    outcomes: dict[str, set[str]] = {}
    hoped_for_first = sorted(ways_of(state).items(), key=lambda way: way[0] in RESCUES)
    for outcome, branches in hoped_for_first:
        for branch in branches:
            said = ", ".join(
                part
                for part in (_outcome(state, outcome), _guard(flow, state, branch, branches))
                if part
            )
            words.setdefault(branch.to, []).extend([said] if said else [])
            outcomes.setdefault(branch.to, set()).add(outcome)
    return [
        Arrow(state.name, to, tuple(dict.fromkeys(said)), rescue=outcomes[to] <= RESCUES.keys())
        for to, said in words.items()
    ]


def _outcome(state: State, outcome: str) -> str:
    if outcome in RESCUES:
        return RESCUES[outcome]
    if isinstance(state, Ask) and state.question.slot is None:
        keys = {choice.name: choice.key for choice in state.question.choices}
        key = keys.get(outcome)
        return f"{in_words(outcome)} ({key})" if key else in_words(outcome)
    return "" if outcome == NEXT else in_words(outcome)


def _guard(flow: Flow, state: State, branch: Branch, branches: tuple[Branch, ...]) -> str:
    """Tell when *branch* is taken; a guard on yes or no is what the caller answers."""
    if len(branches) == 1 and branch.when is None:
        return ""
    asked = state.question.slot if isinstance(state, Ask) else None
    slot = flow.slots.get(asked or "")
    if slot and slot.type == "yes_no" and branches[0].when and branches[0].when.text == asked:
        return "yes" if branch.when else "no"
    if branch.when is None:
        return "otherwise"
    guard = branch.when.text
    if guard.isidentifier():
        return f"{in_words(guard)} is known"
    return f"if {in_words(guard).replace('==', 'is').replace('!=', 'is not')}"
