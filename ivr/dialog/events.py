"""
What can happen to a call, as the dialog sees it.

Events of a turn carry the number of the turn they belong to; the dialog drops those
of an earlier turn. Keys carry none: a key may be pressed at any time and is kept as
type-ahead when no question is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.flow.model import Value


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The caller can hear us."""


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """The prompt of *turn* was played to its end."""

    turn: int


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller began to speak during *turn*."""

    turn: int


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of what was said."""

    text: str
    """Lower-case words of the grammar, single spaces; empty when nothing was understood."""
    confidence: float
    """How likely it is right, 0 to 1, as far as the recogniser can tell."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """
    The caller finished speaking during *turn*.

    `hypotheses` are best first; an empty tuple or an empty text: not understood.
    """

    turn: int
    hypotheses: tuple[Hypothesis, ...]


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed *key*, one of `0123456789*#ABCD`."""

    key: str


@dataclass(frozen=True, slots=True)
class OperationFinished:
    """
    The clinic answered what `Do` of *turn* asked.

    `outcome` is `unavailable` when the backend is down.
    """

    turn: int
    outcome: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageTaken:
    """The message of *turn* is kept; `seconds` of speech, 0 when nothing was said."""

    turn: int
    seconds: float


@dataclass(frozen=True, slots=True)
class HearingLost:
    """No recogniser can be had for *turn*; keys still work."""

    turn: int


@dataclass(frozen=True, slots=True)
class HearingRestarted:
    """The recogniser of *turn* was replaced; what was being said is lost, ask again."""

    turn: int


@dataclass(frozen=True, slots=True)
class SpeakingLost:
    """The prompt of *turn* could not be rendered; nothing of it was heard."""

    turn: int


@dataclass(frozen=True, slots=True)
class SentToPerson:
    """An operator of the line gives the caller to a person of *queue*, whatever is going on."""

    queue: str


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller is gone."""


TurnEvent = (
    PromptFinished
    | SpeechStarted
    | Utterance
    | OperationFinished
    | MessageTaken
    | HearingLost
    | HearingRestarted
    | SpeakingLost
)
Event = CallAnswered | KeyPressed | SentToPerson | CallerHungUp | TurnEvent
