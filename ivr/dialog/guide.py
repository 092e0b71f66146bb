"""Leads one call through its flows: acts on verdicts, and on what callers wish anywhere."""

from collections.abc import Mapping
from typing import assert_never

from ivr.dialog.actions import Briefing, HandOff, HandoffReason, HangUp
from ivr.dialog.activity import Activity
from ivr.dialog.asking import Asking
from ivr.dialog.prompt import Prompt
from ivr.dialog.stage import Stage, Talk
from ivr.dialog.telling import Telling
from ivr.dialog.tripwire import Alarm
from ivr.dialog.verdicts import Accept, Fail, Finish, Follow, GiveUp, Verdict, WantsPerson
from ivr.errors import MisuseError
from ivr.flow.model import GAVE_UP, NEXT, Ask, Do, Say, Value

MOST_STEPS = 100  # states passed in one moment; the compiler refuses loops, this bounds the rest
MOST_TURNS = 200  # of one call; half an hour of talk gets nobody anywhere
SPANISH = "es"
SPANISH_QUEUE = "spanish"


class Guide:
    """Knows what is going on, and what comes next."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._stage = Stage(talk)
        self._told: Prompt | None = None
        self._activity: Activity | None = None

    @property
    def activity(self) -> Activity:
        """
        What is going on.

        Raises:
            MisuseError: Nothing yet; the call was not answered.
        """
        if self._activity is None:
            raise MisuseError("the call was not answered")
        return self._activity

    @property
    def begun(self) -> bool:
        """Whether the call was answered."""
        return self._activity is not None

    @property
    def briefing(self) -> Briefing:
        """What a person must know who takes the call now."""
        return self._stage.briefing(HandoffReason.ASKED)

    @property
    def language(self) -> str:
        """The language that is being spoken."""
        return self._stage.language

    def enter(self, *, now: float) -> Verdict | None:
        """Take up the state the call has come to."""
        entered = self._stage.enter()
        state = self._talk.journey.state
        if isinstance(state, Say) and isinstance(entered, Telling):
            self._told = entered.prompt
        return self._do(entered, now)

    def settle(self, verdict: Verdict | None, *, now: float) -> None:
        """Act on *verdict* and on what comes of it, until it is somebody else's move."""
        for _ in range(MOST_STEPS):
            if verdict is None:
                break
            verdict = self._act(verdict, now)
        if verdict is not None:
            self._act(self._stage.hand_off(HandoffReason.LINE_TROUBLE), now)
        if self._talk.floor.turn > MOST_TURNS and not self._talk.floor.ended:
            self._act(self._stage.hand_off(HandoffReason.NOT_UNDERSTOOD), now)

    def finish(self, last: HandOff | HangUp | None) -> None:
        """End the conversation; *last* is None when the caller is gone."""
        self._talk.floor.end(last)
        self._talk.journey.close()

    def give_in(self) -> Verdict:
        """Lead to a person without a word, because none can be spoken."""
        return self._stage.hand_off(HandoffReason.LINE_TROUBLE)

    def send(self, queue: str) -> Verdict:
        """Lead to a person of *queue*, because an operator of the line wants it."""
        return self._stage.hand_off(HandoffReason.SENT, queue=queue)

    # ------------------------------------------------------------ what callers wish

    def help(self, *, now: float) -> None:
        """Say what can be done here, then go on."""
        state = self._talk.journey.state if isinstance(self.activity, Asking) else None
        own = state.question.help if isinstance(state, Ask) else ""
        stage = self._stage
        self.activity.again(stage.author(own) if own else stage.line(stage.phrases.help), now=now)

    def repeat(self, *, now: float) -> None:
        """Say it again; a question together with what was told just before it."""
        told = self._told if isinstance(self.activity, Asking) else None
        self.activity.again(told, now=now)

    def slow_down(self, *, now: float) -> None:
        """Say it again, slower, and stay slow."""
        self._talk.floor.slow = True
        self.repeat(now=now)

    def go_back(self, *, now: float) -> Verdict | None:
        """Ask the question before once more; what followed from its answer is forgotten."""
        if isinstance(self.activity, Asking) and self.activity.reconsider(now=now):
            return None
        values = self._talk.journey.go_back()
        if values is None:
            self.activity.again(None, now=now)
            return None
        return self._begin_anew(values, now)

    def start_over(self, *, now: float) -> Verdict | None:
        """Begin again; who the caller is stays known."""
        self._talk.journey.start_over()
        return self._begin_anew(None, now)

    def speak_spanish(self, *, now: float) -> Verdict | None:
        """Lead to a person who does, unless that is what we are doing."""
        if self.language == SPANISH:
            self.repeat(now=now)
            return None
        self._stage.language = SPANISH
        handoff = self._stage.hand_off(HandoffReason.ASKED, queue=SPANISH_QUEUE)
        prompt = self._stage.line(self._stage.phrases.spanish)
        return self._do(self._stage.tell(prompt, handoff), now)

    def sound_alarm(self, alarm: Alarm, *, now: float) -> Verdict | None:
        """Say whom to call, in full, then lead to a person before everybody else."""
        self._talk.keypad.forget_ahead()
        phrases = self._stage.phrases
        medical = alarm is Alarm.MEDICAL
        prompt = self._stage.line(
            phrases.emergency_medical if medical else phrases.emergency_crisis
        )
        handoff = self._stage.hand_off(HandoffReason.EMERGENCY, urgent=True)
        return self._do(self._stage.tell(prompt, handoff, in_full=True), now)

    # ------------------------------------------------------------ verdicts

    def _act(self, verdict: Verdict, now: float) -> Verdict | None:
        match verdict:
            case Accept(value=value):
                return self._accept(value)
            case Follow():
                return self._follow(verdict, now)
            case GiveUp():
                return self._give_up(now)
            case Fail(reason=reason):
                return self._excuse(reason, now)
            case WantsPerson():
                return self._stage.hand_off(HandoffReason.ASKED)
            case Finish(action=action):
                self.finish(action)
                return None
            case unknown:
                assert_never(unknown)

    def _accept(self, value: Value) -> Verdict:
        talk, state = self._talk, self._talk.journey.state
        if not isinstance(state, Ask):
            raise MisuseError(f"an answer in {talk.floor.where}, which asks nothing")
        talk.patience.relieve()
        talk.journey.mark(talk.knowledge.values)
        self._told = None
        if state.question.slot is None:
            return Follow(str(value))
        talk.knowledge.learn(state.question.slot, value)
        return Follow(NEXT)

    def _follow(self, verdict: Follow, now: float) -> Verdict | None:
        talk, state = self._talk, self._talk.journey.state
        if isinstance(state, Do):
            talk.knowledge.learn_from(state.operation, verdict.outcome, verdict.values)
            talk.memory.do(state.operation, verdict.outcome)
        if talk.journey.follow(verdict.outcome, talk.knowledge.values):
            return self.enter(now=now)
        down = isinstance(state, Do)
        return Fail(HandoffReason.CLINIC_DOWN if down else HandoffReason.LINE_TROUBLE)

    def _give_up(self, now: float) -> Verdict | None:
        talk = self._talk
        if talk.patience.may_try_another_way() and talk.journey.follow(
            GAVE_UP, talk.knowledge.values
        ):
            return self.enter(now=now)
        return Fail(HandoffReason.NOT_UNDERSTOOD)

    def _excuse(self, reason: HandoffReason, now: float) -> Verdict | None:
        phrases = self._stage.phrases
        texts = {
            HandoffReason.NOT_UNDERSTOOD: phrases.not_understood,
            HandoffReason.CLINIC_DOWN: phrases.clinic_down,
        }
        prompt = self._stage.line(texts.get(reason, phrases.line_trouble))
        return self._do(self._stage.tell(prompt, self._stage.hand_off(reason)), now)

    def _begin_anew(self, known: Mapping[str, Value] | None, now: float) -> Verdict | None:
        self._talk.knowledge.forget(but=known)
        self._talk.keypad.forget_ahead()
        self._told = None
        return self.enter(now=now)

    def _do(self, next_thing: Activity | Verdict, now: float) -> Verdict | None:
        if isinstance(next_thing, Verdict):
            return next_thing
        self._activity = next_thing
        return next_thing.begin(now=now)
