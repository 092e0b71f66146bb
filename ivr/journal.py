"""The journal of one call: takes down what happens in it, and tells it as facts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ivr.dialog.view import DialogView
from ivr.story.calls import CallRow
from ivr.story.facts import Fact
from ivr.story.steps import Happened, Step
from ivr.watch.live import LiveCall


class Journal:
    """Takes down one call."""

    def __init__(self, row: CallRow, tell: Callable[[Fact], None]) -> None:
        """
        Open it.

        Args:
            row: What is known of the call.
            tell: Takes the facts.
        """
        self.row = row
        """The call as it stands now."""
        self._tell = tell

    def keep(self, **changes: Any) -> None:  # noqa: ANN401 - fields of the row, checked by `replace`
        """Change the row, and tell it."""
        self.row = replace(self.row, **changes)
        self._tell(self.row)

    def step(self, happened: Happened, *, who: str = "", detail: str = "") -> None:
        """Tell what happened beside the turns."""
        self._tell(Step(self.row.call, datetime.now(UTC), happened, who, detail))


def live_call(row: CallRow, view: DialogView | None, *, phase: str, seconds: float) -> LiveCall:
    """Give what an operator may see of a call at this moment."""
    return LiveCall(
        call=row.call,
        phase=phase,
        state=_place(row, view),
        prompt=view.prompt if view else "",
        words=view.last_words if view else "",
        slots=view.slots if view else {},
        patience=round(view.patience) if view else 0,
        turn=view.turn if view else 0,
        seconds=seconds,
        reason=row.reason or "",
    )


def _place(row: CallRow, view: DialogView | None) -> str:
    """Tell where the caller is, or was before a person was looked for."""
    if view is not None and view.state:
        return f"{view.flow}.{view.state}"
    return row.path[-1] if row.path else ""
