"""A conversation that keeps an account of itself, with stand-ins for everything of the patient."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial

from ivr.dialog.account import MOST_ACTS, Account, Act, Doing
from ivr.dialog.actions import Action, HandOff, HangUp
from ivr.dialog.asking import Asking
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import (
    CallAnswered,
    CallerHungUp,
    Event,
    HearingLost,
    HearingRestarted,
    Hypothesis,
    KeyPressed,
    MessageTaken,
    OperationFinished,
    SentToPerson,
    SpeakingLost,
    TurnEvent,
    Utterance,
)
from ivr.dialog.grammar.base import KeysComplete, KeysWrong
from ivr.dialog.grammar.text import language_of
from ivr.dialog.keypad import KEYS, OPERATOR_KEY
from ivr.dialog.masking import Asked, Masks
from ivr.dialog.performing import Performing
from ivr.dialog.plan import Plan, plan_for
from ivr.dialog.retelling import ending_of, retell
from ivr.dialog.stand_ins import StandIns
from ivr.dialog.turns import Due
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.flow.model import EMPTY, UNAVAILABLE, Ask, Value

Draft = Callable[[], Iterator[Act]]
"""Tells what was done, with the stand-ins of the moment."""


class Witness(Dialog):
    """
    A `Dialog` that can tell afterwards how it went.

    What was said and keyed is in memory only, and no longer than the conversation.
    """

    def __init__(
        self,
        book: FlowBook,
        wording: Wording,
        *,
        start: str,
        today: date,
        values: Mapping[str, Value] | None = None,
    ) -> None:
        super().__init__(book, wording, start=start, today=today, values=values)
        self._book = book
        self._wording = wording
        self._start = start
        self._given = dict(values or {})
        self._stand_ins = StandIns(book, today)
        self._masks = Masks(self._stand_ins)
        self._drafts: list[Draft] = []
        self._run: tuple[tuple[object, ...], list[str]] | None = None
        self._ending: HandOff | HangUp | None = None
        self._spoilt = False

    def handle(self, event: Event, *, now: float) -> tuple[Action, ...]:
        """As `Dialog.handle`."""
        if self._guide.begun and not self.ended:
            self._safely(partial(self._witness, event))
        return self._watched(super().handle(event, now=now))

    def handle_deadline(self, *, now: float) -> tuple[Action, ...]:
        """As `Dialog.handle_deadline`."""
        due = not self.ended and self.deadline is not None and now >= self.deadline
        performing, turn = self._performing, self._floor.turn
        if due:
            self._safely(self._note_wait)
        place, step = self._place, len(self.path)
        actions = self._watched(super().handle_deadline(now=now))
        if performing is not None and (self.ended or self._floor.turn != turn):
            act = Act(Doing.OPERATED, place, step, operation=performing, outcome=UNAVAILABLE)
            self._draft(lambda: iter((act,)))
        return actions

    def account(self) -> Account | None:
        """
        Tell how it went; None when nobody could tell it again the same way.

        Told again on the same flows, it takes the same way to the same end: that is tried here.
        """
        if self._spoilt or len(self._drafts) > MOST_ACTS:
            return None
        try:
            return self._first_true()
        except Exception:  # noqa: BLE001 - a call is never in trouble because nobody can retell it
            return None

    def _first_true(self) -> Account | None:
        told = self._told()
        others = self._stand_ins.others()
        while not self._comes_true(told):
            if next(others, False) is False:
                return None
            told = self._told()
        return told

    def _comes_true(self, told: Account) -> bool:
        again = retell(told, self._book, self._wording)
        return (again.path, again.ending) == (told.path, told.ending)

    def _told(self) -> Account:
        acts = [act for draft in self._drafts for act in draft()]
        acts.sort(key=lambda act: act.step)  # keys pressed ahead belong to a later question
        return Account(
            self._start,
            self._talk.script.today,
            {name: self._stand_ins.fact(name, value) for name, value in self._given.items()},
            tuple(acts),
            self.path,
            ending_of(self._ending),
        )

    # ------------------------------------------------------------ noting

    def _safely(self, note: Callable[[], None]) -> None:
        """Take a *note*; what goes wrong costs the account, never the call."""
        try:
            note()
        except Exception:  # noqa: BLE001 - as it says
            self._spoilt = True

    def _watched(self, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        for action in actions:
            if isinstance(action, HandOff | HangUp):
                self._ending = action
        return actions

    def _witness(self, event: Event) -> None:
        match event:
            case KeyPressed(key=key):
                self._note_key(key)
            case CallerHungUp():
                self._plain(Doing.HUNG_UP)
            case SentToPerson():
                self._spoilt = True  # it was nobody's doing who takes part: no flow explains it
            case CallAnswered():
                pass
            case _ if event.turn == self._floor.turn:
                self._witness_turn(event)

    def _witness_turn(self, event: TurnEvent) -> None:
        match event:
            case Utterance() if self._floor.hearing:
                noted = partial(self._said, event.hypotheses, self._asked, self._act(Doing.SAID))
                self._draft(noted)
            case OperationFinished() if self._performing is not None:
                self._draft(
                    partial(self._operated, event, self._performing, self._act(Doing.OPERATED))
                )
            case MessageTaken():
                self._plain(Doing.LEFT_MESSAGE, outcome="" if event.seconds > 0 else EMPTY)
            case HearingLost() if self._floor.hearing:
                self._plain(Doing.NOT_HEARD)
            case HearingRestarted() if self._floor.hearing:
                self._plain(Doing.HEARD_HALF)
            case SpeakingLost() if self._floor.playing:
                self._plain(Doing.NOT_SPOKEN)
            case _:
                pass

    def _note_wait(self) -> None:
        """Note a wait that was the caller's; the end of a prompt, or of a filler, is none."""
        if not isinstance(self._guide.activity, Asking):
            return
        match self._floor.due:
            case Due.SILENCE | Due.KEYS:
                self._plain(Doing.SILENT)
            case Due.UTTERANCE:
                act = self._act(Doing.SAID)
                nothing = (Hypothesis("", 0.0),)
                self._draft(partial(self._said, nothing, self._asked, act))
            case _:
                pass

    def _note_key(self, key: str) -> None:
        if key not in KEYS:
            return
        act, asked = self._act(Doing.KEYED), self._asked
        if key == OPERATOR_KEY and not self._guide.activity.zero_is_data():
            self._draft(lambda: iter((_with_keys(act, OPERATOR_KEY),)))
            return
        same = (act.place, act.step, asked.confirming if asked else None, self._floor.turn)
        if self._run is not None and self._run[0] == same:
            self._run[1].append(key)
            return
        keys = [key]
        self._draft(partial(self._keyed, keys, asked, act))
        self._run = (same, keys)

    def _plain(self, doing: Doing, *, outcome: str = "") -> None:
        act = self._act(doing)
        told = Act(doing, act.place, act.step, act.over, outcome=outcome)
        self._draft(lambda: iter((told,)))

    def _draft(self, draft: Draft) -> None:
        self._drafts.append(draft)
        self._run = None

    def _act(self, doing: Doing) -> Act:
        over = self._floor.playing or self._performing is not None
        return Act(doing, self._place, len(self.path), over)

    # ------------------------------------------------------------ where we are

    @property
    def _place(self) -> str:
        return self._floor.where

    @property
    def _performing(self) -> str | None:
        """The operation that is under way."""
        activity = self._guide.activity if self._guide.begun and not self.ended else None
        return activity.operation if isinstance(activity, Performing) else None

    @property
    def _asked(self) -> Asked | None:
        activity = self._guide.activity
        if not isinstance(activity, Asking):
            return None
        found = self._question(self._place)
        if found is None:
            return None
        return Asked(found.place, found.slot, found.plan, activity.confirming)

    def _question(self, place: str) -> Asked | None:
        flow = self._book.flows[place.partition(".")[0]]
        state = flow.states[place.partition(".")[2]]
        if not isinstance(state, Ask):
            return None
        slot = None if state.question.slot is None else flow.slots[state.question.slot]
        today = self._talk.script.today
        plan = plan_for(state.question, slot, language=flow.language, today=today)
        return Asked(place, slot, plan)

    # ------------------------------------------------------------ telling

    def _operated(self, event: OperationFinished, operation: str, act: Act) -> Iterator[Act]:
        values = {name: self._stand_ins.fact(name, one) for name, one in event.values.items()}
        yield Act(
            Doing.OPERATED,
            act.place,
            act.step,
            operation=operation,
            outcome=event.outcome,
            values=values,
        )

    def _said(
        self, hypotheses: tuple[Hypothesis, ...], asked: Asked | None, act: Act
    ) -> Iterator[Act]:
        language = language_of(self._book.flows[act.place.partition(".")[0]].language)
        heard = tuple(
            Hypothesis(self._masks.words(one.text, asked, language), one.confidence)
            for one in hypotheses
        )
        yield Act(Doing.SAID, act.place, act.step, act.over, heard=heard)

    def _keyed(self, keys: list[str], asked: Asked | None, act: Act) -> Iterator[Act]:
        """Tell keys; those that came before their question belong to the questions that follow."""
        if asked is not None:
            yield _with_keys(act, self._masks.keys("".join(keys), asked))
            return
        rest = "".join(keys)
        for at, place in enumerate(self.path[act.step :], start=act.step + 1):
            later = self._question(place)
            if later is not None and rest:
                first, rest = _split(rest, later.plan)
                told = Act(Doing.KEYED, place, at, over=True)
                yield _with_keys(told, self._masks.keys(first, later))


def _with_keys(act: Act, keys: str) -> Act:
    return Act(act.doing, act.place, act.step, act.over, keys=keys)


def _split(keys: str, plan: Plan) -> tuple[str, str]:
    """Take from *keys* what one question takes."""
    for size in range(1, len(keys) + 1):
        if isinstance(plan.grammar.read_keys(keys[:size]), KeysComplete | KeysWrong):
            return keys[:size], keys[size:]
    return keys, ""
