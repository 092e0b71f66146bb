"""
The compiled form of a flow file. Plain, frozen, comparable.

`reader` turns YAML into this, `checks` judges it, `machine` compiles the edges
into a `transitions.Machine`; nothing here executes anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from ivr.flow.expressions import Expression

Value = str | int | bool | date | time | datetime | Decimal
"""What a slot can hold."""

NEXT = "next"
"""The outcome of a state that has just one way on: an answered slot, a finished `say`."""

GAVE_UP = "gave_up"
"""The outcome of a question after its last attempt. Unless the author handles it
with `on: {gave_up: …}`, the engine hands the caller to the flow's queue."""

UNAVAILABLE = "unavailable"
"""The outcome of an operation whose backend is down. Unless the author handles it, the
engine hands the caller to the flow's queue."""


class Phi(StrEnum):
    """How private a slot is (design §6, `phi:`)."""

    NONE = "none"
    PERSONAL = "personal"  # who the caller is: name, date of birth, phone, ZIP
    MEDICAL = "medical"  # what is the matter: drugs, appointments, insurance


class Confirm(StrEnum):
    """When a question reads its answer back."""

    AUTO = "auto"  # when the confidence falls in the confirm band
    ALWAYS = "always"
    NEVER = "never"


EMPTY = "empty"
"""The outcome of a `record` state in which nothing was said."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer a menu or a choice slot."""

    name: str
    """Outcome (menu) or slot value (choice slot)."""
    says: tuple[str, ...]
    """Phrases, lower case, that mean it."""
    key: str | None = None
    """The single key 0-9 * # that means it; 0 and * are the engine's."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A named answer kept for the call."""

    name: str
    type: str
    """`yes_no`, `choice`, `digits`, `date`, `date_of_birth`, `phone`, `zip`, or `value` for
    what only an operation fills."""
    phi: Phi = Phi.NONE
    length: tuple[int, int] | None = None
    """Shortest and longest, in digits; `digits` only."""
    choices: tuple[Choice, ...] = ()
    line: int = 0

    @property
    def sensitive(self) -> bool:
        """Whether recordings and records leave its answers out."""
        return self.phi is not Phi.NONE


@dataclass(frozen=True, slots=True)
class Branch:
    """Where an outcome leads; the first branch whose guard holds is taken."""

    to: str
    when: Expression | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What a state wants to know, and how long it stays patient."""

    prompt: str
    """Template; `{slot}` is spoken as its slot's type is spoken."""
    slot: str | None = None
    """Slot that keeps the answer; None: a menu, whose answers are outcomes."""
    choices: tuple[Choice, ...] = ()
    """The menu's answers; empty when `slot` is set."""
    help: str = ""
    no_input: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()
    """Prompts of the 2nd, 3rd … attempt; the last one repeats. Empty: wording of the line."""
    confirm: Confirm = Confirm.AUTO
    attempts: int = 3
    """Turns spent on this question, the first included."""
    barge_in: bool = True
    no_input_after: float = 5.0
    """Silence tolerated after the prompt, in seconds."""
    inter_key: float = 3.0
    """Longest gap between two keys of one answer, in seconds (VoiceXML interdigittimeout)."""
    term_key: str = "#"
    """Key that ends a keyed answer early (VoiceXML termchar)."""
    utterance_limit: float = 15.0
    """Longest a caller may speak before we stop waiting, in seconds."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Say the question, wait for an answer. Outcomes: NEXT or the choices' names, GAVE_UP."""

    name: str
    question: Question
    on: Mapping[str, tuple[Branch, ...]]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Say:
    """Say something and go on; an empty prompt is a junction. Outcome: NEXT."""

    name: str
    prompt: str
    on: Mapping[str, tuple[Branch, ...]]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Do:
    """Ask the clinic. Outcomes: those of the operation, UNAVAILABLE."""

    name: str
    operation: str
    """Dotted name in the operation registry, such as `refills.status`."""
    arguments: Mapping[str, str]
    """Argument name to template; a template that is exactly `{slot}` passes the slot's value."""
    on: Mapping[str, tuple[Branch, ...]]
    filler: str = ""
    """Said when the answer takes longer than a moment."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """Run another flow, then go on. Outcomes: those flow's `return`s."""

    name: str
    flow: str
    on: Mapping[str, tuple[Branch, ...]]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Return:
    """End a called flow with an outcome; at the top of a call it ends the call politely."""

    name: str
    outcome: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Handoff:
    """Give the caller to a person of *queue*."""

    name: str
    queue: str
    prompt: str = ""
    reason: str = ""
    """What the agent is told about why, such as `wants to move an appointment`."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """Take a spoken message for a person. Outcomes: NEXT, or EMPTY when nothing was said."""

    name: str
    prompt: str
    on: Mapping[str, tuple[Branch, ...]]
    limit: float = 120.0
    """Longest message, in seconds."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """Say goodbye and hang up."""

    name: str
    prompt: str = ""
    line: int = 0


State = Ask | Say | Do | Call | Record | Return | Handoff | End


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow file."""

    name: str
    title: str
    queue: str
    """Where "operator", key 0 and every failure lead from here."""
    start: str
    states: Mapping[str, State]
    slots: Mapping[str, Slot] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    """The outcomes its `return` states can have, in file order."""
    language: str = "en"
    for_agents: str = ""
    """What agents read who may send a caller through it and have them back; empty: they may not."""
    file: str = ""
    line: int = 1
    marks: Mapping[tuple[str, ...], tuple[int, int]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Line and column of what stands at a path of the file, such as `("states", "a", "prompt")`."""


@dataclass(frozen=True, slots=True)
class OperationSpec:
    """What flows may ask of the clinic: name, needs, outcomes, and what each fills in."""

    name: str
    needs: tuple[str, ...]
    """Argument names, all required."""
    outcomes: tuple[str, ...]
    gives: Mapping[str, Phi] = field(default_factory=dict)
    """Slots it fills, with how private each is; some outcomes fill only some of them."""
    fills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Outcome to the slots it surely fills; an outcome not named here fills all it `gives`."""
    verified: bool = False
    """Whether the caller must have proved who they are before it is called."""
    sends: bool = False
    """Whether its arguments leave the practice in writing, as those of a text message do."""
    done: Mapping[str, str] = field(default_factory=dict)
    """Outcome to what was done then, in words for the person who takes the call over."""
    doc: str = ""
