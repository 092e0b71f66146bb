"""What an operator may see of a live conversation: where it is, not what was said."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.flow.model import Slot, Value

HIDDEN = "•••"
ALWAYS_PRIVATE = frozenset({"phone", "date_of_birth"})  # types of slots


@dataclass(frozen=True, slots=True)
class DialogView:
    """One moment of a conversation."""

    flow: str
    """The flow it is in; `` before the call is answered."""
    state: str
    places: tuple[str, ...]
    """`flow.state` of each flow under way, the outermost first."""
    prompt: str
    """What was said last, its slots unfilled."""
    last_words: str
    """What the caller said last where that is no secret, else `HIDDEN`; `` before they spoke."""
    slots: Mapping[str, str]
    """What is known, hidden where it is private or was never declared."""
    patience: float
    """Misunderstandings left before a person takes over."""
    turn: int


def masked(values: Mapping[str, Value], slots: Mapping[str, Slot]) -> dict[str, str]:
    """
    Show of *values* only what a flow declares and declares not private.

    A telephone number or a date of birth is somebody's, whatever a flow declares: the line tells
    callers the number they call from, and nobody else.
    """
    shown = {}
    for name, value in values.items():
        slot = slots.get(name)
        shown[name] = HIDDEN if slot is None or is_private(slot) else str(value)
    return shown


def is_private(slot: Slot) -> bool:
    """Say whether what *slot* holds is somebody's own."""
    return slot.sensitive or slot.type in ALWAYS_PRIVATE
