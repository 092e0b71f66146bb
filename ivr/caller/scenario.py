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
      - hears: {regex: "ready|waiting"}
    replies: {is that right: "yes"}  # said whenever the line asks this instead of what is expected
    ends: line                       # who ends it: line, caller; or agent: a person answers

`ivr call` performs it over SIP, text runs of the flows perform it without a telephone.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from ivr.caller.matching import contradicted, find, words_of
from ivr.errors import FlowError, FlowErrors
from ivr.flow.fields import Notes, Table
from ivr.flow.rules import Rule, did_you_mean, shown
from ivr.flow.tree import Fields, Items, Node, Text, parse_tree

MAX_STEPS = 200  # a long visit has 30
MAX_TEXT = 500  # characters; nobody says more in one breath
WITHIN = 20.0  # seconds; the longest prompt takes 10, and what was before it 5
WITHIN_LIMITS = (0.5, 300.0)
SILENCE_LIMITS = (0.1, 300.0)
START_FLOW = "main_menu"

_KEYS = re.compile(r"[0-9*#A-D]+(?: +[0-9*#A-D]+)*\Z")
_VERBS = ("hears", "says", "keys", "silence")


class Ends(StrEnum):
    """Who ends the call."""

    LINE = "line"
    CALLER = "caller"
    AGENT = "agent"  # a person answers; the caller hangs up after hearing them


@dataclass(frozen=True, slots=True)
class Hears:
    """The line must say this, after what the last `Hears` found or the caller did."""

    text: str = ""
    pattern: str = ""
    """Regular expression over lower-case words; `` when `text` is set."""
    within: float = WITHIN
    """Seconds after the step before it."""
    line: int = 0

    def end_in(self, words: tuple[str, ...], *, share: float = 1.0) -> int | None:
        """
        Look for it in *words* (`words_of`): how many of them are used up, or None.

        Args:
            words: What was said.
            share: How much of the text must be there; less than 1 where a recogniser listens.
        """
        if self.pattern:
            match = re.search(self.pattern, " ".join(words), re.IGNORECASE)
            return None if match is None else len(match.string[: match.end()].split())
        place = find(words_of(self.text), words, share=share)
        return None if place is None else place.end

    def contradicted_in(self, words: tuple[str, ...], *, share: float) -> bool:
        """Tell whether *words* have it but for a "not"; of a pattern nobody can tell."""
        return not self.pattern and contradicted(words_of(self.text), words, share=share)

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"hears: /{self.pattern}/" if self.pattern else f"hears: {self.text}"


@dataclass(frozen=True, slots=True)
class Says:
    """The caller speaks."""

    text: str = ""
    recording: str = ""
    """WAV file, relative to the scenario's; `` when `text` is set."""
    over: bool = False
    """Speak while the line is still speaking."""
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"says: {self.text or self.recording}"


