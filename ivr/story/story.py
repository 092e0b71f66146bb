"""Everything that is known of one call."""

from dataclasses import dataclass

from ivr.story.calls import CallRow
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Turn


@dataclass(frozen=True, slots=True)
class Story:
    """One call: its row, and what happened in it, each in order of time."""

    row: CallRow
    turns: tuple[Turn, ...] = ()
    steps: tuple[Step, ...] = ()
    media: tuple[Media, ...] = ()
    """The last sample of each leg, and each that was worse than the one before."""
    messages: tuple[Message, ...] = ()
