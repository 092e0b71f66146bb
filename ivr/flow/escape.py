"""
The escape proof: from every state, the shortest way to a person.

The line itself takes "operator" and key 0 wherever it listens and hands over to the queue
of the flow. So a state that listens is one turn away from a person, a `handoff` none, and
any other state leads on within its prompt. The checks refuse loops that never listen and
outcomes that lead nowhere; what is left to show here is the way itself.

Its seconds are the most it can take a caller who wants out: every prompt on it is heard to its
end, although callers may interrupt, and the clinic answers at the last moment allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from ivr.flow.machine import FlowBook
from ivr.flow.model import Ask, Call, Do, End, Flow, Handoff, Record, Return, Say, State
from ivr.flow.reading import ORDINARY_RATE, seconds_to_say
from ivr.flow.ways import targets_of, ways_of

MOST_TURNS = 1  # that may part a caller from a person, in any state

_Place = tuple[str, str]  # flow, state


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in seconds unless named otherwise."""

    words_a_minute: float = ORDINARY_RATE
    operation: float = 8.0
    """The longest that an operation of the clinic may take."""
    word: float = 1.0
    """Saying "operator", or pressing 0, and being understood."""


@dataclass(frozen=True, slots=True)
class Escape:
    """The way out of one state."""

    flow: str
    state: str
    line: int
    turns: int | None
    """What the caller has to say or press: 0, 1, or None when no person can be reached."""
    seconds: float | None
    """The most that this way takes, until the person is being called; None with `turns`."""
    way: tuple[str, ...]
    """The states on the way, each as `flow.state`, this one first."""
    queue: str
    """Whose people answer; `` when there is no way."""

    @property
    def holds(self) -> bool:
        """Whether a person is near enough."""
        return self.turns is not None and self.turns <= MOST_TURNS

    def __str__(self) -> str:
        """Render the way in words."""
        if self.turns is None:
            return "no way to a person"
        last = f'"operator" or 0, then {self.queue}' if self.turns else self.queue
        names = (place.removeprefix(f"{self.flow}.") for place in self.way[1:])
        return " > ".join((*names, last))


def escape_proof(book: FlowBook, pace: Pace | None = None) -> tuple[Escape, ...]:
    """Find the shortest way to a person from every state of *book*, in the order of its files."""
    onward = _onward(book, pace or Pace())
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


@dataclass(frozen=True, slots=True)
class _Step:
    """How to go on from a state."""

    to: _Place | None
    """None: this state is a way out itself."""
    seconds: float
    """From here to the person."""


def _seconds_in(state: State, pace: Pace) -> float:
    match state:
        case Ask(question=question):
            return _spoken(question.prompt, pace) + pace.word
        case Record(prompt=prompt) | End(prompt=prompt):
            return _spoken(prompt, pace) + pace.word
        case Say(prompt=prompt) | Handoff(prompt=prompt):
            return _spoken(prompt, pace)
        case Do():
            return pace.operation
        case Call() | Return():
            return 0.0


def _spoken(prompt: str, pace: Pace) -> float:
    return seconds_to_say(prompt, words_a_minute=pace.words_a_minute)


def _onward(book: FlowBook, pace: Pace) -> Mapping[_Place, _Step]:
    """Map each state to its step on the quickest way out (Dijkstra, from all ways out at once)."""
    back: dict[_Place, list[_Place]] = {}
    near: list[tuple[float, int, _Place, _Place | None]] = []
    cost: dict[_Place, float] = {}
    for flow in book.flows.values():
        for state in flow.states.values():
            here = (flow.name, state.name)
            cost[here] = _seconds_in(state, pace)
            if _turns(state) is not None or _ends_here(book, flow, state):
                near.append((cost[here], len(near), here, None))
            for to in _leads(book, flow, state):
                back.setdefault(to, []).append(here)
    found: dict[_Place, _Step] = {}
    near.sort()
    number = len(near)  # of two equal ways the one found first
    while near:
        seconds, _, place, after = heappop(near)
        if place in found:
            continue
        found[place] = _Step(after, seconds)
        for before in back.get(place, ()):
            if before not in found:
                number += 1
                heappush(near, (seconds + cost[before], number, before, place))
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


def _row(book: FlowBook, flow: Flow, state: State, onward: Mapping[_Place, _Step]) -> Escape:
    here: _Place | None = (flow.name, state.name)
    first = onward.get((flow.name, state.name))
    if first is None:
        own = f"{flow.name}.{state.name}"
        return Escape(flow.name, state.name, state.line, None, None, (own,), "")
    way = []
    last = flow, state
    while here is not None:
        last = book.flows[here[0]], book.flows[here[0]].states[here[1]]
        way.append(".".join(here))
        here = onward[here].to
    turns = _turns(last[1])
    return Escape(
        flow=flow.name,
        state=state.name,
        line=state.line,
        turns=1 if turns is None else turns,
        seconds=round(first.seconds, 1),
        way=tuple(way),
        queue=last[1].queue if isinstance(last[1], Handoff) else last[0].queue,
    )