@dataclass(frozen=True, slots=True)
class Keys:
    """The caller presses keys; a space is a pause."""

    keys: str
    over: bool = False
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"keys: {self.keys}"


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller says nothing."""

    seconds: float
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"silence: {self.seconds:g}"


Step = Hears | Says | Keys | Silence


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
    voice: str = ""
    """Voice of the caller; `` for the usual one."""
    replies: tuple[Reply, ...] = USUAL_REPLIES
    file: str = ""

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


def read_scenario(text: str, *, file: str) -> Scenario:
    """
    Read one scenario.

    Args:
        text: The whole file.
        file: Its name, for the errors.

    Raises:
        FlowErrors: Every mistake of the file at once.
    """
    root, refused = parse_tree(text, file=file)
    notes = Notes(file)
    notes.errors.extend(refused)
    scenario = None
    if isinstance(root, Fields):
        scenario = _scenario(root, notes)
    elif root is not None or not refused:
        message, hint = "a scenario is a mapping", "it begins with title: …"
        notes.errors.append(FlowError(file, 1, Rule.WRONG_SHAPE, message, hint))
    if notes.errors or scenario is None:
        raise FlowErrors(notes.errors)
    return scenario


def _scenario(root: Fields, notes: Notes) -> Scenario:
    table = Table(root, path=(), notes=notes)
    scenario = Scenario(
        title=table.text("title", required=True),
        flow=table.name("flow") or START_FLOW,
        voice=table.text("voice"),
        replies=_replies(table),
        steps=_steps(table.take("steps", required=True), notes),
        ends=Ends(table.one_of("ends", [e.value for e in Ends], default=Ends.LINE.value)),
        file=notes.file,
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


def _steps(node: Node | None, notes: Notes) -> tuple[Step, ...]:
    if node is None:
        return ()
    if not isinstance(node, Items) or not node.items:
        notes.wrong(node, Rule.WRONG_SHAPE, "steps: takes a list of steps")
        return ()
    if len(node.items) > MAX_STEPS:
        notes.wrong(node, Rule.TOO_BIG, f"more than {MAX_STEPS} steps")
        return ()
    return tuple(step for item in node.items if (step := _step(item, notes)) is not None)


def _step(node: Node, notes: Notes) -> Step | None:
    if not isinstance(node, Fields) or len(node.entries) != 1:
        hint = f"one of {', '.join(_VERBS)}, a colon, and what"
        notes.wrong(node, Rule.WRONG_SHAPE, "a step is one thing", hint)
        return None
    ((verb, value),) = node.entries
    if verb.value not in _VERBS:
        hint = did_you_mean(verb.value, _VERBS)
        notes.wrong(verb, Rule.UNKNOWN_KEY, f"{shown(verb.value)}: is no step", hint)
        return None
    table = _table(node, verb.value, value, notes)
    if table is None:
        return None
    mistakes = len(notes.errors)
    step = _read(verb, table)
    table.done()
    return step if len(notes.errors) == mistakes else None


_SHORT_FORM = {"hears": "text", "says": "text", "keys": "press", "silence": "seconds"}


def _table(owner: Fields, verb: str, value: Node, notes: Notes) -> Table | None:
    """Give the details of a step; one plain text is short for the detail that matters."""
    match value:
        case Fields():
            return Table(value, path=(), notes=notes)
        case Text(value=text) if text.strip():
            name = Text(_SHORT_FORM[verb], value.line, value.column)
            short = Fields(((name, value),), value.line, value.column)
            return Table(short, path=(), notes=notes, owner=owner)
        case Text() | Items():
            hint = f"write {verb}: and a text" + (', "#" in quotes' if verb == "keys" else "")
            notes.wrong(value, Rule.WRONG_SHAPE, f"{verb}: takes one text", hint)
            return None
        case _:
            assert_never(value)


def _read(verb: Text, table: Table) -> Step:
    line = verb.line
    match verb.value:
        case "hears":
            text, pattern = _either(table, "text", "regex")
            _check_pattern(table, pattern)
            if text and not words_of(text):
                _wrong(table, "text", "hears: needs words", "a word or a number")
            within = table.seconds("within", default=WITHIN, within=WITHIN_LIMITS)
            return Hears(text, pattern, within, line)
        case "says":
            text, recording = _either(table, "text", "recording")
            return Says(text, recording, table.flag("over", default=False), line)
        case "keys":
            keys = table.text("press", required=True)
            if keys and not _KEYS.match(keys):
                _wrong(table, "press", f"keys: cannot be {shown(keys)!r}", "0-9 * # A-D and spaces")
            return Keys(keys, table.flag("over", default=False), line)
        case _:
            if "seconds" not in table:
                table.take("seconds", required=True)
            return Silence(table.seconds("seconds", default=1.0, within=SILENCE_LIMITS), line)


def _either(table: Table, first: str, second: str) -> tuple[str, str]:
    one, other = table.text(first), table.text(second)
    if one and other:
        _wrong(table, second, f"{first}: and {second}: exclude each other", "write one of the two")
    if first not in table and second not in table:
        message = f"{first}: or {second}: is missing"
        table.notes.wrong(table.owner, Rule.MISSING_KEY, message)
    for key, text in ((first, one), (second, other)):
        if len(text) > MAX_TEXT:
            _wrong(table, key, f"longer than {MAX_TEXT} characters", "split it into steps")
    return one, other


def _check_pattern(table: Table, pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        _wrong(table, "regex", f"no regular expression: {error}", "")


def _wrong(table: Table, key: str, message: str, hint: str) -> None:
    table.notes.wrong(table.key(key), Rule.BAD_VALUE, message, hint)
