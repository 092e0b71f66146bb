"""Saying something that asks nothing, then going on."""

from ivr.dialog.actions import HandOff, Listening
from ivr.dialog.activity import Activity
from ivr.dialog.keypad import CLEAR_KEY, Keypad
from ivr.dialog.prompt import Prompt
from ivr.dialog.turns import Floor
from ivr.dialog.verdicts import Finish, Verdict, WantsPerson


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

    def prompt_finished(self, *, now: float) -> Verdict:
        """Go on."""
        del now
        return self._then

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
        """Go on: nobody will tell us that it was heard."""
        self._floor.cut()
        return self.prompt_finished(now=now)

    def _say(self, prompt: Prompt, now: float) -> None:
        self._floor.open()
        self._floor.say(prompt, now=now)
        if self._ear is None:
            self._floor.stop_hearing()
        else:
            self._floor.hear(self._ear)
