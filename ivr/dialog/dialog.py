"""
The dialog engine.

A `Dialog` is driven from outside, like a chess clock: tell it what happened and when,
perform the actions it returns, and call it back at `deadline`. It never sleeps, never reads
a clock and never touches audio.

Every prompt-and-listen cycle is a *turn* with its own number. Events carry the number of
the turn they belong to, and events of an earlier turn are dropped. That single rule settles
the races of telephony: a recogniser that answers after the caller pressed a key, a prompt
that ends after it was interrupted.

This module only routes. What is going on is an `Activity`, what it decides is a `Verdict`,
and what comes of it in the flow is the `Guide`'s.
"""

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from ivr.dialog.actions import Action, Briefing
from ivr.dialog.confidence import Band, band
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
    PromptFinished,
    SentToPerson,
    SpeakingLost,
    SpeechStarted,
    Utterance,
)
from ivr.dialog.guide import Guide
from ivr.dialog.journey import Journey
from ivr.dialog.keypad import KEYS, OPERATOR_KEY, Keypad
from ivr.dialog.knowledge import Knowledge
from ivr.dialog.memory import Memory
from ivr.dialog.message_taking import MessageTaking
from ivr.dialog.patience import Patience
from ivr.dialog.performing import Performing
from ivr.dialog.plan import MENU
from ivr.dialog.script import Script
from ivr.dialog.stage import Talk
from ivr.dialog.telling import Telling
from ivr.dialog.tripwire import alarm_in
from ivr.dialog.turns import Answered, Floor, Judged, TurnRecord
from ivr.dialog.universals import Universal, universal_in
from ivr.dialog.verdicts import Verdict
from ivr.dialog.view import HIDDEN, DialogView, is_private, masked
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.flow.model import Ask, Value

MUTES = 2  # prompts in a row that could not be spoken before a person takes over


