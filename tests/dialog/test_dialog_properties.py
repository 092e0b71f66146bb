"""Any event, in any order, at any time, on the shipped flows: what must hold for every call."""

from datetime import datetime
from functools import cache

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ivr.clinic.operations import SPECS
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
from ivr.dialog.guide import MOST_TURNS
from ivr.dialog.patience import BUDGET
from ivr.flow.compiler import compile_book
from ivr.flow.machine import FlowBook
from ivr.flow.model import Value
from tests.dialog.conversation import ROOT, TODAY, phrases, wording

KEYS = "0123456789*#A"
SAYINGS = [
    "",
    "mumble",
    "refill",
    "appointment",
    "insurance",
    "yes",
    "no",
    "no five five five zero one zero zero one two three",
    "march third nineteen eighty two",
    "one two three four five six seven",
    "five five five five five five zero one two three",
    "confirm",
    "move it",
    "message",
    "call back",
    "help",
    "repeat that",
    "slower",
    "go back",
    "start over",
    "español",
    "chest pain",
]
MOMENTS = datetime.fromisoformat("2026-03-05T09:30:00")

GOOD_KEYS = {
    "ask_birth": "03051980",
    "ask_phone": "5555550123",
    "ask_zip": "55501",
    "ask_number": "5550100",
    "ask_again": "5550100",
}

turns_back = st.integers(0, 2)
sayings = st.sampled_from(SAYINGS)
confidences = st.sampled_from([0.0, 0.3, 0.5, 0.7, 0.95, 1.0])


@cache
def shipped() -> FlowBook:
    """Compile the flows that are shipped."""
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in (ROOT / "flows").glob("*.yaml")
        if path.name != "queues.yaml"
    }
    return compile_book(texts, SPECS, start="main_menu")


