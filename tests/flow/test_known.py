"""What the analysis believes to be known in a state is known on every walk that gets there."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow.expressions import parse
from ivr.flow.known import PROVED, known_in
from ivr.flow.machine import FlowBook
from ivr.flow.model import NEXT, Ask, Branch, Call, Do, Flow, Question, Return, Say, State, Value
from ivr.flow.reader import Draft
from ivr.flow.scene import scene_of
from tests.flow.operations import OPERATIONS

STATES = ("a", "b", "c", "d")
FLOWS = ("f0", "f1", "f2")  # each calls only later ones
SLOTS = ("size", "more")
GUARDS = ("patient", "not patient", "more", "size and not more", "patient or size", "more == yes")
OUTCOMES = {name: (*spec.outcomes, "unavailable") for name, spec in OPERATIONS.items()}


def branches(draw: Random) -> tuple[Branch, ...]:
    guarded = [
        Branch(draw.choice(STATES), when=parse(draw.choice(GUARDS)))
        for _ in range(draw.choice((0, 0, 1, 2)))
    ]
    return (*guarded, Branch(draw.choice(STATES)))


def ways(draw: Random, outcomes: tuple[str, ...]) -> dict[str, tuple[Branch, ...]]:
    return {outcome: branches(draw) for outcome in outcomes}


def state(draw: Random, name: str, flow: str) -> State:
    later = [other for other in FLOWS if other > flow]
    match draw.choice(["ask", "say", "do", "do", "call" if later else "return", "return"]):
        case "ask":
            question = Question(prompt="?", slot=draw.choice(SLOTS))
            return Ask(name, question, ways(draw, (NEXT, "gave_up")))
        case "do":
            operation = draw.choice(sorted(OPERATIONS))
            return Do(name, operation, {}, ways(draw, OUTCOMES[operation]))
        case "call":
            return Call(name, draw.choice(later), ways(draw, ("good", "bad")))
        case "return":
            return Return(name, draw.choice(("good", "bad")))
        case _:
            return Say(name, "", ways(draw, (NEXT,)))


def flow(draw: Random, name: str) -> Flow:
    states = {each: state(draw, each, name) for each in STATES}
    outcomes = {each.outcome for each in states.values() if isinstance(each, Return)}
    return Flow(name, "T", "q", draw.choice(STATES), states, outcomes=tuple(sorted(outcomes)))


class Walk:
    """One call that goes through the flows at random and notes what it comes to know."""

    def __init__(self, book: FlowBook, draw: Random) -> None:
        self.values: dict[str, Value] = {}
        self.proved = False
        self.seen: list[tuple[tuple[str, str], frozenset[str]]] = []
        self._book = book
        self._draw = draw

    def run(self, name: str, steps: int = 40) -> str | None:
        """Walk through flow *name*; the outcome it returns, or None when the call ended."""
        machine = self._book.machine(name)
        cursor = machine.open()
        for _ in range(steps):
            here = machine.state(cursor)
            known = frozenset(self.values) | ({PROVED} if self.proved else set())
            self.seen.append(((name, here.name), known))
            if isinstance(here, Return):
                return here.outcome
            outcome = self._outcome(here)
            if outcome is None or not machine.follow(cursor, outcome, self.values):
                return None
        return None

    def _outcome(self, here: State) -> str | None:
        match here:
            case Ask(question=question):
                if question.slot and self._draw.random() < 0.7:
                    self.values[question.slot] = self._draw.choice(("yes", "no", "7"))
                    return NEXT
                return "gave_up"
            case Do(operation=operation):
                outcome = self._draw.choice(OUTCOMES[operation])
                self._fill(operation, outcome)
                return outcome
            case Call(flow=called):
                return self.run(called)
            case _:
                return NEXT

    def _fill(self, operation: str, outcome: str) -> None:
        spec = OPERATIONS[operation]
        verified = outcome == "verified"
        if outcome == "unavailable" or (operation == "identity.verify" and not verified):
            return
        self.proved = self.proved or verified
        self.values.update(dict.fromkeys(spec.fills.get(outcome, tuple(spec.gives)), "x"))


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_what_is_believed_is_known(seed: int) -> None:
    draw = Random(seed)
    flows = [flow(draw, name) for name in FLOWS]
    drafts = [Draft(file=f"{each.name}.yaml", flow=each, errors=()) for each in flows]
    believed = known_in(scene_of(drafts, OPERATIONS, start="f0"))
    book = FlowBook({each.name: each for each in flows}, version="", start="f0")
    for _ in range(5):
        walk = Walk(book, draw)
        walk.run("f0")
        for place, known in walk.seen:
            assert believed[place] <= known
