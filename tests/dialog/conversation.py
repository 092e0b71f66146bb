"""A driver for tests: a shell that obeys, with a clock in its hand."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from ivr.dialog.actions import Action, HandOff, HangUp, Listen, Perform, Play
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import (
    CallAnswered,
    Event,
    HearingLost,
    HearingRestarted,
    Hypothesis,
    KeyPressed,
    MessageTaken,
    OperationFinished,
    PromptFinished,
    SpeakingLost,
    SpeechStarted,
    Utterance,
)
from ivr.dialog.wording import Phrases, Wording
from ivr.flow.compiler import compile_book
from ivr.flow.machine import FlowBook
from ivr.flow.model import OperationSpec, Phi, Value
from ivr.prompts import load_wording

TODAY = date(2026, 3, 2)
ROOT = Path(__file__).parents[2]
ActionT = TypeVar("ActionT", bound=Action)

MAIN = """
flow: main
title: Main menu
queue: front_desk
start: hello
states:
  hello: {say: Welcome to the clinic., next: menu}
  menu:
    prompt: Say refill, hours, or message.
    help: Refills are key one.
    choices:
      refill: {key: "1", says: [refill, my refill], next: refill}
      hours: {key: "2", says: [hours, opening hours], next: hours}
      message: {key: "3", says: [message], next: message}
  refill: {call: refill, on: {done: more}}
  hours: {say: We open at nine., next: more}
  message:
    record: message
    prompt: Speak after the tone.
    limit: 60
    next: kept
    on: {empty: menu}
  kept: {say: Thank you., next: more}
  more:
    prompt: Anything else?
    choices:
      again: {key: "1", says: ["yes"], next: menu}
      finished: {key: "2", says: ["no"], next: bye}
    on: {gave_up: bye}
  bye: {end: Goodbye then.}
"""

REFILL = """
flow: refill
title: Prescription refill
queue: pharmacy
start: known
slots:
  birth: {type: date_of_birth, phi: personal}
  number: {type: digits, length: 7, phi: medical}
states:
  known:
    next:
      - {when: patient, to: number}
      - {to: birth}
  birth: {ask: birth, prompt: When were you born?, next: verify}
  verify:
    do: identity.verify
    with: {date_of_birth: "{birth}"}
    on: {verified: number, not_found: person}
  number:
    ask: number
    prompt: What is the number?
    help: It is on the label.
    no_input: [I heard nothing. The number?, Key in the number.]
    no_match: [That was not it. The number?]
    next: look
  look:
    do: refills.status
    with: {patient: "{patient}", number: "{number}"}
    filler: Looking it up.
    on: {ready: ready, not_found: person}
  ready: {say: "Your {drug} is ready.", next: done}
  person: {handoff: pharmacy, say: Let me get someone., reason: number not found}
  done: {return: done}
"""

SURE = """
flow: sure
title: Sure
queue: front_desk
start: legal
slots:
  pin: {type: digits, length: [2, 4]}
  exact: {type: digits, length: 4}
states:
  legal:
    prompt: This must be heard. Say agree or leave.
    barge_in: false
    choices:
      agree: {key: "1", says: [agree], next: pin}
      leave: {key: "2", says: [leave], next: out}
  pin: {ask: pin, prompt: Your number?, confirm: always, next: exact}
  exact: {ask: exact, prompt: Four digits?, confirm: never, attempts: 2, next: out}
  out: {return: done}
"""

OPERATIONS = {
    "identity.verify": OperationSpec(
        "identity.verify",
        ("date_of_birth",),
        ("verified", "not_found"),
        {"patient": Phi.PERSONAL, "caller_name": Phi.PERSONAL, "verified_by": Phi.NONE},
        {"not_found": ()},
    ),
    "refills.status": OperationSpec(
        "refills.status",
        ("patient", "number"),
        ("ready", "not_found"),
        {"drug": Phi.MEDICAL},
        {"not_found": ()},
        verified=True,
    ),
}
PROVED: Mapping[str, Value] = {
    "patient": "p1",
    "caller_name": "Testa Exampleton",
    "verified_by": "date of birth",
}


@cache
def wording() -> Wording:
    """Read the line's own words, as shipped."""
    return load_wording(ROOT / "prompts")


def phrases(language: str = "en") -> Phrases:
    return wording()(language)


@cache
def book(start: str = "main") -> FlowBook:
    """Compile the flows above."""
    if start == "sure":
        return compile_book({"sure.yaml": SURE}, {}, start="sure")
    return compile_book({"main.yaml": MAIN, "refill.yaml": REFILL}, OPERATIONS, start="main")