class AnyCall(RuleBasedStateMachine):
    """A caller and a shell that do anything, in any flow."""

    @initialize(start=st.sampled_from(sorted(shipped().flows)), known=st.booleans())
    def answer(self, start: str, *, known: bool) -> None:
        self.now = 0.0
        self.turn = 0
        self.playing: int | None = None
        self.hearing: int | None = None
        self.taking: int | None = None
        self.asked: Perform | None = None
        self.last: Action | None = None
        self.in_full = False
        values: dict[str, Value] = {"patient": "p1", "caller_name": "Testa"} if known else {}
        self.dialog = Dialog(shipped(), wording(), start=start, today=TODAY, values=values)
        self.happen(CallAnswered())

    # ------------------------------------------------------------ the shell

    def happen(self, event: Event) -> None:
        self.perform(self.dialog.handle(event, now=self.now))

    def perform(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            assert not isinstance(self.last, HandOff | HangUp), "nothing may follow the end"
            self.last = action
            self.check(action)
        assert self.dialog.ended == isinstance(self.last, HandOff | HangUp)

    def check(self, action: Action) -> None:
        match action:
            case Play(turn=turn, text=text):
                assert self.playing is None, "two prompts at once"
                assert text.strip(), "a prompt of silence"
                assert turn >= self.turn
                self.turn, self.playing, self.taking = turn, turn, None
                self.in_full = text in (phrases().emergency_medical, phrases().emergency_crisis)
            case StopPlayback(turn=turn):
                assert turn == self.playing, "nothing plays"
                self.playing = None
            case Listen(turn=turn):
                assert turn >= self.turn
                self.turn, self.hearing = turn, turn
            case StopListening(turn=turn):
                assert turn == self.hearing, "no ear is open"
                self.hearing = None
            case Perform(turn=turn):
                assert turn > self.turn
                self.turn, self.asked = turn, action
            case TakeMessage(turn=turn):
                assert self.playing is None
                assert self.hearing is None
                self.turn, self.taking = turn, turn
            case HandOff() | HangUp():
                assert self.playing is None
                assert self.hearing is None

    # ------------------------------------------------------------ anything

    @rule(back=turns_back)
    def a_prompt_finishes(self, back: int) -> None:
        if back == 0 and self.playing is not None:
            self.playing = None
        self.happen(PromptFinished(self.turn - back))

    @rule(back=turns_back)
    def the_caller_begins_to_speak(self, back: int) -> None:
        self.happen(SpeechStarted(self.turn - back))

    @rule(back=turns_back, text=sayings, confidence=confidences)
    def the_caller_speaks(self, back: int, text: str, confidence: float) -> None:
        self.happen(Utterance(self.turn - back, (Hypothesis(text, confidence),)))

    @rule(texts=st.lists(sayings, max_size=3), confidence=confidences)
    def the_caller_is_heard_in_several_ways(self, texts: list[str], confidence: float) -> None:
        heard = tuple(Hypothesis(text, confidence) for text in texts)
        self.happen(Utterance(self.turn, heard))

    @rule(keys=st.text(alphabet=KEYS, min_size=1, max_size=12))
    def the_caller_presses_keys(self, keys: str) -> None:
        for key in keys:
            self.now += 0.2
            self.happen(KeyPressed(key))

    @rule(answer=st.sampled_from(["1", "2", "1", "2", "3"]))
    def the_caller_hears_the_prompt_and_answers_well(self, answer: str) -> None:
        if self.playing is not None:
            self.a_prompt_finishes(0)
        self.the_caller_presses_keys(GOOD_KEYS.get(self.dialog.view.state, answer))

    @rule(pick=st.integers(0, 1), text=st.booleans())
    def the_clinic_answers_well(self, pick: int, *, text: bool) -> None:
        self.the_clinic_answers(0, pick, text=text)

    @rule(back=turns_back, pick=st.integers(0, 5), text=st.booleans())
    def the_clinic_answers(self, back: int, pick: int, *, text: bool) -> None:
        operation = self.asked.operation if self.asked else next(iter(SPECS))
        outcomes = (*SPECS[operation].outcomes, "unavailable", "nonsense")
        value: Value = "Testa" if text else MOMENTS
        gives = dict.fromkeys(SPECS[operation].gives, value)
        outcome = outcomes[pick % len(outcomes)]
        self.happen(OperationFinished(self.turn - back, outcome, gives))

    @rule(back=turns_back, seconds=st.sampled_from([0.0, 4.0]))
    def a_message_is_kept(self, back: int, seconds: float) -> None:
        self.happen(MessageTaken(self.turn - back, seconds))

    @rule(back=turns_back)
    def no_recogniser_can_be_had(self, back: int) -> None:
        self.happen(HearingLost(self.turn - back))

    @rule(back=turns_back)
    def the_recogniser_is_replaced(self, back: int) -> None:
        self.happen(HearingRestarted(self.turn - back))

    @rule(back=turns_back)
    def a_prompt_cannot_be_spoken(self, back: int) -> None:
        if back == 0 and self.playing is not None:
            self.playing = None
        self.happen(SpeakingLost(self.turn - back))

    @rule(seconds=st.floats(0, 30))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.perform(self.dialog.handle_deadline(now=self.now))

    @rule()
    def the_deadline_comes(self) -> None:
        self.wait()

    @rule()
    def the_call_is_answered_again(self) -> None:
        assert self.dialog.handle(CallAnswered(), now=self.now) == ()

    @precondition(lambda self: self.turn > 12)
    @rule()
    def an_operator_sends_the_caller_to_a_person(self) -> None:
        before = self.dialog.ended
        self.happen(SentToPerson("billing"))
        assert before or (isinstance(self.last, HandOff) and self.last.queue == "billing")

    @rule()
    def the_caller_hangs_up(self) -> None:
        assert self.dialog.handle(CallerHungUp(), now=self.now) == ()
        assert self.dialog.ended
        self.last = HangUp()

    def wait(self) -> None:
        if self.dialog.deadline is not None:
            self.now = max(self.now, self.dialog.deadline)
        self.perform(self.dialog.handle_deadline(now=self.now))

    # ------------------------------------------------------------ what holds

    @invariant()
    def a_living_dialog_is_always_waiting_for_something_that_must_come(self) -> None:
        assert (self.dialog.deadline is None) == self.dialog.ended

    @invariant()
    def a_deadline_is_never_far_away(self) -> None:
        longest = 200.0  # seconds; a message of two minutes and a half, with its margin
        assert self.dialog.deadline is None or self.dialog.deadline <= self.now + longest

    @invariant()
    def patience_is_finite(self) -> None:
        view = self.dialog.view
        assert 0.0 <= view.patience <= BUDGET
        assert view.turn <= MOST_TURNS + 1

    @invariant()
    def turns_are_noted_once_each_in_order(self) -> None:
        numbers = [turn.number for turn in self.dialog.turns]
        assert numbers == list(range(1, len(numbers) + 1))
        assert self.dialog.view.turn - len(numbers) in ({0} if self.dialog.ended else {0, 1})

    def teardown(self) -> None:
        """From wherever the call has come to, the caller asks for a person and gets one."""
        if self.dialog.ended:
            return
        if self.hearing is not None and self.turn % 2:
            self.happen(Utterance(self.turn, (Hypothesis("operator", 0.95),)))
        else:
            self.ask_by_key()
        assert isinstance(self.last, HandOff)
        assert not self.in_full or self.last.urgent

    def ask_by_key(self) -> None:
        """Clear what was keyed, then press 0; where 0 is a digit too, leave it at that."""
        self.happen(KeyPressed("*"))
        self.happen(KeyPressed("0"))
        if self.dialog.ended or self.taking is not None:
            return self.wait()
        assert self.dialog.view.state in GOOD_KEYS, "0 is a digit where digits are asked for"
        return self.wait()


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
