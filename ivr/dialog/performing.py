"""Waiting for the clinic, and keeping the caller company meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.dialog.actions import Listening, Perform
from ivr.dialog.activity import Activity
from ivr.dialog.events import OperationFinished
from ivr.dialog.keypad import CLEAR_KEY, Keypad
from ivr.dialog.prompt import Prompt
from ivr.dialog.turns import Due, Floor
from ivr.dialog.verdicts import Follow, Verdict
from ivr.flow.model import UNAVAILABLE, Value

FILLER_AFTER = 1.2  # seconds; a shorter silence is a natural pause
COMPANY_EVERY = 4.0  # seconds of silence before we say that we are still there
OPERATION_LIMIT = 10.0  # seconds; callers hang up on silence soon after


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the clinic."""

    operation: str
    arguments: Mapping[str, Value]
    filler: Prompt
    """Said when it takes longer than a moment."""
    company: Prompt
    """Said when it takes longer still."""


class Performing(Activity):
    """
    One operation under way.

    A filler that has begun is heard to its end (VoiceXML 2.1 §6.1.1, fetchaudiominimum):
    the answer that comes meanwhile waits for it.
    """

    def __init__(self, floor: Floor, keypad: Keypad, request: Request, *, ear: Listening) -> None:
        self._floor = floor
        self._keypad = keypad
        self._request = request
        self._ear = ear
        self._limit = 0.0
        self._fillers = 0
        self._result: Follow | None = None

    @property
    def operation(self) -> str:
        """What is asked of the clinic."""
        return self._request.operation

    def begin(self, *, now: float) -> None:
        """Ask the clinic."""
        self._limit = now + OPERATION_LIMIT
        self._floor.open()
        turn = self._floor.turn
        self._floor.ask_shell(Perform(turn, self._request.operation, self._request.arguments))
        self._floor.hear(self._ear)
        self._floor.wait(Due.OPERATION, now + FILLER_AFTER)

    def finished(self, event: OperationFinished) -> Verdict | None:
        """Take the clinic's answer; the first one counts."""
        if self._result is None:
            self._result = Follow(event.outcome, event.values)
        return None if self._floor.playing else self._result

    def again(self, lead: Prompt | None, *, now: float) -> None:
        """Say that we are at it; there is nothing to repeat."""
        del lead
        if not self._floor.playing:
            self._fill(now)

    def prompt_finished(self, *, now: float) -> Verdict | None:
        """Go on with the answer, or wait for it in silence for a while."""
        if self._result is not None:
            return self._result
        self._floor.wait(Due.OPERATION, min(self._limit, now + COMPANY_EVERY))
        return None

    def speaking_lost(self, *, now: float) -> Verdict | None:
        """Wait in silence."""
        return self.prompt_finished(now=now)

    def pressed(self, key: str, *, now: float) -> None:
        """Keep *key* for the next question."""
        del now
        if key == CLEAR_KEY:
            self._keypad.forget_ahead()
        else:
            self._keypad.keep(key)

    def due(self, *, now: float) -> Verdict | None:
        """Give up, go on after a filler whose end nobody reported, or begin one."""
        if now >= self._limit:
            return self._result or Follow(UNAVAILABLE)
        if self._floor.playing:
            self._floor.cut()
            return self.prompt_finished(now=now)
        self._fill(now)
        return None

    def _fill(self, now: float) -> None:
        prompt = self._request.company if self._fillers else self._request.filler
        self._fillers += 1
        self._floor.say(prompt, now=now)
        self._floor.wait(Due.OPERATION, min(self._limit, now + prompt.longest))