class Conversation:
    """A call whose caller and shell do what the test says, a second apart."""

    def __init__(
        self,
        flows: FlowBook | None = None,
        *,
        start: str = "main",
        values: Mapping[str, Value] | None = None,
    ) -> None:
        flows = flows or book(start)
        self.dialog = Dialog(flows, wording(), start=start, today=TODAY, values=values)
        self.now = 100.0
        self.actions: list[Action] = []
        self.last: tuple[Action, ...] = ()

    @property
    def turn(self) -> int:
        return self.dialog.view.turn

    @property
    def said(self) -> str:
        """What was said last, `` when nothing was in the last step."""
        plays = [action for action in self.last if isinstance(action, Play)]
        return plays[-1].text if plays else ""

    @property
    def kinds(self) -> list[str]:
        """Names of the last step's actions."""
        return [type(action).__name__ for action in self.last]

    @property
    def ending(self) -> HandOff | HangUp | None:
        """The last action of the conversation."""
        last = self.actions[-1] if self.actions else None
        return last if isinstance(last, HandOff | HangUp) else None

    @property
    def handed_off(self) -> HandOff:
        assert isinstance(self.ending, HandOff)
        return self.ending

    def one(self, kind: type[ActionT]) -> ActionT:
        """Give the only action of *kind* in the last step."""
        (found,) = (action for action in self.last if isinstance(action, kind))
        return found

    def happen(self, event: Event) -> tuple[Action, ...]:
        """Let *event* happen now."""
        self.last = self.dialog.handle(event, now=self.now)
        self.actions += self.last
        return self.last

    def answer(self) -> "Conversation":
        self.happen(CallAnswered())
        return self

    def finish_prompt(self) -> tuple[Action, ...]:
        """Play the prompt to its end, a second later."""
        self.now += 1.0
        return self.happen(PromptFinished(self.turn))

    def say(self, text: str, confidence: float = 0.95) -> tuple[Action, ...]:
        """Say *text*, understood with *confidence*; `` is not understood."""
        return self.hear(Hypothesis(text, confidence))

    def hear(self, *hypotheses: Hypothesis) -> tuple[Action, ...]:
        """Say something that could be any of *hypotheses*."""
        self.now += 1.0
        before = self.happen(SpeechStarted(self.turn))
        self.now += 1.0
        self.last = (*before, *self.happen(Utterance(self.turn, hypotheses)))
        return self.last

    def press(self, keys: str, *, every: float = 0.25) -> tuple[Action, ...]:
        """Press *keys* one after the other."""
        steps: list[Action] = []
        for key in keys:
            self.now += every
            steps += self.happen(KeyPressed(key))
        self.last = tuple(steps)
        return self.last

    def wait(self) -> tuple[Action, ...]:
        """Let time pass until the deadline."""
        assert self.dialog.deadline is not None
        self.now = max(self.now, self.dialog.deadline)
        self.last = self.dialog.handle_deadline(now=self.now)
        self.actions += self.last
        return self.last

    def stay_silent(self) -> tuple[Action, ...]:
        """Hear the prompt to its end and say nothing."""
        before = self.finish_prompt()
        self.last = (*before, *self.wait())
        return self.last

    def operation(self, outcome: str, values: Mapping[str, Value] | None = None) -> None:
        self.now += 0.1
        self.happen(OperationFinished(self.turn, outcome, values or {}))

    def message(self, seconds: float) -> None:
        self.now += 1.0
        self.happen(MessageTaken(self.turn, seconds))

    def lose_hearing(self) -> None:
        self.happen(HearingLost(self.turn))

    def restart_hearing(self) -> None:
        self.happen(HearingRestarted(self.turn))

    def lose_speech(self) -> None:
        self.happen(SpeakingLost(self.turn))


def at_menu() -> Conversation:
    """Stand at the main menu while its prompt plays."""
    call = Conversation().answer()
    call.finish_prompt()
    assert call.said == "Say refill, hours, or message."
    return call


def at_number() -> Conversation:
    """Stand at the prescription number, the caller proved, while its prompt plays."""
    call = at_birth()
    call.press("03051980")
    assert call.one(Perform).operation == "identity.verify"
    call.operation("verified", PROVED)
    assert call.said == "What is the number?"
    return call


def at_birth() -> Conversation:
    """Stand at the date of birth while its prompt plays."""
    call = at_menu()
    call.say("refill")
    assert call.said == "When were you born?"
    return call


def at_look_up() -> Conversation:
    """Wait for the clinic to find a prescription."""
    call = at_number()
    call.press("1234567")
    assert call.one(Perform).operation == "refills.status"
    return call


def sure() -> Conversation:
    """Stand at a prompt that must be heard in full."""
    return Conversation(start="sure").answer()


def listens(call: Conversation) -> bool:
    """Whether the last step opened an ear."""
    return any(isinstance(action, Listen) for action in call.last)
