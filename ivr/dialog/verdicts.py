"""What a part of the conversation decided; the `Dialog` acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.dialog.actions import HandOff, HandoffReason, HangUp
from ivr.flow.model import Value


@dataclass(frozen=True, slots=True)
class Accept:
    """The open question is answered."""

    value: Value


@dataclass(frozen=True, slots=True)
class Doubt:
    """Probably the answer: read it back before it counts."""

    value: Value


@dataclass(frozen=True, slots=True)
class Refuse:
    """The caller said that what was read back is wrong."""

    value: Value


@dataclass(frozen=True, slots=True)
class Follow:
    """The state is done; go where *outcome* leads."""

    outcome: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The question's attempts, or the call's patience, are used up."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Something of ours is down; a person takes over."""

    reason: HandoffReason


@dataclass(frozen=True, slots=True)
class WantsPerson:
    """The caller asked for a person."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left but to do this."""

    action: HandOff | HangUp


Verdict = Accept | Follow | GiveUp | Fail | WantsPerson | Finish
Ruling = Accept | Doubt | Refuse
"""How an answer to a question is taken."""
