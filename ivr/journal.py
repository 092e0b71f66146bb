"""
The journal of one call: takes down what happens in it, and tells it as facts.

It knows nothing of networks and engines, and nothing it tells holds what a caller said, keyed
or is, but `Glimpse.said`. A call is never in trouble because of it: what cannot be taken down is
logged by kind.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ivr.handoff.actions import (
    Bridge,
    Brief,
    EnterAgain,
    Finish,
    HandoffAction,
    KeepPlace,
    Outcome,
    Release,
    Ring,
    StepAside,
    WrapUp,
)
from ivr.handoff.events import Refusal
from ivr.handoff.handoff import WAITING, Handoff, Phase
from ivr.ports import Gone, LegEvent, MediaHeld, MediaResumed
from ivr.story.calls import CallRow
from ivr.story.facts import Fact, Glimpse
from ivr.story.steps import Happened, Step

_log = logging.getLogger(__name__)
_TALKING: dict[str, str] = {"phase": "talking", "queue": "", "agent": ""}
StepOf = tuple[Happened, str, str]
"""What happened, who, detail."""


class Journal:
    """Takes down one call; a `DeskNotes`."""

    def __init__(self, row: CallRow, tell: Callable[[Fact], None]) -> None:
        """
        Open it, and tell of the call: what is told of one that nobody knows yet is lost.

        Args:
            row: What is known of the call.
            tell: Takes the facts.
        """
        self.row = row
        """The call as it stands now."""
        self.tell = tell
        self.glimpse = Glimpse(row.call, row.started, row.started)
        """The moment as it was told last."""
        self._over = False
        tell(row)

    def keep(self, **changes: Any) -> None:  # noqa: ANN401 - fields of the row, checked by `replace`
        """Change the row, and tell it, if that changes anything."""
        row = replace(self.row, **changes)
        if row != self.row:
            self.row = row
            self.tell(row)

    def see(self, **changes: Any) -> None:  # noqa: ANN401 - fields of the glimpse, as above
        """Change what an operator sees of this moment; nothing is told when nothing changed."""
        seen = replace(self.glimpse, **changes)
        if seen != self.glimpse:
            self.glimpse = replace(seen, at=datetime.now(UTC))
            self.tell(self.glimpse)

    def step(self, happened: Happened, *, who: str = "", detail: str = "") -> None:
        """Tell what happened beside the turns."""
        self.tell(Step(self.row.call, datetime.now(UTC), happened, who, detail))

    def end(self, how: Happened) -> None:
        """Tell how the call came to its end; the first time counts."""
        if not self._over:
            self._over = True
            self.step(how)

    def safely(self, taking: Callable[..., None], *what: object) -> None:
        """Take something down; what goes wrong costs the note, never the call."""
        try:
            taking(*what)
        except Exception:  # noqa: BLE001 - as it says
            _log.exception("a note was not taken")

    # ------------------------------------------------------------ on the way to a person

    def wants_person(self, *, queue: str, reason: str) -> None:
        """Take down that the caller goes to a person."""
        self.keep(reason=reason, queue=queue)
        self.step(Happened.WANTED_PERSON, detail=reason)

    def queued(self, queue: str) -> None:
        """Take down that the caller waits in *queue*."""
        self.keep(queue=queue)
        self.step(Happened.QUEUED, detail=queue)
        self.see(phase="waiting", queue=queue, reason=self.row.reason or "", playing=False)

    def waits_no_longer(self) -> None:
        """Take down that the handoff is over."""
        self.see(**_TALKING)

    def does(self, action: HandoffAction, handoff: Handoff) -> None:
        """As in `DeskNotes`."""
        self.safely(self._does, action, handoff)

    def follows(self, event: LegEvent) -> None:
        """As in `DeskNotes`."""
        match event:
            case MediaHeld():
                self.step(Happened.HELD)
            case MediaResumed():
                self.step(Happened.RESUMED)
            case Gone(lost=lost):
                self.end(Happened.MEDIA_LOST if lost else Happened.CALLER_LEFT)
            case _:
                pass

    def broke(self, kind: str) -> None:
        """As in `DeskNotes`."""
        self.step(Happened.BROKE, detail=kind)

    def _does(self, action: HandoffAction, handoff: Handoff) -> None:
        if isinstance(action, EnterAgain):
            self.queued(action.queue or self.row.queue)
        for happened, who, detail in _steps(action, handoff):
            self.step(happened, who=who, detail=detail)
        self.see(phase=_phase(handoff), agent=handoff.offer.name)


def _steps(action: HandoffAction, handoff: Handoff) -> tuple[StepOf, ...]:
    match action:
        case Ring(agent=agent):
            return ((Happened.RANG, agent.name, ""),)
        case Release(agent=agent, refusal=refusal) if refusal is not Refusal.CALLER_GONE:
            return ((Happened.REFUSED, agent, refusal),)
        case Brief():
            return ((Happened.BRIEFED, handoff.offer.name, ""),)
        case Bridge():
            return _bridged(handoff)
        case WrapUp(agent=agent):
            return ((Happened.UNBRIDGED, agent, ""),)
        case StepAside():
            return ((Happened.LED_ASIDE, "", ""),)
        case KeepPlace():
            return ((Happened.KEPT_PLACE, "", ""),)
        case Finish(outcome=Outcome.NOBODY, trouble=trouble):
            return ((Happened.NOBODY, "", trouble or ""),)
        case _:
            return ()


def _bridged(handoff: Handoff) -> tuple[StepOf, ...]:
    """Who has a screen saw the card on it when they picked up."""
    agent, name = handoff.offer.agent, handoff.offer.name
    bridged = (Happened.BRIDGED, name, "")
    saw = agent is not None and agent.in_browser
    return ((Happened.BRIEFED, name, ""), bridged) if saw else (bridged,)


def _phase(handoff: Handoff) -> str:
    if handoff.aside:
        return "aside"
    if handoff.phase is Phase.BRIDGED:
        return "bridged"
    return "waiting" if handoff.phase in WAITING else "talking"
