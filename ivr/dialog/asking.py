"""An open question: its prompt, its ear, its keys, its timers."""

from typing import assert_never

from ivr.dialog.actions import HandoffReason, Listening
from ivr.dialog.activity import Activity
from ivr.dialog.confirmation import Confirmation
from ivr.dialog.events import Utterance
from ivr.dialog.grammar.base import KeysWrong
from ivr.dialog.inquiry import Inquiry
from ivr.dialog.keypad import (
    CLEAR_KEY,
    OPERATOR_KEY,
    Entered,
    Entry,
    Gathering,
    Keypad,
    Misdialled,
    Nothing,
    ZeroAlone,
)
from ivr.dialog.matter import Matter, Miss
from ivr.dialog.prompt import Prompt
from ivr.dialog.turns import Answered, Due, Floor, Judged
from ivr.dialog.verdicts import Accept, Doubt, Fail, GiveUp, Refuse, Ruling, Verdict

HEARING_TIME = 3.0  # seconds; from the longest utterance to its reading
RESTARTS = 2  # times the recogniser may fail under one question before only keys are left


class Asking(Activity):
    """
    A question until it is answered or given up, its read-back included.

    The caller may answer over the prompt, by voice or by key, unless the author forbids
    it; then keys wait for the end of the prompt and only universals are listened for.
    """

    def __init__(self, floor: Floor, keypad: Keypad, inquiry: Inquiry, *, ear: Listening) -> None:
        """Prepare to ask; *ear* listens during a prompt that must be heard in full."""
        self._floor = floor
        self._keypad = keypad
        self._inquiry = inquiry
        self._matter: Matter = inquiry
        self._ear = ear
        self._asked = False
        self._restarts = 0

    @property
    def confirming(self) -> bool:
        """Whether an answer is being read back."""
        return self._matter is not self._inquiry

    def begin(self, *, now: float) -> Verdict | None:
        """Ask, unless the caller has keyed the answer already."""
        self._keypad.clear()
        if not self._keypad.waiting_ahead or not self._inquiry.question.barge_in:
            self._open(now)
            return None
        self._floor.open(asked=self._matter.kind)
        verdict = self._take_ahead(now)
        if verdict is None and not self._asked:
            if self._keypad.keys:
                self._floor.hear(self._matter.listening)
            else:
                self._open(now)
        return verdict

    def again(self, lead: Prompt | None, *, now: float) -> None:
        """Ask again, without counting it; a read-back names its keys instead of *lead*."""
        self._keypad.clear()
        if self._matter is self._inquiry:
            self._open(now, lead)
        else:
            self._ask(self._matter.opening(keys_only=True), now)

    def reconsider(self, *, now: float) -> bool:
        """Drop a read-back and ask the question itself; False when there is none."""
        if self._matter is self._inquiry:
            return False
        self._matter = self._inquiry
        self.again(None, now=now)
        return True

    def prompt_finished(self, *, now: float) -> Verdict | None:
        """Wait for the answer, or take what was keyed during a prompt heard in full."""
        question = self._matter.question
        self._floor.wait(Due.SILENCE, now + question.no_input_after)
        if question.barge_in:
            return None
        self._floor.hear(self._matter.listening)
        return self._take_ahead(now)

    def speaking_lost(self, *, now: float) -> None:
        """Ask once more; a second failure in a row is the dialog's to judge."""
        self.again(None, now=now)

    def speech_started(self, *, now: float) -> None:
        """Let the caller speak."""
        if self._must_hear or self._keypad.keys:
            return
        self._floor.cut()
        limit = self._matter.question.utterance_limit
        self._floor.wait(Due.UTTERANCE, now + limit + HEARING_TIME)

    def reads(self, text: str) -> bool:
        """Say whether *text* is an answer."""
        return not self._must_hear and self._matter.reads(text)

    def words(self) -> frozenset[str]:
        """Give the words of the question, and of yes and no when it is read back."""
        return self._inquiry.grammar.words() | self._matter.grammar.words()

    def heard(self, utterance: Utterance, *, now: float) -> Verdict | None:
        """Understand what was said, unless the caller is keying."""
        if self._must_hear or self._keypad.keys:
            return None
        reading = self._matter.read(utterance.hypotheses)
        answered = Answered.NOT_UNDERSTOOD if reading.ruling is None else Answered.SPEECH
        self._floor.record(
            answered, reading.judged, band=reading.band, confidence=reading.confidence
        )
        if reading.ruling is None:
            return self._miss(Miss.NO_MATCH, now)
        return self._rule(reading.ruling, now)

    def zero_is_data(self) -> bool:
        """Say whether an answer may begin with 0, or is being keyed."""
        ahead = self._must_hear and self._matter.many_keys and self._keypad.waiting_ahead
        if ahead or self._keypad.keys:
            return True
        return not isinstance(self._matter.grammar.read_keys(OPERATOR_KEY), KeysWrong)

    def pressed(self, key: str, *, now: float) -> Verdict | None:
        """Take a key; it cuts the prompt, unless that must be heard in full."""
        ending = key == self._matter.question.term_key and self._keypad.keys
        clearing = key == CLEAR_KEY and not ending
        if self._must_hear:
            if clearing:
                self._keypad.forget_ahead()
            else:
                self._keypad.keep(key)
            return None
        self._floor.cut()
        if not clearing:
            return self._press(key, now)
        if self._keypad.clear():
            self._floor.wait(Due.SILENCE, now + self._matter.question.no_input_after)
        else:
            self._open(now)
        return None

    def hearing_lost(self, *, now: float) -> Verdict | None:
        """Say once that the keys still work, and ask for them; a person, where none would do."""
        knew, self._floor.deaf = self._floor.deaf, True
        if not self._matter.has_keys:
            self._floor.record(Answered.EVENT, Judged.EAR_LOST)
            return Fail(HandoffReason.LINE_TROUBLE)
        if not knew and not self._keypad.keys:
            self._floor.record(Answered.EVENT, Judged.EAR_LOST)
            self._open(now, self._inquiry.line(self._inquiry.phrases.keys_only))
        return None

    def hearing_restarted(self, *, now: float) -> Verdict | None:
        """Ask again; a recogniser that keeps failing here is as good as none."""
        if self._keypad.keys:
            return None
        self._restarts += 1
        if self._restarts > RESTARTS:
            return self.hearing_lost(now=now)
        self._floor.record(Answered.EVENT, Judged.EAR_LOST)
        self._open(now, self._inquiry.line(self._inquiry.phrases.say_again))
        return None

    def due(self, *, now: float) -> Verdict | None:
        """Act on silence, on speech without an end, on keys that stopped coming."""
        match self._floor.due:
            case Due.PROMPT:
                self._floor.cut()
                return self.prompt_finished(now=now)
            case Due.SILENCE:
                self._floor.record(Answered.SILENCE, Judged.SILENT)
                return self._miss(Miss.NO_INPUT, now)
            case Due.KEYS:
                return self._enter(self._keypad.finish(), now)
            case Due.UTTERANCE | Due.OPERATION | Due.MESSAGE:
                self._floor.record(Answered.NOT_UNDERSTOOD, Judged.WITHOUT_END)
                return self._miss(Miss.NO_MATCH, now)
            case unknown:
                assert_never(unknown)

    # ------------------------------------------------------------ asking

    @property
    def _must_hear(self) -> bool:
        return self._floor.playing and not self._matter.question.barge_in

    def _open(self, now: float, lead: Prompt | None = None) -> None:
        self._ask(self._matter.opening(keys_only=self._floor.deaf).after(lead), now)

    def _ask(self, prompt: Prompt, now: float) -> None:
        self._asked = True
        self._floor.open(asked=self._matter.kind)
        self._floor.say(prompt, now=now)
        question = self._matter.question
        self._floor.hear(self._matter.listening if question.barge_in else self._ear)

    def _ask_or_give_up(self, prompt: Prompt | None, now: float) -> Verdict | None:
        if prompt is None:
            return GiveUp()
        self._ask(prompt, now)
        return None

    def _miss(self, miss: Miss, now: float) -> Verdict | None:
        self._keypad.clear()
        self._keypad.forget_ahead()
        prompt = self._matter.missed(miss, keys_only=self._floor.deaf)
        return self._ask_or_give_up(prompt, now)

    def _rule(self, ruling: Ruling, now: float) -> Verdict | None:
        match ruling:
            case Accept():
                return ruling
            case Doubt(value=value):
                self._keypad.forget_ahead()
                self._matter = Confirmation(self._inquiry, value)
                self._open(now)
                return None
            case Refuse(value=value):
                self._keypad.forget_ahead()
                self._matter = self._inquiry
                prompt = self._inquiry.refused(value, keys_only=self._floor.deaf)
                return self._ask_or_give_up(prompt, now)
            case unknown:
                assert_never(unknown)

    # ------------------------------------------------------------ keys

    def _take_ahead(self, now: float) -> Verdict | None:
        verdict = None
        turn = self._floor.turn
        while verdict is None and self._keypad.waiting_ahead and turn == self._floor.turn:
            verdict = self._press(self._keypad.take_ahead(), now)
        return verdict

    def _press(self, key: str, now: float) -> Verdict | None:
        entry = self._keypad.press(
            key,
            self._matter.grammar,
            term_key=self._matter.question.term_key,
            many=self._matter.many_keys,
        )
        return self._enter(entry, now)

    def _enter(self, entry: Entry, now: float) -> Verdict | None:
        match entry:
            case Entered(value=value):
                reading = self._matter.keyed(value)
                self._floor.record(Answered.KEYS, reading.judged)
                return None if reading.ruling is None else self._rule(reading.ruling, now)
            case Gathering():
                self._floor.wait(Due.KEYS, now + self._matter.question.inter_key)
                return None
            case ZeroAlone():
                self._floor.record(Answered.KEYS, Judged.WISH)
                return self.wants_person()
            case Misdialled() if not self._asked:
                self._keypad.forget_ahead()
                self._open(now)
                return None
            case Misdialled():
                self._floor.record(Answered.NOT_UNDERSTOOD, Judged.WRONG_KEYS)
                return self._miss(Miss.NO_MATCH, now)
            case Nothing():
                self._floor.wait(Due.SILENCE, now + self._matter.question.no_input_after)
                return None
            case unknown:
                assert_never(unknown)
