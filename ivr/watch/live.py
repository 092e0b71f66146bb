"""The calls of this moment, looked at when somebody asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One call as an operator may see it; holds nothing a caller said or keyed."""

    call: str
    phase: str
    """`talking`, `handoff`, `bridged` or `message`."""
    state: str
    """`flow.state`."""
    prompt: str
    """The prompt's template."""
    words: str
    """How much was heard last, masked."""
    slots: Mapping[str, str]
    """Names of the slots that are set, values masked."""
    patience: int
    turn: int
    seconds: float
    reason: str = ""
    """Why they go to a person (`ivr.dialog.actions.HandoffReason`); `` as long as they do not."""


class LiveCalls:
    """The calls of one cell; views are taken when somebody looks."""

    def __init__(self) -> None:
        self._views: dict[str, Callable[[], LiveCall]] = {}

    def add(self, call: str, view: Callable[[], LiveCall]) -> None:
        """Show *call* from now on as *view* tells."""
        self._views[call] = view

    def remove(self, call: str) -> None:
        """Stop to show *call*."""
        self._views.pop(call, None)

    def reason(self, call: str) -> str:
        """Tell why the caller of *call* goes to a person; `` when they do not."""
        view = self._views.get(call)
        return "" if view is None else view().reason

    def __len__(self) -> int:
        """Count the calls."""
        return len(self._views)

    def snapshot(self) -> list[dict[str, Any]]:
        """Look at every call now, the oldest first."""
        return [_as_json(view()) for view in self._views.values()]


def _as_json(call: LiveCall) -> dict[str, Any]:
    return {
        "call": call.call,
        "phase": call.phase,
        "state": call.state,
        "prompt": call.prompt,
        "words": call.words,
        "slots": dict(call.slots),
        "patience": call.patience,
        "turn": call.turn,
        "seconds": round(call.seconds, 1),
    }
