"""
A whole dialog in text and virtual time: type what you would say, read what is said.

`Rehearsal` drives a `Dialog` the way a telephone would, without one: prompts finish at
once, silence passes in no time. `ivr try` and the text runs of scenarios stand on it.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from ivr.dialog.actions import (
    Action,
    HandOff,
    HangUp,
    Listen,
    Listening,
    Perform,
    Play,
    StopListening,
    StopPlayback,
    TakeMessage,
)
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import (
    CallAnswered,
    CallerHungUp,
    Event,
    HearingLost,
    Hypothesis,
    KeyPressed,
    MessageTaken,
    OperationFinished,
    PromptFinished,
    SpeakingLost,
    SpeechStarted,
    Utterance,
)
from ivr.dialog.turns import Answered
from ivr.flow.model import Value
from ivr.ports import OperationResult


@dataclass(frozen=True, slots=True)
class Late:
    """An answer that takes its time."""

    result: OperationResult
    after: float
    """Seconds; the dialog has its own limit."""


Operate = Callable[[str, Mapping[str, Value]], OperationResult | Late]
"""Answers an operation; outcome `unavailable` when the clinic is down."""

Hear = Callable[[Listening], tuple[Hypothesis, ...] | None]
"""What a recogniser that listens for something makes of what is said; None: it heard nothing."""

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPOKEN_MESSAGE = 3.0  # seconds; what a rehearsed caller's message lasts
_KEEP = re.compile(r"[^\w' ]+")


def as_heard(text: str) -> str:
    """Turn typed *text* into the words a recogniser would give: `7` is `seven`."""
    words = re.sub(r"\d", lambda digit: f" {DIGITS[int(digit.group())]} ", text.lower())
    return " ".join(_KEEP.sub(" ", words).split())


@dataclass(slots=True)
class Senses:
    """What of the line's speech is broken; may be changed during the call."""

    deaf: bool = False
    """Whether no recogniser can be had, from the next question on."""
    mute: bool = False
    """Whether no prompt can be spoken."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One prompt, as it was said."""

    text: str
    place: str
    """The state it was said in, as `flow.state`."""
    template: str
    """The same with its slots unfilled."""
    after: Answered | None
    """How the turn before it came out; None before the first."""


