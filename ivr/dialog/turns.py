"""
The floor: which turn it is, what is being said, whether we listen, and until when we wait.

Everything a `Dialog` says or asks of its shell goes through here, in order.
"""

from dataclasses import dataclass
from enum import StrEnum

from ivr.dialog.actions import (
    Action,
    HandOff,
    HangUp,
    Listen,
    Listening,
    Perform,
    Play,
    StopListening,
    StopPlayback,
    TakeMessage,
)
from ivr.dialog.confidence import Band
from ivr.dialog.prompt import Prompt
from ivr.errors import MisuseError

SLOWER = 1.5  # times; how much longer a prompt may take when the caller asked for slower speech


class Answered(StrEnum):
    """How a turn came to its end."""

    SPEECH = "speech"
    KEYS = "keys"
    SILENCE = "silence"
    NOT_UNDERSTOOD = "not understood"
    EVENT = "event"  # nothing was asked, or something else came first


class Judged(StrEnum):
    """Why an answer was taken as it was."""

    ACCEPTED = "accepted"  # sure enough, or the author wants no read-back
    READ_BACK = "read_back"  # in the confirm band, not the likeliest reading, or refused before
    ALWAYS_READ_BACK = "always_read_back"  # the author wants it
    CONFIRMED = "confirmed"  # yes to a read-back
    DENIED = "denied"  # no to a read-back
    TOO_UNSURE = "too_unsure"  # words of the grammar, not sure enough to count
    NOT_AN_ANSWER = "not_an_answer"  # words, but no answer to this question
    NO_WORDS = "no_words"  # speech or noise in which no words were found
    WITHOUT_END = "without_end"  # speech or noise that went on beyond the limit
    WRONG_KEYS = "wrong_keys"
    KEYED = "keyed"
    WISH = "wish"  # "operator", "help", "repeat" and the like, or key 0
    ALARM = "alarm"  # the clinical tripwire
    SILENT = "silent"
    EAR_LOST = "ear_lost"  # no recogniser, or a new one in the middle of it
    NOT_ASKED = "not_asked"  # nothing was asked, or something else came first


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One turn, without anything that was said or keyed in it."""

    number: int
    state: str
    """`flow.state`."""
    asked: str
    """Kind of slot, `menu`, `read_back`; `` when nothing was asked."""
    answered: Answered
    judged: Judged
    band: Band | None = None
    """What the confidence meant; None when nothing was recognised."""
    confidence: float | None = None


class Due(StrEnum):
    """What the deadline is for."""

    PROMPT = "prompt"  # a prompt whose end was never reported
    SILENCE = "silence"  # nothing was said or keyed
    UTTERANCE = "utterance"  # speech began and did not end
    KEYS = "keys"  # no further key came
    OPERATION = "operation"  # the clinic is slow, or down
    MESSAGE = "message"  # a message whose end was never reported


class Floor:
    """Who may speak, who listens, and until when."""

    def __init__(self) -> None:
        self.turn = 0
        """Number of the open turn; 0 before the first."""
        self.where = ""
        """The state we are in, as `flow.state`."""
        self.prompt: Prompt | None = None
        """What was said last."""
        self.playing = False
        self.deaf = False
        """Whether no recogniser could be had when we last listened."""
        self.slow = False
        """Whether the caller asked for slower speech."""
        self.mutes = 0
        """Prompts in a row that could not be spoken."""
        self.deadline: float | None = None
        self.due = Due.PROMPT
        self.ended = False
        self.understood = 0
        """Utterances that were an answer."""
        self._heard_turn = 0
        self._recorded = True
        self._opened_in = ""
        self._asked = ""
        self._records: list[TurnRecord] = []
        self._actions: list[Action] = []

    @property
    def hearing(self) -> bool:
        """Whether the ear of this turn is open."""
        return self._heard_turn == self.turn > 0

    @property
    def records(self) -> tuple[TurnRecord, ...]:
        """The turns that are over."""
        return tuple(self._records)

    def drain(self) -> tuple[Action, ...]:
        """Hand over what is to be done; the shell does it in order."""
        actions = tuple(self._actions)
        self._actions.clear()
        return actions

    def open(self, *, asked: str = "") -> None:
        """Begin a turn, in which something is *asked* or nothing; what still plays is cut."""
        self.record(Answered.EVENT, Judged.NOT_ASKED)
        self.cut()
        self.turn += 1
        self._opened_in = self.where
        self._asked = asked
        self._recorded = False

    def record(
        self,
        answered: Answered,
        judged: Judged,
        *,
        band: Band | None = None,
        confidence: float | None = None,
    ) -> None:
        """Note how the turn came out; the first note counts."""
        if not self._recorded:
            self._recorded = True
            self.understood += answered is Answered.SPEECH
            turn, state, asked = self.turn, self._opened_in, self._asked
            record = TurnRecord(turn, state, asked, answered, judged, band, confidence)
            self._records.append(record)

    def say(self, prompt: Prompt, *, now: float) -> None:
        """Speak *prompt* in this turn and wait for its end, however late."""
        self.cut()
        self.prompt = prompt
        self.playing = True
        self._actions.append(
            Play(self.turn, prompt.text, prompt.language, prompt.cacheable, self.slow)
        )
        self.wait(Due.PROMPT, now + prompt.longest * (SLOWER if self.slow else 1.0))

    def fell_silent(self) -> None:
        """Take note that the prompt was played to its end, or could not be spoken."""
        self.playing = False

    def cut(self) -> None:
        """Cut the prompt short, if one plays."""
        if self.playing:
            self.playing = False
            self._actions.append(StopPlayback(self.turn))

    def hear(self, listening: Listening) -> None:
        """Listen in this turn; replaces what was listened for."""
        self._heard_turn = self.turn
        self._actions.append(Listen(self.turn, listening))

    def stop_hearing(self) -> None:
        """Close the ear, if it is open."""
        if self._heard_turn:
            self._actions.append(StopListening(self._heard_turn))
            self._heard_turn = 0

    def ask_shell(self, action: Perform | TakeMessage) -> None:
        """Let the shell do what is neither speaking nor listening."""
        self._actions.append(action)

    def wait(self, due: Due, until: float) -> None:
        """Replace the deadline."""
        self.due = due
        self.deadline = until

    def end(self, last: HandOff | HangUp | None) -> None:
        """
        Fall silent for good, with *last* as the last action; None: the caller is gone.

        Raises:
            MisuseError: It ended before.
        """
        if self.ended:
            raise MisuseError("a conversation ended twice")
        self.record(Answered.EVENT, Judged.NOT_ASKED)
        if last is None:
            self._actions.clear()
        else:
            self.cut()
            self.stop_hearing()
            self._actions.append(last)
        self.playing = False
        self.ended = True
        self.deadline = None
