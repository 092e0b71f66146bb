"""What the parts of a call report of it: facts of the moment, for whoever takes them down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ivr.audio.meter import Levels
from ivr.handoff.actions import HandoffAction
from ivr.handoff.handoff import Handoff
from ivr.ports import HearingEvent, LegEvent

# ---------------------------------------------------------------- in a conversation


@dataclass(frozen=True, slots=True)
class Stepped:
    """The dialog has taken something in."""


@dataclass(frozen=True, slots=True)
class ClinicAsked:
    """The clinic is asked."""

    turn: int
    operation: str


@dataclass(frozen=True, slots=True)
class ClinicAnswered:
    """It answered, or cannot."""

    turn: int
    outcome: str


@dataclass(frozen=True, slots=True)
class PromptBegan:
    """The first frame of a turn's prompt is sent; a second time after a hold."""

    turn: int


@dataclass(frozen=True, slots=True)
class PromptCut:
    """What was being said, if anything, is cut."""


@dataclass(frozen=True, slots=True)
class PromptLost:
    """A prompt could not be rendered."""

    turn: int


@dataclass(frozen=True, slots=True)
class EarTold:
    """The ear of a turn heard something."""

    turn: int
    event: HearingEvent


@dataclass(frozen=True, slots=True)
class EarClosed:
    """Nothing more is heard in this turn, unless an ear opens again."""

    turn: int
    levels: Levels


@dataclass(frozen=True, slots=True)
class LegTold:
    """Something happened on the caller's leg."""

    event: LegEvent


@dataclass(frozen=True, slots=True)
class Broke:
    """The conversation broke for a fault of ours."""

    kind: str
    """Names of the errors' classes."""


Noted = (
    Stepped
    | ClinicAsked
    | ClinicAnswered
    | PromptBegan
    | PromptCut
    | PromptLost
    | EarTold
    | EarClosed
    | LegTold
    | Broke
)
Note = Callable[[Noted], None]
"""Takes something down: at once, in the event loop, never failing."""


def unnoted(noted: Noted) -> None:
    """Take nothing down."""
    del noted


# ---------------------------------------------------------------- on the way to a person


class DeskNotes(Protocol):
    """Takes down how a handoff goes: at once, in the event loop, never failing."""

    def does(self, action: HandoffAction, handoff: Handoff) -> None:
        """Take down *action* of *handoff*, which is about to be done."""
        ...

    def follows(self, event: LegEvent) -> None:
        """Take down what happened on the caller's leg."""
        ...

    def broke(self, kind: str) -> None:
        """Take down that it broke for a fault of ours."""
        ...


class Unnoted:
    """Takes nothing down."""

    def does(self, action: HandoffAction, handoff: Handoff) -> None:
        """As in `DeskNotes`."""

    def follows(self, event: LegEvent) -> None:
        """As in `DeskNotes`."""

    def broke(self, kind: str) -> None:
        """As in `DeskNotes`."""


UNNOTED = Unnoted()
