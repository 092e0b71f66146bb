"""
A whole dialog in text and virtual time: type what you would say, read what is said.

`Rehearsal` drives a `Dialog` the way a telephone would, without one: prompts finish at
once, silence passes in no time. `ivr try` and the text runs of scenarios stand on it.
"""

import math
import re
from collections.abc import Callable, Mapping

from ivr.dialog.actions import (
    Action,
    HandOff,
    HangUp,
    Listen,
    Perform,
    Play,
    StopListening,
    TakeMessage,
)
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import (
    CallAnswered,
    CallerHungUp,
    Event,
    Hypothesis,
    KeyPressed,
    MessageTaken,
    OperationFinished,
    PromptFinished,
    SpeechStarted,
    Utterance,
)
from ivr.flow.model import Value
from ivr.ports import OperationResult

Operate = Callable[[str, Mapping[str, Value]], OperationResult]
"""Answers an operation at once; outcome `unavailable` when the clinic is down."""

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPOKEN_MESSAGE = 3.0  # seconds; what a rehearsed caller's message lasts
_KEEP = re.compile(r"[^\w' ]+")


def as_heard(text: str) -> str:
    """Turn typed *text* into the words a recogniser would give: `7` is `seven`."""
    words = re.sub(r"\d", lambda digit: f" {DIGITS[int(digit.group())]} ", text.lower())
    return " ".join(_KEEP.sub(" ", words).split())


class Rehearsal:
    """One call without a telephone."""

    def __init__(self, dialog: Dialog, operate: Operate, *, impatient: bool = False) -> None:
        """
        Begin the call.

        Args:
            dialog: A fresh dialog.
            operate: The practice.
            impatient: Whether the caller acts before the first prompt has ended.
        """
        self._dialog = dialog
        self._operate = operate
        self._now = 0.0
        self._listening = 0
        self._due: list[Event] = []
        self.said: list[str] = []
        """Every prompt so far."""
        self.ending: HandOff | HangUp | None = None
        """How the dialog ended; None while it goes on."""
        self._do(dialog.handle(CallAnswered(), now=self._now))
        if not impatient:
            self._settle()

    def say(self, text: str, *, confidence: float = 1.0) -> None:
        """Let the caller say *text*."""
        self._feed(SpeechStarted(self._listening))
        hypotheses = (Hypothesis(as_heard(text), confidence),)
        self._feed(Utterance(self._listening, hypotheses))
        self._settle()

    def press(self, keys: str) -> None:
        """Let the caller press *keys*, one after the other, then wait for an answer."""
        said = len(self.said)
        for key in keys:
            self._feed(KeyPressed(key))
            self._settle()
        if self.ending is None and len(self.said) == said:
            self.wait()  # the line waits for a further key

    def wait(self, *, at_most: float = math.inf) -> None:
        """Let the caller be silent until the dialog has had enough of it, or for *at_most* s."""
        until = self._now + at_most
        if self._dialog.deadline is not None and self._dialog.deadline <= until:
            self._now = max(self._now, self._dialog.deadline)
            self._do(self._dialog.handle_deadline(now=self._now))
            self._settle()
        elif at_most < math.inf:
            self._now = until

    def hang_up(self) -> None:
        """Let the caller hang up."""
        self._feed(CallerHungUp())

    def _feed(self, event: Event) -> None:
        if self.ending is None:
            self._do(self._dialog.handle(event, now=self._now))

    def _settle(self) -> None:
        while self._due and self.ending is None:
            self._feed(self._due.pop(0))

    def _do(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            match action:
                case Play(turn=turn, text=text):
                    self.said.append(text)
                    self._due = [PromptFinished(turn)]
                case Listen(turn=turn):
                    self._listening = turn
                case StopListening():
                    self._listening = 0
                case Perform(turn=turn, operation=operation, arguments=arguments):
                    result = self._operate(operation, arguments)
                    self._due.append(OperationFinished(turn, result.outcome, result.values))
                case TakeMessage(turn=turn):
                    self._due.append(MessageTaken(turn, SPOKEN_MESSAGE))
                case HandOff() | HangUp():
                    self.ending = action
                case _:
                    pass
