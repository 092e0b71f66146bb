"""
The escape proof: from every state, the shortest way to a person.

The line itself takes "operator" and key 0 wherever it listens and hands over to the queue
of the flow. So a state that listens is one turn away from a person, a `handoff` none, and
any other state leads on within its prompt. The checks refuse loops that never listen and
outcomes that lead nowhere; what is left to show here is the way itself.
"""

from collections import deque
from dataclasses import dataclass

from ivr.flow.machine import FlowBook
from ivr.flow.model import Ask, Call, Do, End, Flow, Handoff, Record, Return, Say, State
from ivr.flow.ways import targets_of, ways_of

_Place = tuple[str, str]  # flow, state


@dataclass(frozen=True, slots=True)
class Escape:
    """The way out of one state."""

    flow: str
    state: str
    line: int
    turns: int | None
    """What the caller has to say or press: 0, 1, or None when no person can be reached."""
    way: tuple[str, ...]
    """The states on the way, each as `flow.state`, this one first."""
    queue: str
    """Whose people answer; `` when there is no way."""

    def __str__(self) -> str:
        """Render the way in words."""
        if self.turns is None:
            return "no way to a person"
        last = f'"operator" or 0, then {self.queue}' if self.turns else self.queue
        names = (place.removeprefix(f"{self.flow}.") for place in self.way[1:])
        return " > ".join((*names, last))


def escape_proof(book: FlowBook) -> tuple[Escape, ...]:
    """Find the shortest way to a person from every state of *book*, in the order of its files."""
    onward = _onward(book)
    return tuple(
        _row(book, flow, state, onward)
        for flow in book.flows.values()
        for state in flow.states.values()
    )


def _turns(state: State) -> int | None:
    """Count the turns to a person when *state* is a way out, else None."""
    match state:
        case Handoff():
            return 0
        case Ask() | Record() | End():
            return 1  # the goodbye of an `end` can be interrupted like any prompt
        case Say() | Do() | Call() | Return():
            return None


def _onward(book: FlowBook) -> dict[_Place, _Place | None]:
    """Map each state to the next one on the shortest way out; a way out itself to None."""
    back: dict[_Place, list[_Place]] = {}
    found: dict[_Place, _Place | None] = {}
    for flow in book.flows.values():
        for state in flow.states.values():
            here = (flow.name, state.name)
            if _turns(state) is not None or _ends_here(book, flow, state):
                found[here] = None
            for to in _leads(book, flow, state):
                back.setdefault(to, []).append(here)
    todo = deque(found)
    while todo:
        reached = todo.popleft()
        for before in back.get(reached, ()):
            if before not in found:
                found[before] = reached
                todo.append(before)
    return found


def _leads(book: FlowBook, flow: Flow, state: State) -> list[_Place]:
    match state:
        case Call():
            called = book.flows[state.flow]
            return [(called.name, called.start)]
        case Return(outcome=outcome):
            return [
                (caller.name, branch.to)
                for caller, call in _calls_of(book, flow)
                for branch in ways_of(call).get(outcome, ())
            ]
        case _:
            return [(flow.name, to) for to in targets_of(state)]


def _calls_of(book: FlowBook, flow: Flow) -> list[tuple[Flow, Call]]:
    return [
        (caller, state)
        for caller in book.flows.values()
        for state in caller.states.values()
        if isinstance(state, Call) and state.flow == flow.name
    ]


def _ends_here(book: FlowBook, flow: Flow, state: State) -> bool:
    """Whether a `return` has no caller to go back to: the line then says goodbye."""
    return isinstance(state, Return) and not _calls_of(book, flow)


def _row(book: FlowBook, flow: Flow, state: State, onward: dict[_Place, _Place | None]) -> Escape:
    here: _Place | None = (flow.name, state.name)
    if here not in onward:
        return Escape(flow.name, state.name, state.line, None, (f"{flow.name}.{state.name}",), "")
    way = []
    last = flow, state
    while here is not None:
        last = book.flows[here[0]], book.flows[here[0]].states[here[1]]
        way.append(".".join(here))
        here = onward[here]
    turns = _turns(last[1])
    queue = last[1].queue if isinstance(last[1], Handoff) else last[0].queue
    return Escape(
        flow.name, state.name, state.line, 1 if turns is None else turns, tuple(way), queue
    )
