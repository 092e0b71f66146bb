"""Taking a spoken message for a person."""

from ivr.dialog.actions import HandoffReason, Listening, TakeMessage
from ivr.dialog.activity import Activity
from ivr.dialog.events import MessageTaken
from ivr.dialog.keypad import CLEAR_KEY, OPERATOR_KEY
from ivr.dialog.prompt import Prompt
from ivr.dialog.turns import Due, Floor
from ivr.dialog.verdicts import Fail, Follow, Verdict, WantsPerson
from ivr.flow.model import EMPTY, NEXT

KEEPING_TIME = 10.0  # seconds; from the end of a message until the shell has kept it


class MessageTaking(Activity):
    """
    The prompt, then the message.

    The shell ends the message at any key. Key 0 does that too, and leads to a person once
    the message is kept, so that it is not lost.
    """

    def __init__(self, floor: Floor, prompt: Prompt, *, limit: float, ear: Listening) -> None:
        self._floor = floor
        self._prompt = prompt
        self._limit = limit
        self._ear = ear
        self._taking = False
        self._wants_person = False

    def begin(self, *, now: float) -> None:
        """Say what to do, or begin at once when there is nothing to say."""
        self.again(None, now=now)

    def taken(self, event: MessageTaken) -> Verdict | None:
        """Go on; the message is kept, or there was none."""
        if not self._taking:
            return None
        if self._wants_person:
            return WantsPerson()
        return Follow(NEXT if event.seconds > 0 else EMPTY)

    def again(self, lead: Prompt | None, *, now: float) -> None:
        """Say what to do."""
        if self._taking:
            return
        prompt = self._prompt.after(lead)
        self._floor.open()
        if not prompt.text:
            self._take(now)
            return
        self._floor.say(prompt, now=now)
        self._floor.hear(self._ear)

    def prompt_finished(self, *, now: float) -> None:
        """Begin."""
        self._take(now)

    def speaking_lost(self, *, now: float) -> None:
        """Try once more to say what to do."""
        self.again(None, now=now)

    def zero_is_data(self) -> bool:
        """Say whether 0 ends a message first."""
        return self._taking

    def pressed(self, key: str, *, now: float) -> None:
        """Note that 0 ended the message; the clearing key repeats the prompt."""
        if self._taking:
            if key == OPERATOR_KEY:
                self._wants_person = True
                self._floor.wait(Due.MESSAGE, now + KEEPING_TIME)
        elif key == CLEAR_KEY:
            self.again(None, now=now)

    def due(self, *, now: float) -> Verdict | None:
        """Begin without the prompt's end, or let a person take over from a lost message."""
        if not self._taking:
            self._floor.cut()
            self._take(now)
            return None
        return WantsPerson() if self._wants_person else Fail(HandoffReason.LINE_TROUBLE)

    def _take(self, now: float) -> None:
        self._taking = True
        self._floor.stop_hearing()
        self._floor.ask_shell(TakeMessage(self._floor.turn, self._limit))
        self._floor.wait(Due.MESSAGE, now + self._limit + KEEPING_TIME)
