"""What the line tells while it works, and the one place where it is told."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.story.calls import CallRow
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Turn

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One moment of a living call, for whoever looks now; never kept."""

    call: str
    at: datetime
    began: datetime
    phase: str = "talking"
    """`talking`, `waiting` (for a person), `aside` (the same, talking to the line), `bridged`."""
    places: tuple[str, ...] = ()
    """`flow.state` of each flow under way, the outermost first."""
    prompt: str = ""
    """What is being said or was said last, its slots unfilled."""
    playing: bool = False
    speaking: bool = False
    """Whether the caller speaks now."""
    words: str = ""
    """What seems to be said or was said last, masked."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Names of the slots that are set, values masked."""
    confidence: float | None = None
    """Of what was heard last."""
    band: str = ""
    patience: float = 0.0
    turn: int = 0
    latency: float | None = None
    """Of the last answer, in seconds."""
    asks_clinic: str = ""
    """Operation that is waited for, `` for none."""
    queue: str = ""
    reason: str = ""
    """Why they go to a person (`HandoffReason`); `` as long as they do not."""
    agent: str = ""
    """Who is rung or talks to them."""
    said: str = field(default="", repr=False)
    """The words as they were heard: for supervisors who ask, on record, and for nobody else."""


Fact = CallRow | Turn | Step | Media | Message | Glimpse
"""
A row is told whenever it changes; with one that `ended` the call is over. The network has the last
word: a `Message` or `Media` of a leg may come up to ten seconds after that.
"""


class Facts:
    """
    Takes facts and hands each to everybody who listens, at once, in the event loop.

    A listener neither waits nor fails; one that raises is logged by kind, and the call goes on.
    """

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[Fact], None], ...] = ()

    def subscribe(self, listener: Callable[[Fact], None]) -> Callable[[], None]:
        """Tell *listener* every fact from now on; call what is returned to stop it."""
        self._listeners = (*self._listeners, listener)

        def leave() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return leave

    def tell(self, fact: Fact) -> None:
        """Hand *fact* on; never waits, never fails."""
        for listener in self._listeners:
            try:
                listener(fact)
            except Exception:  # noqa: BLE001 - a call is never in trouble for being watched
                _log.exception("a fact was not taken")
