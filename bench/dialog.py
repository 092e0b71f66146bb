"""`python -m bench.dialog`: how many whole calls the core can talk through in a second."""

import argparse
import statistics
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from bench.figures import keep
from ivr.dialog.actions import Action, HandOff, HangUp, Perform, Play
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import (
    CallAnswered,
    Event,
    Hypothesis,
    KeyPressed,
    OperationFinished,
    PromptFinished,
    SpeechStarted,
    Utterance,
)
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.flow.model import Value
from ivr.loading import load_practice, load_wording
from ivr.settings import Flows, Settings

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 3, 2)
SECOND = 1.0  # of the call's own clock; nothing here waits for it
BUDGET = 3000  # whole calls a second
GIVEN: Mapping[str, tuple[str, Mapping[str, Value]]] = {
    "identity.verify": ("verified", {"patient": "p1", "caller_name": "Testa Exampleton"}),
    "refills.status": ("ready", {"drug": "Placebex", "pharmacy": "the front desk"}),
    "appointments.next": ("found", {"appointment": "a1", "appointment_at": "tomorrow at nine"}),
    "appointments.confirm": ("confirmed", {}),
}
"""What the clinic answers."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One kind of call."""

    what: str
    answers: Mapping[str, str]
    """What the caller answers in each state: digits are keyed, words are spoken."""
    ends: type[HandOff] | type[HangUp]


ERRANDS = (
    Errand("asks for a person at the menu", {"menu": "operator"}, HandOff),
    Errand(
        "confirms an appointment, all by key",
        {
            "menu": "1",
            "ask_birth": "03031982",
            "ask_phone": "5555550123",
            "tell": "1",
            "anything_else": "2",
        },
        HangUp,
    ),
    Errand(
        "asks about a refill, by speech and key",
        {
            "menu": "refill",
            "ask_birth": "march third nineteen eighty two",
            "ask_phone": "5555550123",
            "ask_number": "one two three four five six seven",
            "anything_else": "no",
        },
        HangUp,
    ),
)


class Caller:
    """A patient with an errand, and the shell between them and the line."""

    def __init__(self, book: FlowBook, wording: Wording, errand: Errand) -> None:
        self._answers = errand.answers
        self._dialog = Dialog(book, wording, start="main_menu", today=TODAY)
        self._now = 0.0
        self._last: Action | None = None
        self.events = 0

    def talk(self) -> Action | None:
        """Go through the whole call; return how it ended."""
        actions = self._happen(CallAnswered())
        while not self._dialog.ended:
            actions = self._react(actions)
        return self._last

    def _react(self, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        for action in actions:
            match action:
                case Perform(turn=turn, operation=operation):
                    outcome, values = GIVEN[operation]
                    return self._happen(OperationFinished(turn, outcome, values))
                case Play(turn=turn):
                    return self._listen(turn)
        raise RuntimeError("the line neither speaks nor works")

    def _listen(self, turn: int) -> tuple[Action, ...]:
        actions = self._happen(PromptFinished(turn))
        answer = self._answers.get(self._dialog.path[-1].partition(".")[2], "")
        if actions or not answer:
            return actions
        if answer.isdecimal():
            for key in answer:
                actions += self._happen(KeyPressed(key))
            return actions
        actions += self._happen(SpeechStarted(turn))
        return actions + self._happen(Utterance(turn, (Hypothesis(answer, 0.95),)))

    def _happen(self, event: Event) -> tuple[Action, ...]:
        self._now += SECOND
        self.events += 1
        actions = self._dialog.handle(event, now=self._now)
        self._last = actions[-1] if actions else self._last
        return actions


@dataclass(frozen=True, slots=True)
class Figure:
    """What one kind of call came to."""

    what: str
    events: int
    calls_per_second: float
    """The median of the rounds."""
    best: float


def main() -> None:
    """Talk through many calls and print how many fit into a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=400, help="calls in each of 15 rounds")
    calls: int = parser.parse_args().calls
    shipped = Settings(flows=Flows(folder=str(ROOT / "flows"), prompts=str(ROOT / "prompts")))
    book, wording = load_practice(shipped).book, load_wording(shipped)
    _report([_measure(book, wording, errand, calls) for errand in ERRANDS])


def _measure(book: FlowBook, wording: Wording, errand: Errand, calls: int) -> Figure:
    caller = Caller(book, wording, errand)
    ending = caller.talk()
    if not isinstance(ending, errand.ends):
        raise SystemExit(f"{errand.what}: the call ended in {type(ending).__name__}")
    rates = [_rate(book, wording, errand, calls) for _ in range(15)]
    return Figure(errand.what, caller.events, statistics.median(rates), max(rates))


def _rate(book: FlowBook, wording: Wording, errand: Errand, calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        Caller(book, wording, errand).talk()
    return calls / (time.perf_counter() - started)


def _report(figures: list[Figure]) -> None:
    print(f"{'whole calls a second, one core':42} {'events':>7} {'median':>8} {'best':>8}")
    for figure in figures:
        rates = f"{figure.calls_per_second:8.0f} {figure.best:8.0f}"
        print(f"{figure.what:42} {figure.events:7} {rates}")
    print(f"{'budget':42} {'':7} {BUDGET:8}")
    keep("dialog", {"budget": BUDGET, "figures": [asdict(figure) for figure in figures]})


if __name__ == "__main__":
    main()
