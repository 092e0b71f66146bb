"""
The only module that imports `transitions`.

One `FlowMachine` is built per flow and shared by all its calls; one `Cursor` is made per
visit of a call to a flow. A cursor is never registered with the machine and has no
attribute that a name of the author could hide: `transitions` hangs triggers and tests on
registered models, keeps a list of them, and resolves names through their attributes.
"""

from collections.abc import Mapping

from transitions import Event, Machine

from ivr.errors import FlowError, FlowErrors, MisuseError
from ivr.flow.expressions import Expression
from ivr.flow.model import Flow, Slot, State, Value
from ivr.flow.rules import Rule
from ivr.flow.ways import ways_of


class Cursor:
    """Where one call stands in its flow."""

    __slots__ = ("state",)

    state: str
    """Name of the state, `` after `close`; opaque for everybody else."""


class _Trigger(Event):
    """
    The trigger of one branch.

    No callback and no condition hangs on any of our edges: a guard is judged before its edge is
    chosen. So the move is all there is to do, and what the library does around one is left out;
    it takes ten times as long, a dozen times a call.
    """

    def trigger(self, model: object, *_args: object, **_kwargs: object) -> bool:
        """Move *model*, which stands on the source of an edge, to its target."""
        (edge,) = self.transitions[self.machine.get_model_state(model).name]
        if edge.dest is not None:  # None: the library's word for staying
            self.machine.set_state(edge.dest, model)
        return True


class _Machine(Machine):
    event_cls = _Trigger


class FlowMachine:
    """A flow compiled into a state machine: each branch is a trigger of its own."""

    def __init__(self, flow: Flow) -> None:
        """
        Compile *flow*.

        Raises:
            FlowErrors: A branch, or the start, names a state that does not exist.
        """
        self.flow = flow
        edges = _edges(flow)
        self._machine = _Machine(
            model=None,
            states=list(flow.states),
            initial=flow.start,
            transitions=edges,
            auto_transitions=False,
            model_override=True,
        )

        self._branches = {name: self._triggers(state) for name, state in flow.states.items()}

    def open(self) -> Cursor:
        """Place a new cursor on the start."""
        cursor = Cursor()
        self._machine.set_state(self.flow.start, cursor)
        return cursor

    def close(self, cursor: Cursor) -> None:
        """End the use of *cursor*; idempotent."""
        cursor.state = ""

    def state(self, cursor: Cursor) -> State:
        """
        Look up the state *cursor* stands on.

        Raises:
            MisuseError: It was closed, or belongs to another flow.
        """
        try:
            return self.flow.states[cursor.state]
        except KeyError:
            raise MisuseError(f"flow {self.flow.name}: this cursor is closed or foreign") from None

    def follow(self, cursor: Cursor, outcome: str, values: Mapping[str, Value]) -> bool:
        """
        Take the first branch of *outcome* whose guard holds for *values*.

        Returns:
            False when there is none; the cursor stands where it stood.

        Raises:
            MisuseError: As `state`.
        """
        for guard, trigger in self._branches[self.state(cursor).name].get(outcome, ()):
            if guard is None or guard.holds(values):
                return trigger.trigger(cursor)
        return False

    def go(self, cursor: Cursor, state: str) -> None:
        """
        Put *cursor* on another state of this flow, for "go back" and "start over".

        Raises:
            MisuseError: As `state`, or this flow has no such state.
        """
        self.state(cursor)
        if state not in self.flow.states:
            raise MisuseError(f"flow {self.flow.name} has no state {state}")
        self._machine.set_state(state, cursor)

    def _triggers(self, state: State) -> dict[str, list[tuple[Expression | None, Event]]]:
        events = self._machine.events
        return {
            outcome: [(b.when, events[_trigger(outcome, at)]) for at, b in enumerate(branches)]
            for outcome, branches in ways_of(state).items()
        }


class FlowBook:
    """All flows of a line, compiled; replaced as a whole, so that a call keeps its version."""

    def __init__(self, flows: Mapping[str, Flow], *, version: str, start: str) -> None:
        """
        Compile *flows*.

        Raises:
            FlowErrors: As `FlowMachine`.
        """
        self.flows = dict(flows)
        self.version = version
        """Hash of the files it was compiled from."""
        self.start = start
        """The flow a call begins with."""
        self._machines = {name: FlowMachine(flow) for name, flow in flows.items()}

    @property
    def slots(self) -> Mapping[str, Slot]:
        """All slots of the line; every compiled flow carries them too."""
        return self.flows[self.start].slots

    def machine(self, name: str) -> FlowMachine:
        """
        Find the machine of flow *name*.

        Raises:
            MisuseError: There is no such flow; the checks let no `call` of one through.
        """
        try:
            return self._machines[name]
        except KeyError:
            raise MisuseError(f"there is no flow {name}") from None


def _trigger(outcome: str, at: int) -> str:
    return f"{outcome}#{at}"  # the sign keeps it out of the name space of attributes


def _edges(flow: Flow) -> list[dict[str, str]]:
    mistakes = []
    if flow.start not in flow.states:
        mistakes.append(_unknown(flow, flow.start, flow.line))
    edges = []
    for name, state in flow.states.items():
        for outcome, branches in ways_of(state).items():
            for at, branch in enumerate(branches):
                if branch.to not in flow.states:
                    mistakes.append(_unknown(flow, branch.to, branch.line))
                edges.append({"trigger": _trigger(outcome, at), "source": name, "dest": branch.to})
    if mistakes:
        raise FlowErrors(mistakes)
    return edges


def _unknown(flow: Flow, state: str, line: int) -> FlowError:
    return FlowError(flow.file, line, Rule.UNKNOWN_STATE, f"there is no state {state!r}")
