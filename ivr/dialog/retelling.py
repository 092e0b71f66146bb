"""
Telling a conversation again, on the flows it was held on or on changed ones.

There is no clock in it: prompts end when the caller did nothing over them, the clinic answers at
once what it answered then, and silence is as long as the line waits.
"""

from dataclasses import dataclass
from typing import assert_never

from ivr.dialog.account import Account, Act, Doing
from ivr.dialog.actions import (
    Action,
    HandOff,
    HangUp,
    Listen,
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
    HearingRestarted,
    KeyPressed,
    MessageTaken,
    OperationFinished,
    PromptFinished,
    SpeakingLost,
    SpeechStarted,
    Utterance,
)
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.flow.model import EMPTY

MESSAGE = 3.0  # seconds; what a message lasts in which something was said
SETTLES = 500  # prompts and answers between two acts; a flow without an end has more


@dataclass(frozen=True, slots=True)
class Retold:
    """How it went this time."""

    path: tuple[str, ...]
    ending: str
    """As in `Account`."""
    unknown: str = ""
    """Operation that was asked and had not been then: how it goes on nobody can tell."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a conversation went another way."""

    place: str
    """The last state both have in common; `` when they begin differently."""
    done: str
    """What was done there, in words."""
    old: str
    """Where that led: a state, or how the conversation ended."""
    new: str


def retell(account: Account, book: FlowBook, wording: Wording) -> Retold:
    """
    Hold the conversation again on *book*.

    Raises:
        MisuseError: *book* has not the flow it begins with.
    """
    telling = _Telling(account, book, wording)
    return telling.run()


def ending_of(action: HandOff | HangUp | None) -> str:
    """Write down how a conversation ended."""
    match action:
        case HandOff(queue=queue):
            return f"queue {queue}"
        case HangUp():
            return "hung up"
        case None:
            return ""


def difference(then: Account, now: Retold) -> Difference | None:
    """Compare; None when it went the same way to the same end."""
    ends = ((*then.path, _told(then.ending)), (*now.path, _ended(now)))
    for at, (old, new) in enumerate(zip(*ends, strict=False)):
        if old != new:
            place = then.path[at - 1] if at else ""
            return Difference(place, _done(then, at), old, new)
    return None


def _done(then: Account, at: int) -> str:
    """Tell what led from the state before *at* to the next."""
    acts = [act for act in then.acts if act.step == at]
    return str(acts[-1]) if acts else ""


def _told(ending: str) -> str:
    return {"": "the caller hung up", "hung up": "the line hung up"}.get(ending) or (
        f"a person of {ending.removeprefix('queue ')}"
    )


def _ended(now: Retold) -> str:
    return f"{now.unknown}, whose answer nobody knows" if now.unknown else _told(now.ending)


class _Telling:
    """One conversation, told again."""

    def __init__(self, account: Account, book: FlowBook, wording: Wording) -> None:
        self._acts = [act for act in account.acts if act.doing is not Doing.OPERATED]
        self._results = [act for act in account.acts if act.doing is Doing.OPERATED]
        self._dialog = Dialog(
            book,
            wording,
            start=account.flow,
            today=account.today,
            values=account.known,
        )
        self._now = 0.0
        self._playing = 0
        self._listening = 0
        self._asked: Perform | None = None
        self._message = 0
        self._ending: HandOff | HangUp | None = None
        self._unknown = ""

    def run(self) -> Retold:
        self._feed(CallAnswered())
        for act in self._acts:
            self._reach(act)
            if self._over:
                break
            self._do(act)
        self._settle()
        return Retold(self._dialog.path, ending_of(self._ending), self._unknown)

    @property
    def _over(self) -> bool:
        return self._dialog.ended or bool(self._unknown)

    @property
    def _place(self) -> str:
        view = self._dialog.view
        return f"{view.flow}.{view.state}"

    def _reach(self, act: Act) -> None:
        """Let the line come to where *act* was done."""
        early = act.over or act.doing is Doing.NOT_SPOKEN
        self._settle(at=act.place if early else "")

    def _settle(self, *, at: str = "") -> None:
        for _ in range(SETTLES):
            if self._over or (at and self._place == at):
                return
            if self._playing:
                turn, self._playing = self._playing, 0
                self._feed(PromptFinished(turn))
            elif self._asked is not None:
                self._answer(self._asked)
            else:
                return

    def _answer(self, asked: Perform) -> None:
        self._asked = None
        known = (act for act in self._results if act.operation == asked.operation)
        act = next(known, None)
        if act is None:
            self._unknown = asked.operation
            return
        self._results.remove(act)
        self._feed(OperationFinished(asked.turn, act.outcome, act.values))

    def _do(self, act: Act) -> None:
        match act.doing:
            case Doing.SAID:
                self._feed(SpeechStarted(self._listening))
                self._feed(Utterance(self._listening, act.heard))
            case Doing.KEYED:
                for key in act.keys:
                    self._feed(KeyPressed(key))
            case Doing.SILENT:
                self._wait()
            case Doing.LEFT_MESSAGE:
                self._feed(MessageTaken(self._message, 0.0 if act.outcome == EMPTY else MESSAGE))
            case Doing.HUNG_UP:
                self._feed(CallerHungUp())
            case Doing.NOT_HEARD | Doing.HEARD_HALF | Doing.NOT_SPOKEN:
                self._fail(act.doing)
            case Doing.OPERATED:
                pass
            case unknown:
                assert_never(unknown)

    def _fail(self, doing: Doing) -> None:
        if doing is Doing.NOT_HEARD:
            self._feed(HearingLost(self._listening))
        elif doing is Doing.HEARD_HALF:
            self._feed(HearingRestarted(self._listening))
        else:
            turn, self._playing = self._playing, 0
            self._feed(SpeakingLost(turn))

    def _wait(self) -> None:
        if self._dialog.deadline is not None:
            self._now = max(self._now, self._dialog.deadline)
            self._take(self._dialog.handle_deadline(now=self._now))

    def _feed(self, event: Event) -> None:
        self._take(self._dialog.handle(event, now=self._now))

    def _take(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            match action:
                case Play(turn=turn):
                    self._playing = turn
                case StopPlayback():
                    self._playing = 0
                case Listen(turn=turn):
                    self._listening = turn
                case StopListening():
                    self._listening = 0
                case Perform():
                    self._asked = action
                case TakeMessage(turn=turn):
                    self._message = turn
                case HandOff() | HangUp():
                    self._ending = action
                case unknown:
                    assert_never(unknown)
