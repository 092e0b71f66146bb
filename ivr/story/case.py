"""A call's story under examination: what several suspicions want to know of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from statistics import median

from ivr.dialog.actions import HandoffReason
from ivr.dialog.turns import Answered
from ivr.handoff.actions import Outcome
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.media import Media
from ivr.story.steps import Happened, Step
from ivr.story.story import Story
from ivr.story.suspects import Severity
from ivr.story.turns import Judged, Turn

NOT_UNDERSTOOD = frozenset(
    {
        Judged.TOO_UNSURE,
        Judged.NOT_AN_ANSWER,
        Judged.NO_WORDS,
        Judged.WITHOUT_END,
        Judged.DENIED,
    }
)
TAKEN = frozenset(
    {
        Judged.ACCEPTED,
        Judged.READ_BACK,
        Judged.ALWAYS_READ_BACK,
        Judged.CONFIRMED,
        Judged.KEYED,
        Judged.ALARM,
    }
)
_BAD_ENDS = frozenset(
    {CallOutcome.ABANDONED, CallOutcome.REDIRECTED, CallOutcome.FAILED, CallOutcome.CRASHED}
)
_BAD_REASONS = frozenset(
    {HandoffReason.NOT_UNDERSTOOD, HandoffReason.CLINIC_DOWN, HandoffReason.LINE_TROUBLE}
)


class Case:
    """One story, with what can be read off it."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.row: CallRow = story.row
        self.turns: tuple[Turn, ...] = story.turns
        self.asked = tuple(turn for turn in story.turns if _is_asked(turn))
        """Turns that were open for an answer and got one, or none in time."""

    @cached_property
    def unhappy(self) -> bool:
        """Whether the caller did not get what they rang for, or not from the line."""
        row = self.row
        return (
            row.outcome in _BAD_ENDS
            or row.reason in _BAD_REASONS
            or row.handoff in {Outcome.NOBODY, Outcome.CALLER_LEFT}
        )

    @cached_property
    def misunderstood(self) -> tuple[Turn, ...]:
        """Turns in which something was said that came to nothing."""
        return tuple(turn for turn in self.asked if turn.judged in NOT_UNDERSTOOD)

    @cached_property
    def taken(self) -> tuple[Turn, ...]:
        """Turns whose answer was one."""
        return tuple(turn for turn in self.asked if turn.judged in TAKEN)

    @cached_property
    def spoken(self) -> tuple[Turn, ...]:
        """Turns in which somebody spoke, or something sounded like it."""
        return tuple(turn for turn in self.turns if turn.sound.speech_dbfs is not None)

    @property
    def ended(self) -> datetime:
        """When the call was over, or the last moment that is known of it."""
        known = [self.row.started, *(turn.at for turn in self.turns)]
        known += [step.at for step in self.story.steps]
        return self.row.ended or max(known)

    @property
    def seconds(self) -> float:
        """How long the call was up."""
        begun = self.row.answered or self.row.started
        return max(0.0, (self.ended - begun).total_seconds())

    def steps(self, *kinds: Happened) -> tuple[Step, ...]:
        """Give the steps of *kinds*, in order of time."""
        return tuple(step for step in self.story.steps if step.happened in kinds)

    def last_media(self, leg: str) -> Media | None:
        """Give the last sample of *leg*."""
        return next((one for one in reversed(self.story.media) if one.leg == leg), None)

    def harm(self, turns: Sequence[Turn] | None = None) -> Severity:
        """Judge what hinders understanding by what it did to *turns*; None: to all."""
        hurt = [t for t in (self.turns if turns is None else turns) if t.judged in NOT_UNDERSTOOD]
        if not hurt:
            return Severity.ODD
        return Severity.BROKE if self.unhappy else Severity.HURT

    def blame(self) -> Severity:
        """Judge what is bad enough to have decided the call."""
        return Severity.BROKE if self.unhappy else Severity.HURT

    def speech_dbfs(self, turns: Sequence[Turn] | None = None) -> float | None:
        """Give the usual level of speech; None: nobody spoke."""
        return _usual([t.sound.speech_dbfs for t in (self.turns if turns is None else turns)])

    def noise_dbfs(self) -> float | None:
        """Give the usual level of what was heard while nobody spoke."""
        return _usual([turn.sound.noise_dbfs for turn in self.turns])


def numbers(turns: Sequence[Turn]) -> tuple[int, ...]:
    """Give the numbers of *turns*."""
    return tuple(turn.number for turn in turns)


def listed(turns: Sequence[Turn]) -> str:
    """Name *turns* in words: `turn 3`, `turns 3, 5 and 6`."""
    if len(turns) == 1:
        return f"turn {turns[0].number}"
    *first, last = (str(turn.number) for turn in turns)
    return f"turns {', '.join(first)} and {last}"


def times(number: int) -> str:
    """Count in words: `once`, `3 times`."""
    return "once" if number == 1 else f"{number} times"


def _is_asked(turn: Turn) -> bool:
    return bool(turn.asked) and (
        turn.answered is not Answered.EVENT or turn.judged is not Judged.NOT_ASKED
    )


def _usual(levels: Sequence[float | None]) -> float | None:
    known = [level for level in levels if level is not None]
    return median(known) if known else None
