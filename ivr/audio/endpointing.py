"""
Deciding, frame by frame, when the caller began and finished to speak.

The `Gate` spares the costly detector of speech while a line is quiet; the `Endpointer` turns
its scores into `Change`s. Both are told one frame of 20 ms at a time and know no clock.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from ivr.audio.pcm import FRAME

# ---------------------------------------------------------------- the gate

OPEN_ABOVE_FLOOR_DB = 9.0
NEVER_BELOW_DBFS = -55.0  # comfort noise and far rooms end here
FIRST_FLOOR_DBFS = -60.0  # a caller may be speaking in the very first frame: assume a quiet line
LOWEST_FLOOR_DBFS = -75.0  # digital silence is no measure of the line's noise
FLOOR_FALLS = 0.25  # of the distance a frame: a pause shows the floor at once
FLOOR_RISES_DB = 0.06  # a frame, 3 dB a second: slower than any syllable
STAYS_OPEN = 0.400  # seconds; stops and pauses inside words are quiet


class Gate:
    """Tells whether a frame is loud enough, against this line's noise, to be worth a look."""

    def __init__(self) -> None:
        self.floor_dbfs = FIRST_FLOOR_DBFS
        self._open_for = 0

    def feed(self, level_dbfs: float) -> bool:
        """Take the level of one frame; say whether the gate is open for it."""
        distance = level_dbfs - self.floor_dbfs
        if distance > OPEN_ABOVE_FLOOR_DB and level_dbfs > NEVER_BELOW_DBFS:
            self._open_for = round(STAYS_OPEN / FRAME)
        else:
            self._open_for = max(0, self._open_for - 1)
        moved = FLOOR_FALLS * distance if distance < 0 else min(FLOOR_RISES_DB, distance)
        self.floor_dbfs = max(LOWEST_FLOOR_DBFS, self.floor_dbfs + moved)
        return self._open_for > 0


# ---------------------------------------------------------------- the endpointer

# Measured on people's digits over the telephone band: at the usual 0.5 one in ten is never
# noticed, at 0.25 one in a hundred, while noise, clicks and keys stay below.
SPEECH = 0.25  # a score from here on is speech
START_WINDOW = 0.160  # seconds
START_SPEECH = 0.060  # of the window; a click is shorter
RESUME = 0.040  # seconds of speech that end a pause
STRAY = 0.10  # share of the closing silence that may sound like speech
STILL = 0.100  # seconds of it, the last, that may not: a word may just begin
FAR_BELOW_DB = 24.0  # below the caller's own level: somebody else, in the background
FADES_DB = 0.1  # a frame, 5 dB a second: one shout does not make the rest background


class Change(Enum):
    """What became of the caller's speech with a frame."""

    ONSET = auto()  # an utterance began; it includes the frames before that led to this
    PAUSE = auto()  # the caller fell silent, perhaps for good
    RESUME = auto()  # they went on
    END = auto()  # the utterance is over


@dataclass(frozen=True, slots=True)
class Patience:
    """How much silence means what, in seconds."""

    pause_after: float
    end_after: float
    limit: float
    """Longest utterance, silence included."""
    whole_after: float | None = None
    """Silence that ends what is known to be whole; None: as much as ends anything."""


class Endpointer:
    """
    Follows the utterances of one listening.

    Between `ONSET` and `END` come pairs of `PAUSE` and `RESUME`; an utterance may end out of
    a pause or, by the limit, out of speech. Who knows what was said may call it `whole`.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._recent: deque[bool] = deque(maxlen=_frames(START_WINDOW))
        self._closing: deque[bool] = deque(maxlen=_frames(patience.end_after))
        self._whole_after = _frames(patience.whole_after or patience.end_after)
        self._spoken_for = 0  # frames since the onset, 0 outside an utterance
        self._quiet_for = 0
        self._run = 0
        self._paused = False
        self._whole = False
        self._level_dbfs = -120.0
        self.silence = 0.0
        """Seconds of silence that ended the last utterance."""

    @property
    def speaking(self) -> bool:
        """Whether an utterance is under way."""
        return self._spoken_for > 0

    def feed(self, score: float, *, level_dbfs: float) -> Change | None:
        """
        Take one frame.

        Args:
            score: How likely it is speech, 0 to 1.
            level_dbfs: Its level.
        """
        return (
            self._inside(score, level_dbfs) if self.speaking else self._outside(score, level_dbfs)
        )

    def whole(self) -> None:
        """
        Take what was said up to this pause for a whole answer: less silence ends it.

        Without effect when the caller is not in a pause, and until they go on.
        """
        self._whole = self._paused

    def forget(self) -> None:
        """Drop the utterance under way; the next frame may begin another."""
        self._recent.clear()
        self._closing.clear()
        self._spoken_for = self._quiet_for = self._run = 0
        self._paused = self._whole = False

    def _outside(self, score: float, level_dbfs: float) -> Change | None:
        self._recent.append(self._is_caller(score, level_dbfs))
        if sum(self._recent) < _frames(START_SPEECH):
            return None
        self._spoken_for = 1
        self._closing.extend(self._recent)
        return Change.ONSET

    def _is_caller(self, score: float, level_dbfs: float) -> bool:
        self._level_dbfs -= FADES_DB
        speech = score >= SPEECH and level_dbfs > self._level_dbfs - FAR_BELOW_DB
        if speech:
            self._level_dbfs = max(self._level_dbfs, level_dbfs)
        return speech

    def _inside(self, score: float, level_dbfs: float) -> Change | None:
        speech = self._is_caller(score, level_dbfs)
        self._spoken_for += 1
        self._closing.append(speech)
        self._quiet_for = 0 if speech else self._quiet_for + 1
        self._run = self._run + 1 if speech else 0
        if self._over():
            self.silence = self._quiet_for * FRAME
            self.forget()
            return Change.END
        return self._breath()

    def _over(self) -> bool:
        if self._spoken_for >= _frames(self._patience.limit):
            return True
        if self._whole and self._quiet_for >= self._whole_after:
            return True
        if self._quiet_for < _frames(STILL):
            return False
        full = len(self._closing) == self._closing.maxlen
        return full and sum(self._closing) <= STRAY * len(self._closing)

    def _breath(self) -> Change | None:
        if self._paused and self._run >= _frames(RESUME):
            self._paused = self._whole = False
            return Change.RESUME
        if not self._paused and self._quiet_for >= _frames(self._patience.pause_after):
            self._paused = True
            return Change.PAUSE
        return None


def _frames(seconds: float) -> int:
    return max(1, round(seconds / FRAME))
