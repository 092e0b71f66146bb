"""Saying something that asks nothing, then going on."""

from ivr.dialog.actions import HandOff, Listening
from ivr.dialog.activity import Activity
from ivr.dialog.events import Utterance
from ivr.dialog.keypad import CLEAR_KEY, Keypad
from ivr.dialog.prompt import Prompt
from ivr.dialog.turns import Due, Floor
from ivr.dialog.verdicts import Finish, Verdict, WantsPerson

LAST_WORDS = 3.0  # seconds for what the caller is saying as the prompt ends; a wish takes one


class Telling(Activity):
    """
    An announcement, a goodbye, an excuse, an emergency's wording.

    Speech does not cut it, because nothing was asked: only a universal does (VoiceXML 2.1
    §4.1.5.1, bargeintype "hotword"). Keys are kept for the next question.
    """

    def __init__(
        self,
        floor: Floor,
        keypad: Keypad,
        prompt: Prompt,
        *,
        then: Verdict,
        ear: Listening | None,
    ) -> None:
        """
        Prepare to say *prompt*.

        Args:
            floor: Whose turn it is.
            keypad: What was keyed.
            prompt: What to say.
            then: What it leads to.
            ear: What to listen for; None: to nothing, it must be heard in full.
        """
        self._floor = floor
        self._keypad = keypad
        self.prompt = prompt
        self._then = then
        self._ear = ear
        self._caller_speaks = False

    @property
    def last(self) -> bool:
        """Whether nothing but the end comes after it."""
        return isinstance(self._then, Finish)

    def begin(self, *, now: float) -> None:
        """Say it."""
        self._say(self.prompt, now)

    def again(self, lead: Prompt | None, *, now: float) -> None:
        """Say it from the start."""
        self._say(self.prompt.after(lead), now)

    def prompt_finished(self, *, now: float) -> Verdict | None:
        """Go on, but not over a caller who is speaking: it may be the word "operator"."""
        if self._caller_speaks:
            self._floor.wait(Due.UTTERANCE, now + LAST_WORDS)
            return None
        return self._then

    def speech_started(self, *, now: float) -> None:
        """Wait for what it is, also when the prompt ends meanwhile."""
        del now
        self._caller_speaks = True

    def heard(self, utterance: Utterance, *, now: float) -> Verdict | None:
        """Drop it: nothing was asked, and it is no universal."""
        del utterance, now
        self._caller_speaks = False
        return None if self._floor.playing else self._then

    def speaking_lost(self, *, now: float) -> Verdict | None:
        """Try once more what the caller came to hear; do not hold up an end."""
        if self.last:
            return self._then
        self.begin(now=now)
        return None

    def wants_person(self) -> Verdict:
        """Lead to a person: to the one this leads to anyway, else as everywhere."""
        match self._then:
            case Finish(action=HandOff()):
                return self._then
            case _:
                return WantsPerson()

    def pressed(self, key: str, *, now: float) -> None:
        """Keep *key*; the clearing key drops what was kept, or says it all again."""
        if key != CLEAR_KEY:
            self._keypad.keep(key)
        elif not self._keypad.forget_ahead():
            self.begin(now=now)

    def due(self, *, now: float) -> Verdict:
        """Go on: nobody will tell us that it was heard, or what was said."""
        del now
        self._floor.cut()
        return self._then

    def _say(self, prompt: Prompt, now: float) -> None:
        self._caller_speaks = False
        self._floor.open()
        self._floor.say(prompt, now=now)
        if self._ear is None:
            self._floor.stop_hearing()
        else:
            self._floor.hear(self._ear)
