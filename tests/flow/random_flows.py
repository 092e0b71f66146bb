"""Well-formed flows at random, and calls that walk through them at random."""

from random import Random

from ivr.flow.expressions import parse
from ivr.flow.known import PROVED
from ivr.flow.machine import FlowBook
from ivr.flow.model import NEXT, Ask, Branch, Call, Do, Flow, Question, Return, Say, State, Value
from ivr.flow.reader import Draft
from ivr.flow.scene import Scene, scene_of
from tests.flow.operations import OPERATIONS

STATES: tuple[str, ...] = ("a", "b", "c", "d")
FLOWS = ("f0", "f1", "f2")  # each calls only later ones
SLOTS = ("size", "more")
GUARDS = ("patient", "not patient", "more", "size and not more", "patient or size", "more == yes")
OUTCOMES = {name: (*spec.outcomes, "unavailable") for name, spec in OPERATIONS.items()}


class Author:
    """Writes flows at random; the more *orderly*, the more its silent states lead onward only."""

    def __init__(self, seed: int, *, orderly: float) -> None:
        self._draw = Random(seed)
        self._orderly = orderly

    def flow(self, name: str) -> Flow:
        states = {each: self._state(each, name) for each in STATES}
        outcomes = {each.outcome for each in states.values() if isinstance(each, Return)}
        start = self._draw.choice(STATES)
        return Flow(name, "T", "q", start, states, outcomes=tuple(sorted(outcomes)))

    def _state(self, name: str, flow: str) -> State:
        later = [other for other in FLOWS if other > flow]
        kinds = ["ask", "say", "do", "do", "call" if later else "return", "return"]
        targets = STATES
        if self._draw.random() < self._orderly:
            targets = STATES[STATES.index(name) + 1 :]
            kinds = kinds if targets else ["return"]
        match self._draw.choice(kinds):
            case "ask":
                question = Question(prompt="?", slot=self._draw.choice(SLOTS))
                return Ask(name, question, self._ways((NEXT, "gave_up"), STATES))
            case "do":
                operation = self._draw.choice(sorted(OPERATIONS))
                return Do(name, operation, {}, self._ways(OUTCOMES[operation], targets))
            case "call":
                called = self._draw.choice(later)
                return Call(name, called, self._ways(("good", "bad"), targets))
            case "return":
                return Return(name, self._draw.choice(("good", "bad")))
            case _:
                return Say(name, "", self._ways((NEXT,), targets))

    def _ways(
        self, outcomes: tuple[str, ...], targets: tuple[str, ...]
    ) -> dict[str, tuple[Branch, ...]]:
        return {outcome: self._branches(targets) for outcome in outcomes}

    def _branches(self, targets: tuple[str, ...]) -> tuple[Branch, ...]:
        guarded = [
            Branch(self._draw.choice(targets), when=parse(self._draw.choice(GUARDS)))
            for _ in range(self._draw.choice((0, 0, 1, 2)))
        ]
        return (*guarded, Branch(self._draw.choice(targets)))


def flows(seed: int, *, orderly: float = 0.0) -> list[Flow]:
    author = Author(seed, orderly=orderly)
    return [author.flow(name) for name in FLOWS]


class Walk:
    """One call that goes through the flows at random and notes what it comes to know."""

    def __init__(self, book: FlowBook, draw: Random) -> None:
        self.values: dict[str, Value] = {}
        self.proved = False
        self.seen: list[tuple[tuple[str, str], frozenset[str]]] = []
        """Each state passed, with what was known in it."""
        self.rounds: list[str] = []
        """States come to a second time without a question between."""
        self._silent: list[set[str]] = []
        self._book = book
        self._draw = draw

    def run(self, name: str, steps: int = 40) -> str | None:
        """Walk through flow *name*; the outcome it returns, or None when the call ended."""
        machine = self._book.machine(name)
        cursor = machine.open()
        self._silent.append(set())
        for _ in range(steps):
            here = machine.state(cursor)
            self._note_silence(here)
            known = frozenset(self.values) | ({PROVED} if self.proved else set())
            self.seen.append(((name, here.name), known))
            if isinstance(here, Return):
                self._silent.pop()
                return here.outcome
            outcome = self._outcome(here)
            if outcome is None or not machine.follow(cursor, outcome, self.values):
                return None
        return None

    def _note_silence(self, here: State) -> None:
        if isinstance(here, Ask):
            for passed in self._silent:
                passed.clear()
        elif here.name in self._silent[-1]:
            self.rounds.append(here.name)
        self._silent[-1].add(here.name)

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


def scene(flows: list[Flow]) -> Scene:
    drafts = [Draft(file=f"{each.name}.yaml", flow=each, errors=()) for each in flows]
    return scene_of(drafts, OPERATIONS, start="f0")


def walks(flows: list[Flow], *, seed: int, number: int = 5) -> list[Walk]:
    book = FlowBook({each.name: each for each in flows}, version="", start="f0")
    draw = Random(seed)
    taken = [Walk(book, draw) for _ in range(number)]
    for walk in taken:
        walk.run("f0")
    return taken