class Rehearsal:
    """One call without a telephone."""

    def __init__(
        self,
        dialog: Dialog,
        operate: Operate,
        *,
        senses: Senses | None = None,
        impatient: bool = False,
    ) -> None:
        """
        Begin the call.

        Args:
            dialog: A fresh dialog.
            operate: The practice.
            senses: What is broken; nothing when left out.
            impatient: Whether the caller may act while the line speaks or waits for the clinic,
                which then go on when `listen` is called.
        """
        self._dialog = dialog
        self._operate = operate
        self._senses = senses or Senses()
        self._impatient = impatient
        self._listening: Listen | None = None
        self._prompt: int | None = None
        self._message: int | None = None
        self._pending: tuple[float, OperationFinished] | None = None
        self._due: list[Event] = []
        self.now = 0.0
        """Seconds since the call began."""
        self.spoken: list[Spoken] = []
        """Every prompt so far."""
        self.ending: HandOff | HangUp | None = None
        """How the dialog ended; None while it goes on."""
        self._feed(CallAnswered())
        self._settle()

    @property
    def said(self) -> list[str]:
        """The words of every prompt so far."""
        return [spoken.text for spoken in self.spoken]

    # ------------------------------------------------------------ the caller

    def say(self, text: str, *, confidence: float = 1.0) -> None:
        """Let the caller say *text*; `` is a noise that nobody understands."""
        heard = (Hypothesis(as_heard(text), confidence),) if text else ()
        self.utter(lambda _: heard, message=bool(text))

    def utter(self, hear: Hear, *, message: bool = True) -> None:
        """Let the caller make a sound that *hear* hears; *message*: there is something in it."""
        if self._message is not None:
            self._end_message(SPOKEN_MESSAGE if message else 0.0)
        elif self._listening is not None and not self._senses.deaf:
            turn = self._listening.turn
            heard = hear(self._listening.listening)
            if heard is not None:
                self._feed(SpeechStarted(turn))
                self._feed(Utterance(turn, heard))
                self._settle()

    def press(self, keys: str) -> None:
        """Let the caller press *keys*, one after the other, then wait for an answer."""
        said = len(self.spoken)
        for key in keys:
            self._feed(KeyPressed(key))
            if self._message is not None:
                self._end_message(0.0)
            self._settle()
        idle = self._prompt is None and self._pending is None
        if self.ending is None and idle and len(self.spoken) == said:
            self.wait()  # the line waits for a further key

    def listen(self) -> bool:
        """
        Let what is being said, or the clinic's answer, come to its end.

        Returns:
            False when there is nothing to wait for but the caller.
        """
        if self.ending is not None or (self._prompt is None and self._pending is None):
            return False
        if self._prompt is not None:
            self._finish_prompt()
        elif self._pending is not None:
            self._await_clinic(*self._pending)
        self._drain()
        return True

    def hear_out(self) -> None:
        """Let the line say and do everything before it is the caller's turn."""
        while self.listen():
            pass

    def wait(self, *, at_most: float = math.inf) -> None:
        """Let the caller be silent until the dialog has had enough of it, or for *at_most* s."""
        self.hear_out()
        if self._message is not None:
            self._end_message(0.0)
            return
        until = self.now + at_most
        if self._dialog.deadline is not None and self._dialog.deadline <= until:
            self.now = max(self.now, self._dialog.deadline)
            self._do(self._dialog.handle_deadline(now=self.now))
            self._settle()
        elif at_most < math.inf:
            self.now = until

    def hang_up(self) -> None:
        """Let the caller hang up."""
        self._feed(CallerHungUp())

    # ------------------------------------------------------------ the telephone

    def _feed(self, event: Event) -> None:
        if self.ending is None:
            self._do(self._dialog.handle(event, now=self.now))

    def _settle(self) -> None:
        self._drain()
        if not self._impatient:
            self.hear_out()

    def _drain(self) -> None:
        while self._due and self.ending is None:
            self._feed(self._due.pop(0))

    def _finish_prompt(self) -> None:
        turn, self._prompt = self._prompt, None
        if turn is not None:
            self._feed(SpeakingLost(turn) if self._senses.mute else PromptFinished(turn))

    def _await_clinic(self, at: float, answer: OperationFinished) -> None:
        deadline = self._dialog.deadline
        if deadline is not None and deadline < at:
            self.now = max(self.now, deadline)
            self._do(self._dialog.handle_deadline(now=self.now))
        else:
            self.now = max(self.now, at)
            self._pending = None
            self._feed(answer)

    def _end_message(self, seconds: float) -> None:
        turn, self._message = self._message, None
        if turn is not None:
            self._feed(MessageTaken(turn, seconds))
            self._settle()

    def _do(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            match action:
                case Play(turn=turn, text=text):
                    self._speak(text)
                    self._prompt = turn
                case Listen():
                    self._listening = action
                    if self._senses.deaf:
                        self._due.append(HearingLost(action.turn))
                case StopPlayback():
                    self._prompt = None
                case StopListening():
                    self._listening = None
                case Perform():
                    self._ask_clinic(action)
                case TakeMessage(turn=turn):
                    self._message = turn
                case HandOff() | HangUp():
                    self.ending = action
                case unknown:
                    assert_never(unknown)

    def _speak(self, text: str) -> None:
        if self._senses.mute:
            return
        view, turns = self._dialog.view, self._dialog.turns
        after = turns[-1].answered if turns else None
        self.spoken.append(Spoken(text, f"{view.flow}.{view.state}", view.prompt, after))

    def _ask_clinic(self, asked: Perform) -> None:
        answer = self._operate(asked.operation, asked.arguments)
        result, after = (answer.result, answer.after) if isinstance(answer, Late) else (answer, 0.0)
        finished = OperationFinished(asked.turn, result.outcome, result.values)
        self._pending = (self.now + after, finished)