class Dialog:
    """
    One conversation.

    The driver's duty: `CallAnswered` first; every action performed in order; `handle_deadline`
    called at `deadline`, which each call may move; no call after an exception but
    `handle(CallerHungUp())`. Any event may come at any time.
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
        """
        Prepare a conversation.

        Args:
            book: The flows; the conversation keeps this version to its end.
            wording: The line's own words.
            start: The flow to begin with.
            today: The date at the clinic, for "tomorrow" and two-digit years.
            values: What is known before the first word; kept when the caller starts over.

        Raises:
            MisuseError: There is no flow *start*.
        """
        known = Knowledge(values or {})
        self._talk = Talk(
            journey=Journey(book, start),
            knowledge=known,
            script=Script(wording, known.values, today=today),
            floor=Floor(),
            keypad=Keypad(),
            patience=Patience(),
            memory=Memory(),
        )
        self._guide = Guide(self._talk)
        self._floor = self._talk.floor
        self._last_words = ""
        self._now = 0.0

    def lead_back(self) -> None:
        """Note that an agent waits for the caller at the end: then nobody says goodbye."""
        self._talk.journey.awaited = True

    @property
    def deadline(self) -> float | None:
        """When to call `handle_deadline`, on the clock of `now`; None: not yet, or never again."""
        return self._floor.deadline

    @property
    def ended(self) -> bool:
        """Whether the last action was given."""
        return self._floor.ended

    @property
    def path(self) -> tuple[str, ...]:
        """Every state visited, as `flow.state`, in order."""
        return self._talk.journey.path

    @property
    def turns(self) -> tuple[TurnRecord, ...]:
        """The turns that are over; nothing of what was said or keyed."""
        return self._floor.records

    @property
    def values(self) -> Mapping[str, Value]:
        """What is known: answers, and what operations gave."""
        return self._talk.knowledge.values

    @property
    def briefing(self) -> Briefing:
        """What a person must know who takes the call now; personal data."""
        return self._guide.briefing

    @property
    def view(self) -> DialogView:
        """What an operator may see of this moment."""
        places = self._talk.journey.places if self._guide.begun and not self.ended else ()
        flow, state = places[-1] if places else ("", "")
        slots = self._talk.journey.flow.slots if places else {}
        prompt = self._floor.prompt
        return DialogView(
            flow=flow,
            state=state,
            places=tuple(".".join(place) for place in places),
            prompt="" if prompt is None else prompt.template,
            last_words=self._last_words,
            slots=masked(self.values, slots),
            patience=self._talk.patience.left,
            turn=self._floor.turn,
        )

    @property
    def about(self) -> str:
        """The flow the caller chose last, `` before that."""
        return self._talk.journey.about

    def shown(self, words: str) -> str:
        """
        Mask what the caller seems to be saying, for an operator's eye.

        Only words of the question's own are shown, and none where the question is private.
        """
        known = frozenset() if self._private else self._guide.activity.words()
        return " ".join(word if word in known else HIDDEN for word in words.split())

    def handle(self, event: Event, *, now: float) -> tuple[Action, ...]:
        """
        Take in *event* and say what to do about it.

        Args:
            event: What happened.
            now: When it happened, in seconds on the clock `deadline` uses.
        """
        floor = self._floor
        if floor.ended:
            return ()
        self._now = now
        verdict = self._route(event, now)
        if not floor.ended:
            self._guide.settle(verdict, now=now)
        return floor.drain()

    def handle_deadline(self, *, now: float) -> tuple[Action, ...]:
        """Tell the dialog that `deadline` may have passed."""
        if self.ended or self.deadline is None or now < self.deadline:
            return ()
        self._now = now
        verdict = self._guide.activity.due(now=now)
        self._guide.settle(verdict, now=now)
        return self._floor.drain()

    def resume(self, *, now: float) -> None:
        """
        Tell the dialog that the caller is back from a hold, and hears the prompt from its start.

        Without it, everything that was waited for during the hold is due at once.
        """
        if self.deadline is not None:
            self._floor.wait(self._floor.due, now + max(0.0, self.deadline - self._now))
            self._now = now

    # ------------------------------------------------------------ events

    def _route(self, event: Event, now: float) -> Verdict | None:
        match event:
            case KeyPressed(key=key):
                return self._key(key, now) if self._guide.begun else None
            case CallAnswered():
                return None if self._guide.begun else self._guide.enter(now=now)
            case CallerHungUp():
                self._guide.finish(None)
                return None
            case SentToPerson(queue=queue):
                return self._guide.send(queue)
            case _ if not self._guide.begun:
                return None
            case _ if event.turn != self._floor.turn:
                return None
            case PromptFinished() | SpeakingLost():
                return self._prompt_over(event, now)
            case SpeechStarted() | Utterance() | HearingLost() | HearingRestarted():
                return self._ear(event, now) if self._floor.hearing else None
            case OperationFinished() | MessageTaken():
                return self._shell_answered(event)
            case unknown:
                assert_never(unknown)

    def _prompt_over(self, event: PromptFinished | SpeakingLost, now: float) -> Verdict | None:
        floor, activity = self._floor, self._guide.activity
        if not floor.playing:
            return None
        floor.fell_silent()
        if isinstance(event, PromptFinished):
            floor.mutes = 0
            return activity.prompt_finished(now=now)
        floor.mutes += 1
        if floor.mutes < MUTES or (isinstance(activity, Telling) and activity.last):
            return activity.speaking_lost(now=now)
        return self._guide.give_in()

    def _ear(
        self, event: SpeechStarted | Utterance | HearingLost | HearingRestarted, now: float
    ) -> Verdict | None:
        activity = self._guide.activity
        match event:
            case SpeechStarted():
                activity.speech_started(now=now)
                return None
            case Utterance():
                self._floor.deaf = False
                self._talk.memory.hear(event.hypotheses)
                return self._heard(event, now)
            case HearingLost():
                return activity.hearing_lost(now=now)
            case HearingRestarted():
                return activity.hearing_restarted(now=now)
            case unknown:
                assert_never(unknown)

    def _shell_answered(self, event: OperationFinished | MessageTaken) -> Verdict | None:
        activity = self._guide.activity
        match event:
            case OperationFinished():
                return activity.finished(event) if isinstance(activity, Performing) else None
            case MessageTaken():
                return activity.taken(event) if isinstance(activity, MessageTaking) else None
            case unknown:
                assert_never(unknown)

    # ------------------------------------------------------------ keys

    def _key(self, key: str, now: float) -> Verdict | None:
        activity = self._guide.activity
        if key not in KEYS:
            return None
        if key == OPERATOR_KEY and not activity.zero_is_data():
            self._floor.record(Answered.KEYS, Judged.WISH)
            return activity.wants_person()
        return activity.pressed(key, now=now)

    # ------------------------------------------------------------ speech

    def _heard(self, utterance: Utterance, now: float) -> Verdict | None:
        """Danger first, then a person, then an answer, then the other universals."""
        language = self._guide.language
        for hypothesis in filter(_plausible, utterance.hypotheses):
            if (alarm := alarm_in(hypothesis.text, language)) is not None:
                self._note(hypothesis, Judged.ALARM, HIDDEN)
                return self._guide.sound_alarm(alarm, now=now)
        best = next(filter(_plausible, utterance.hypotheses[:1]), None)
        wish = universal_in(best.text, language) if best else None
        if best is None or wish is None or self._is_answer(best, wish):
            return self._take(utterance, now)
        self._note(best, Judged.WISH, wish.value.replace("_", " "))
        return self._grant(wish, now)

    def _take(self, utterance: Utterance, now: float) -> Verdict | None:
        """Let the activity have it; an operator may see what answers a question not private."""
        private, before = self._private, self._floor.understood
        verdict = self._guide.activity.heard(utterance, now=now)
        sole = utterance.hypotheses[0].text if len(utterance.hypotheses) == 1 else HIDDEN
        answered = self._floor.understood > before
        self._last_words = sole if answered and not private else HIDDEN
        return verdict

    @property
    def _private(self) -> bool:
        state = self._talk.journey.state
        slot = state.question.slot if isinstance(state, Ask) else None
        return slot is not None and is_private(self._talk.journey.flow.slots[slot])

    def _is_answer(self, best: Hypothesis, wish: Universal) -> bool:
        """Let an answer of the question go before a universal, but never before a person."""
        return wish is not Universal.OPERATOR and self._guide.activity.reads(best.text)

    def _grant(self, wish: Universal, now: float) -> Verdict | None:
        guide = self._guide
        match wish:
            case Universal.OPERATOR:
                return guide.activity.wants_person()
            case Universal.HELP:
                guide.help(now=now)
            case Universal.REPEAT:
                guide.repeat(now=now)
            case Universal.SLOWER:
                guide.slow_down(now=now)
            case Universal.GO_BACK:
                return guide.go_back(now=now)
            case Universal.START_OVER:
                return guide.start_over(now=now)
            case Universal.SPANISH:
                return guide.speak_spanish(now=now)
            case unknown:
                assert_never(unknown)
        return None

    def _note(self, hypothesis: Hypothesis, judged: Judged, words: str) -> None:
        sure = hypothesis.confidence
        self._floor.record(Answered.SPEECH, judged, band=band(MENU, sure), confidence=sure)
        self._last_words = words


def _plausible(hypothesis: Hypothesis) -> bool:
    return bool(hypothesis.text) and band(MENU, hypothesis.confidence) is not Band.REJECT
