"""Checks: does every state lead somewhere, and does every way through meet the caller?"""

from collections.abc import Iterator, Mapping

from ivr.errors import FlowError
from ivr.flow.graph import circles, finishing_order, reachable, reversed_edges
from ivr.flow.model import Ask, Call, Do, End, Flow, Handoff, Record, Return, Say, State
from ivr.flow.rules import Rule
from ivr.flow.scene import Scene, mistake
from ivr.flow.ways import ways_of

MOST_CALLS = 16  # flows within flows a call can stand in; the dialog goes no deeper

Found = Iterator[FlowError]


def check_paths(scene: Scene) -> Found:
    """Check the ways through every flow of *scene*."""
    rings = list(_rings_of_calls(scene))
    yield from (error for _, error in rings)
    in_ring = {flow for names, _ in rings for flow in names}
    if not rings and (deep := list(_deep_calls(scene))):
        yield from deep
        return
    for flow in scene.flows.values():
        if flow.start not in flow.states:
            continue
        edges = {name: scene.leads(flow, state) for name, state in flow.states.items()}
        reached = reachable(edges, [flow.start])
        yield from _unreachable(flow, reached)
        yield from _dead_ends(scene, flow, edges, reached)
        if flow.name not in in_ring:
            yield from _silent_loops(scene, flow, in_ring)


def _rings_of_calls(scene: Scene) -> Iterator[tuple[tuple[str, ...], FlowError]]:
    for ring in circles(_call_graph(scene)):
        flow = scene.flows[ring[0]]
        state = next(state for state in _calls(flow) if state.flow in ring)
        if len(ring) == 1:
            message = f"flow {flow.name} calls itself"
        else:
            message = f"flows {', '.join(ring)} call each other in a ring"
        hint = "use next: to go back to a state, return: to go back to the calling flow"
        path = ("states", state.name, "call")
        yield ring, mistake(flow, path, Rule.RECURSIVE_CALL, message, hint)


def _deep_calls(scene: Scene) -> Found:
    """Report the flow at which a chain of calls becomes too long; the graph has no rings."""
    edges = _call_graph(scene)
    depths: dict[str, int] = {}
    for name in finishing_order(edges):
        depths[name] = 1 + max((depths[to] for to in edges.get(name, ())), default=0)
        if depths[name] == MOST_CALLS + 1:
            flow = scene.flows[name]
            message = (
                f"flow {name} begins a chain of more than {MOST_CALLS} flows that call each other"
            )
            yield mistake(flow, ("flow",), Rule.TOO_DEEP, message, "call fewer flows from flows")


def _call_graph(scene: Scene) -> dict[str, tuple[str, ...]]:
    return {flow.name: tuple(state.flow for state in _calls(flow)) for flow in scene.flows.values()}


def _calls(flow: Flow) -> Iterator[Call]:
    return (state for state in flow.states.values() if isinstance(state, Call))


def _unreachable(flow: Flow, reached: set[str]) -> Found:
    for name in flow.states:
        if name not in reached:
            message = f"no way from {flow.start} leads to state {name}"
            hint = "lead to it, or remove it"
            yield mistake(flow, ("states", name), Rule.UNREACHABLE_STATE, message, hint)


# ---------------------------------------------------------------- dead ends


def _dead_ends(
    scene: Scene, flow: Flow, edges: Mapping[str, tuple[str, ...]], reached: set[str]
) -> Found:
    ends = [
        name
        for name, state in flow.states.items()
        if scene.is_broken(flow, state) or _may_end(scene, state, set())
    ]
    back = reversed_edges(edges)
    saved = reachable(back, ends)
    lost = reached - saved
    names = [name for name in flow.states if name in lost]
    if any(isinstance(flow.states[name], Ask | Record) for name in names):  # else: a silent loop
        others = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
        message = f"from state {names[0]}{others} no end, handoff or return can be reached"
        hint = "give the loop a way out"
        yield mistake(flow, ("states", names[0]), Rule.DEAD_END, message, hint)


def _may_end(scene: Scene, state: State, asked: set[str]) -> bool:
    """Whether the flow may be over in *state*: by itself, or in a flow it calls."""
    match state:
        case End() | Handoff() | Return():
            return True
        case Call():
            called = scene.called(state)
            if called is None or not ways_of(state):
                return True  # its own mistakes are reported
            if called.name in asked:
                return False
            asked.add(called.name)
            return any(
                not isinstance(inner, Return) and _may_end(scene, inner, asked)
                for inner in called.states.values()
            )
        case Ask() | Say() | Do() | Record():
            return not ways_of(state)


# ---------------------------------------------------------------- loops without a question


def _silent_loops(scene: Scene, flow: Flow, in_ring: set[str]) -> Found:
    silence = _Silence(scene, in_ring)
    for loop in circles(silence.edges(flow)):
        message = f"the states {', '.join(loop)} can go round without ever listening to the caller"
        if len(loop) == 1:
            message = f"state {loop[0]} can go round without ever listening to the caller"
        hint = "lead out of the loop through a question, a handoff or an end"
        yield mistake(flow, ("states", loop[0]), Rule.LOOPS_WITHOUT_LISTENING, message, hint)


class _Silence:
    """Which ways through the flows pass no state that listens."""

    def __init__(self, scene: Scene, in_ring: set[str]) -> None:
        self._scene = scene
        self._in_ring = in_ring
        self._through: dict[str, frozenset[str]] = {}

    def edges(self, flow: Flow) -> dict[str, tuple[str, ...]]:
        """Collect the edges that leave a state without listening."""
        return {
            name: tuple(self._leads(flow, state))
            for name, state in flow.states.items()
            if not self._scene.is_broken(flow, state)
        }

    def _leads(self, flow: Flow, state: State) -> Iterator[str]:
        match state:
            case Say() | Do():
                yield from self._scene.leads(flow, state)
            case Call():
                outcomes = self._outcomes(state)
                for outcome, branches in state.on.items():
                    if outcome in outcomes:
                        meant = (self._scene.meant(flow, branch.to) for branch in branches)
                        yield from (to for to in meant if to is not None)
            case Ask() | Record() | Return() | Handoff() | End():
                return

    def _outcomes(self, state: Call) -> frozenset[str]:
        """Name the outcomes a called flow can return without having listened."""
        called = self._scene.called(state)
        if called is None or called.name in self._in_ring:
            return frozenset()
        if called.name not in self._through:
            reached = reachable(self.edges(called), [called.start])
            states = (called.states[name] for name in reached if name in called.states)
            self._through[called.name] = frozenset(
                inner.outcome for inner in states if isinstance(inner, Return)
            )
        return self._through[called.name]
