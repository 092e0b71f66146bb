"""
Who may see what.

Slots carry a privacy class, `none`, `personal` or `medical` (`ivr.flow.model.Phi`, whose
members are these words). A role sees everything up to a class, and a mask beyond it.
"""

from enum import StrEnum

CLASSES = ("none", "personal", "medical")
"""From what everybody may know to what is between patient and practice."""


class Role(StrEnum):
    """Who looks."""

    STRANGER = "stranger"  # a caller who has not proved who they are
    PATIENT = "patient"  # a caller who has
    AGENT = "agent"  # staff of the practice, on a call that was given to them
    OPERATOR = "operator"  # whoever runs the line: keeps it alive, treats nobody
    RECORD = "record"  # logs, metrics, rows, file names: read by anybody, for ever


_SEES = {
    Role.STRANGER: "none",
    Role.PATIENT: "medical",
    Role.AGENT: "medical",
    Role.OPERATOR: "none",
    Role.RECORD: "none",
}


def may_see(role: Role, phi: str) -> bool:
    """Tell whether *role* may see what is of class *phi*; an unknown class is seen by nobody."""
    return phi in CLASSES and CLASSES.index(phi) <= CLASSES.index(_SEES[role])
