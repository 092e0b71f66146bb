"""
What a scripted caller does and expects, read from a `*.call` file.

    title: A refill that is ready, by speech
    flow: refill_status              # where text runs start; a real call starts where the line does
    voice: en-us+f3
    steps:
      - hears: How can I help
      - says: check my refill
      - hears: {text: date of birth, within: 10}
      - keys: "0303 1982 #"          # a space is half a second's pause
      - silence: 6
      - says: {recording: operator.wav, over: true}
      - answers: {refills.status: ready}
      - hears: {regex: "ready|waiting"}
    replies: {is that right: "yes"}  # said whenever the line asks this instead of what is expected
    ends: line                       # who ends it: line, caller; or agent: a person answers

`ivr flow test` performs it without a telephone, `ivr call` over SIP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ivr.caller.matching import words_of
from ivr.caller.reading import MAX_STEPS, MAX_TEXT, read_steps, read_values
from ivr.caller.steps import (
    WITHIN,
    Act,
    Answer,
    Answers,
    Circumstance,
    Fault,
    Health,
    Hears,
    Keys,
    Noise,
    Part,
    Says,
    Silence,
    Slots,
    Step,
)
from ivr.errors import FlowError, FlowErrors
from ivr.flow.fields import Notes, Table
from ivr.flow.rules import Rule
from ivr.flow.tree import MAX_BYTES, Fields, Node, Text, decode, parse_tree

__all__ = [  # a scenario and all that it is made of
    "MAX_STEPS",
    "START_FLOW",
    "WITHIN",
    "Act",
    "Answer",
    "Answers",
    "Circumstance",
    "Ends",
    "Fault",
    "Health",
    "Hears",
    "Keys",
    "Noise",
    "Part",
    "Reply",
    "Says",
    "Scenario",
    "Silence",
    "Slots",
    "Step",
    "load_scenario",
    "read_draft",
    "read_scenario",
    "text_in",
]

START_FLOW = "main_menu"


class Ends(StrEnum):
    """Who ends the call."""

    LINE = "line"
    CALLER = "caller"
    AGENT = "agent"  # a person answers; the caller hangs up after hearing them
    ANY = "any"  # the line hangs up or a person answers, whichever it is


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller says to a question that may come or not, such as a read-back."""

    asked: Hears
    says: Says


USUAL_REPLIES = (Reply(Hears("Is that right"), Says("yes")),)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scripted call."""

    title: str
    steps: tuple[Step, ...]
    ends: Ends = Ends.LINE
    flow: str = START_FLOW
    """Where a run as text starts."""
    state: str = ""
    """State of the flow where it starts; `` for the flow's own start."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Slots that are set before the first word, with their values as `Slots` has them."""
    voice: str = ""
    """Voice of the caller; `` for the usual one."""
    replies: tuple[Reply, ...] = USUAL_REPLIES
    file: str = ""
    marks: Mapping[tuple[str, ...], tuple[int, int]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Line and column of what stands at a path of the file, such as `("known", "zip")`."""

    @property
    def text_only(self) -> str:
        """What in it only a run without a telephone can do, such as `known:`; `` for nothing."""
        if self.state or self.known:
            return "state:" if self.state else "known:"
        verbs = (str(s).partition(":")[0] for s in self.steps if isinstance(s, Circumstance))
        return next((f"{verb}:" for verb in verbs), "")

    @property
    def texts(self) -> tuple[str, ...]:
        """What the line is expected to say, as far as it is told in words."""
        asked = tuple(reply.asked.text for reply in self.replies)
        return (*(s.text for s in self.steps if isinstance(s, Hears) and s.text), *asked)

    @property
    def sayings(self) -> tuple[Says, ...]:
        """Everything the caller may say."""
        spoken = tuple(step for step in self.steps if isinstance(step, Says))
        return (*spoken, *(reply.says for reply in self.replies))


def load_scenario(path: Path) -> Scenario:
    """
    Read a scenario file.

    Raises:
        FlowErrors: It cannot be read, or every mistake in it.
    """
    return read_scenario(text_in(path), file=str(path))


def text_in(path: Path) -> str:
    """
    Give the text of a scenario file.

    Raises:
        FlowErrors: It cannot be read, or is no text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        what = f"the scenario cannot be read: {error.strerror}"
        raise FlowErrors([FlowError(str(path), 1, "unreadable-file", what)]) from error
    return decode(data, file=str(path))


def read_scenario(text: str, *, file: str) -> Scenario:
    """
    Read one scenario.

    Args:
        text: The whole file.
        file: Its name, for the errors.

    Raises:
        FlowErrors: Every mistake of the file at once.
    """
    scenario, mistakes = read_draft(text, file=file)
    if mistakes or scenario is None:
        raise FlowErrors(mistakes)
    return scenario


def read_draft(text: str, *, file: str) -> tuple[Scenario | None, tuple[FlowError, ...]]:
    """Read as much of a scenario as can be read; what cannot is left out, with its mistakes."""
    root, refused = parse_tree(text, file=file)
    notes = Notes(file)
    notes.errors.extend(refused)
    scenario = None
    if isinstance(root, Fields):
        scenario = _scenario(root, notes)
    elif root is not None or not refused:
        message, hint = "a scenario is a mapping", "it begins with title: …"
        notes.errors.append(FlowError(file, 1, Rule.WRONG_SHAPE, message, hint))
    return scenario, tuple(notes.errors)


def _scenario(root: Fields, notes: Notes) -> Scenario:
    table = Table(root, path=(), notes=notes)
    scenario = Scenario(
        title=table.text("title", required=True),
        flow=table.name("flow") or START_FLOW,
        state=table.name("state"),
        known=read_values(table, "known"),
        voice=table.text("voice"),
        replies=_replies(table),
        steps=read_steps(table.take("steps", required=True), notes),
        ends=Ends(table.one_of("ends", [e.value for e in Ends], default=Ends.LINE.value)),
        file=notes.file,
        marks=notes.marks,
    )
    table.done()
    return scenario


def _replies(table: Table) -> tuple[Reply, ...]:
    match table.take("replies"):
        case None:
            return USUAL_REPLIES
        case Fields(entries=entries):
            read = (_reply(asked, says, table.notes) for asked, says in entries)
            return tuple(reply for reply in read if reply is not None)
        case other:
            table.notes.wrong(other, Rule.WRONG_SHAPE, "replies: takes {question: answer}")
            return ()


def _reply(asked: Text, says: Node, notes: Notes) -> Reply | None:
    answer = says.value if isinstance(says, Text) else ""
    short = max(len(asked.value), len(answer)) <= MAX_TEXT
    if short and answer.strip() and words_of(asked.value):
        return Reply(Hears(asked.value, line=asked.line), Says(answer, line=asked.line))
    notes.wrong(asked, Rule.WRONG_SHAPE, "a reply is words of a question, a colon, and a text")
    return None
