"""Reading the steps of a scenario, every mistake with its place."""

import re
from typing import assert_never

from ivr.caller.matching import words_of
from ivr.caller.steps import (
    WITHIN,
    Answer,
    Answers,
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
from ivr.clinic.operations import SPECS
from ivr.flow.fields import Notes, Path, Table
from ivr.flow.model import UNAVAILABLE, OperationSpec
from ivr.flow.rules import Rule, did_you_mean, shown
from ivr.flow.tree import Fields, Items, Node, Text

MAX_STEPS = 200  # a long visit has 30
MAX_TEXT = 500  # characters; nobody says more in one breath
WITHIN_LIMITS = (0.5, 300.0)
SILENCE_LIMITS = (0.1, 300.0)
NOISE_LIMITS = (0.1, 30.0)
AFTER_LIMITS = (0.0, 300.0)
UNSET = "unset"

_KEYS = re.compile(r"[0-9*#A-D]+(?: +[0-9*#A-D]+)*\Z")
_SURE = re.compile(r"(?:0?\.\d{1,3}|[01](?:\.0{1,3})?)\Z")
_SHORT_FORM = {
    "hears": "text",
    "says": "text",
    "keys": "press",
    "silence": "seconds",
    "noise": "seconds",
}
_VERBS = (*_SHORT_FORM, "slots", "answers", *Part)
_HEALTHS = {
    Part.CLINIC: (Health.DOWN, Health.SLOW, Health.UP),
    Part.SPEECH: (Health.DOWN, Health.UP),
    Part.VOICE: (Health.DOWN, Health.UP),
}


def read_steps(node: Node | None, notes: Notes) -> tuple[Step, ...]:
    """Read the list of steps; those with a mistake are left out."""
    if node is None:
        return ()
    if not isinstance(node, Items) or not node.items:
        notes.wrong(node, Rule.WRONG_SHAPE, "steps: takes a list of steps")
        return ()
    if len(node.items) > MAX_STEPS:
        notes.wrong(node, Rule.TOO_BIG, f"more than {MAX_STEPS} steps")
        return ()
    steps = (_step(item, ("steps", str(at)), notes) for at, item in enumerate(node.items))
    return tuple(step for step in steps if step is not None)


def read_values(table: Table, key: str) -> dict[str, str]:
    """Take a mapping of slots to values as they are written; `unset` is ``."""
    node = table.take(key)
    if node is None:
        return {}
    if not isinstance(node, Fields):
        hint = f'write {key}: {{rx_number: "4821507"}}'
        table.notes.wrong(node, Rule.WRONG_SHAPE, f"{key}: takes slots with values", hint)
        return {}
    values = Table(node, path=(*table.path, key), notes=table.notes)
    read = {name: values.text(name) for name in values.keys}
    return {name: "" if value == UNSET else value for name, value in read.items()}


def _step(node: Node, path: Path, notes: Notes) -> Step | None:
    if not isinstance(node, Fields) or len(node.entries) != 1:
        hint = f"one of {', '.join(_VERBS)}, a colon, and what"
        notes.wrong(node, Rule.WRONG_SHAPE, "a step is one thing", hint)
        return None
    ((verb, value),) = node.entries
    if verb.value not in _VERBS:
        hint = did_you_mean(verb.value, _VERBS)
        notes.wrong(verb, Rule.UNKNOWN_KEY, f"{shown(verb.value)}: is no step", hint)
        return None
    mistakes = len(notes.errors)
    if verb.value in _SHORT_FORM:
        table = _table(node, verb.value, value, notes)
        if table is None:
            return None
        step = _read(verb, table)
    else:
        table = Table(node, path=path, notes=notes)
        step = _circumstance(verb, table)
    table.done()
    return step if len(notes.errors) == mistakes else None


def _circumstance(verb: Text, table: Table) -> Step:
    match verb.value:
        case "slots":
            return Slots(read_values(table, "slots"), verb.line)
        case "answers":
            return Answers(_answers(table), verb.line)
        case part:
            healths = [health.value for health in _HEALTHS[Part(part)]]
            health = table.one_of(part, healths, default=Health.UP.value)
            return Fault(Part(part), Health(health), verb.line)


def _answers(table: Table) -> tuple[Answer, ...]:
    node = table.take("answers")
    if not isinstance(node, Fields):
        hint = "write answers: {refills.status: ready}"
        table.notes.wrong(
            node or table.owner, Rule.WRONG_SHAPE, "answers: takes operations with outcomes", hint
        )
        return ()
    read = (_answer(operation, value, table.notes) for operation, value in node.entries)
    return tuple(answer for answer in read if answer is not None)


def _answer(operation: Text, value: Node, notes: Notes) -> Answer | None:
    spec = SPECS.get(operation.value)
    if spec is None:
        hint = did_you_mean(operation.value, SPECS)
        what = f"there is no operation {shown(operation.value)}"
        notes.wrong(operation, Rule.UNKNOWN_OPERATION, what, hint)
        return None
    if isinstance(value, Fields):
        table = Table(value, path=(), notes=notes)
    else:
        name = Text("outcome", value.line, value.column)
        short = Fields(((name, value),), value.line, value.column)
        table = Table(short, path=(), notes=notes, owner=operation)
    allowed = (*spec.outcomes, UNAVAILABLE)
    outcome = table.text("outcome", required=True)
    if outcome and outcome not in allowed:
        what = f"{spec.name} never answers {shown(outcome)!r}"
        place = value if isinstance(value, Text) else table.key("outcome")
        notes.wrong(place, Rule.UNKNOWN_OUTCOME, what, did_you_mean(outcome, allowed))
    gives = _given(table, spec)
    after = table.seconds("after", default=0.0, within=AFTER_LIMITS)
    table.done()
    return Answer(spec.name, outcome, gives, after)


def _given(table: Table, spec: OperationSpec) -> dict[str, str]:
    node = table.take("gives")
    if node is None:
        return {}
    if not isinstance(node, Fields):
        table.notes.wrong(node, Rule.WRONG_SHAPE, "gives: takes slots with values")
        return {}
    values = Table(node, path=(), notes=table.notes)
    read = {name: values.text(name) for name in spec.gives if name in values}
    values.done()
    return read


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
            over, sure = table.flag("over", default=False), _sure(table)
            return Says(text, recording, over=over, sure=sure, line=line)
        case "keys":
            keys = table.text("press", required=True)
            if keys and not _KEYS.match(keys):
                _wrong(table, "press", f"keys: cannot be {shown(keys)!r}", "0-9 * # A-D and spaces")
            return Keys(keys, table.flag("over", default=False), line)
        case "noise":
            return Noise(_seconds(table, NOISE_LIMITS), line)
        case _:
            return Silence(_seconds(table, SILENCE_LIMITS), line)


def _seconds(table: Table, within: tuple[float, float]) -> float:
    if "seconds" not in table:
        table.take("seconds", required=True)
    return table.seconds("seconds", default=1.0, within=within)


def _sure(table: Table) -> float:
    written = table.text("sure")
    if written and not _SURE.match(written):
        _wrong(table, "sure", f"sure: cannot be {shown(written)!r}", "0 to 1, such as 0.5")
        return 1.0
    return float(written or 1.0)


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
