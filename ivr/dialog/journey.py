"""Where one call stands: the flow it is in, the flows that called it, and the way it came."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.dialog.knowledge import PROVING
from ivr.flow.machine import Cursor, FlowBook, FlowMachine
from ivr.flow.model import Ask, Do, Flow, State, Value

DEEPEST = 16  # flows within flows; the compiler refuses recursion, this bounds what it missed
SURVEY_SLOT = "survey_score"  # holds how well the caller was helped, in their eyes
LEADING_THROUGH = (PROVING, "messages.")  # a flow that asks nothing else is nobody's errand


@dataclass(frozen=True, slots=True)
class Frame:
    """One flow under way."""

    machine: FlowMachine
    cursor: Cursor
    errand: bool
    """Whether the caller came for this, rather than being led through it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A question that was answered, and what was known when it was asked."""

    places: tuple[tuple[str, str], ...]
    values: Mapping[str, Value]


class Journey:
    """The way of one call through its flows."""

    def __init__(self, book: FlowBook, start: str) -> None:
        """
        Stand on the first state of the flow *start*.

        Raises:
            MisuseError: There is no such flow.
        """
        self._book = book
        self._start = start
        self._frames: list[Frame] = []
        self._trail: list[Checkpoint] = []
        self._path: list[str] = []
        self._errand = ""
        self.about = ""
        """The flow that the caller chose last in the first one, `` before that."""
        self.awaited = False
        """Whether a person waits for the caller where the journey ends."""
        self._push(start)

    @property
    def flow(self) -> Flow:
        """The flow we are in."""
        return self._frames[-1].machine.flow

    @property
    def state(self) -> State:
        """The state we are in."""
        frame = self._frames[-1]
        return frame.machine.state(frame.cursor)

    @property
    def called(self) -> bool:
        """Whether another flow waits for this one."""
        return len(self._frames) > 1

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Flow and state of each flow under way, the outermost first."""
        return tuple((f.machine.flow.name, f.machine.state(f.cursor).name) for f in self._frames)

    @property
    def path(self) -> tuple[str, ...]:
        """Every state visited, as `flow.state`, in order."""
        return tuple(self._path)

    @property
    def errand(self) -> str:
        """Title of what the caller came for, as far as they said; `` before that."""
        return self._errand

    def arrive(self) -> str:
        """Note that the call has come to this state; return it as `flow.state`."""
        place = f"{self.flow.name}.{self.state.name}"
        self._path.append(place)
        return place

    def follow(self, outcome: str, values: Mapping[str, Value]) -> bool:
        """Go where *outcome* leads from here; False when it leads nowhere."""
        frame = self._frames[-1]
        return frame.machine.follow(frame.cursor, outcome, values)

    def enter(self, flow: str) -> bool:
        """Go to the start of *flow*, to come back later; False when it is too deep."""
        if len(self._frames) >= DEEPEST:
            return False
        if not self.called and self._chose():
            self.about = flow if _can_be_chosen(self._book.flows[flow]) else self.about
        self._push(flow)
        return True

    def leave(self) -> None:
        """Come back to the flow that called this one."""
        frame = self._frames.pop()
        frame.machine.close(frame.cursor)
        while self._trail and len(self._trail[-1].places) > len(self._frames):
            self._trail.pop()

    def mark(self, values: Mapping[str, Value]) -> None:
        """Note that the question here is being answered; *values* is what was known before."""
        self._trail.append(Checkpoint(self.places, dict(values)))

    def go_back(self) -> Mapping[str, Value] | None:
        """
        Return to the question before, within the flows still under way.

        Returns:
            What was known there, or None when there is no earlier question.
        """
        if not self._trail:
            return None
        checkpoint = self._trail.pop()
        self.close()
        for flow, state in checkpoint.places:
            self._push(flow)
            frame = self._frames[-1]
            frame.machine.go(frame.cursor, state)
        return checkpoint.values

    def start_over(self) -> None:
        """Return to the very first state."""
        self.close()
        self._trail.clear()
        self._push(self._start)

    def close(self) -> None:
        """Give the cursors back; idempotent."""
        while self._frames:
            frame = self._frames.pop()
            frame.machine.close(frame.cursor)

    def _chose(self) -> bool:
        """Say whether the question that was answered last, in this flow, was a menu."""
        if not self._trail:
            return False
        _, name = self._trail[-1].places[-1]
        state = self.flow.states.get(name)
        return isinstance(state, Ask) and state.question.slot is None

    def _push(self, flow: str) -> None:
        machine = self._book.machine(flow)
        errand = _is_errand(machine.flow)
        if errand and not any(frame.errand for frame in self._frames):
            self._errand = machine.flow.title
        self._frames.append(Frame(machine, machine.open(), errand))


def _is_errand(flow: Flow) -> bool:
    return any(
        isinstance(state, Do) and not state.operation.startswith(LEADING_THROUGH)
        for state in flow.states.values()
    )


def _can_be_chosen(flow: Flow) -> bool:
    """Say whether callers come for *flow*, which may only tell something."""
    leads_through = False
    for state in flow.states.values():
        if isinstance(state, Do):
            if not state.operation.startswith(LEADING_THROUGH):
                return True
            leads_through = True
        elif isinstance(state, Ask) and state.question.slot == SURVEY_SLOT:
            return False
    return not leads_through
