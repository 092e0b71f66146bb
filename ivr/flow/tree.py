"""
The text of a flow file as a tree of texts, lists and mappings, each with its place.

Every scalar is kept as the text it is: YAML 1.1 would read `on:` as true, `no` as false and
`08` as something else again. What YAML can do beyond plain data (anchors, aliases, tags,
merge keys, several documents) is refused, and so is what only an attacker writes: the tree
is built from parser events, without recursion, and bounded in size and depth.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from ivr.errors import FlowError, FlowErrors
from ivr.flow.rules import Rule, shown

MAX_BYTES = 256 * 1024  # a large real flow has 20 kB
MAX_DEPTH = 20  # a real flow nests 6 deep
MAX_NODES = 10_000  # texts, lists and mappings; a large real flow has 1,000

_UNPRINTABLE = re.compile(r"[^\t\n\r -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar."""

    value: str
    line: int
    column: int
    plain: bool = True
    """Whether it stands without quotes."""


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    items: tuple["Node", ...]
    line: int
    column: int
    bracketed: bool = False
    """Whether it is written as `[a, b]`."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping; keys are unique."""

    entries: tuple[tuple[Text, "Node"], ...]
    line: int
    column: int
    bracketed: bool = False
    """Whether it is written as `{a: b}`."""


Node = Text | Items | Fields


def texts_in(node: Node) -> Iterator[str]:
    """Yield every scalar under *node* that is not a key."""
    match node:
        case Text(value=value):
            yield value
        case Items(items=items):
            for item in items:
                yield from texts_in(item)
        case Fields(entries=entries):
            for _, inner in entries:
                yield from texts_in(inner)


def decode(data: bytes, *, file: str) -> str:
    """
    Turn the bytes of a flow file into text.

    Raises:
        FlowErrors: They are not UTF-8, or too many.
    """
    if len(data) > MAX_BYTES:
        raise FlowErrors([_too_big(file)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        mistake = FlowError(
            file,
            line,
            Rule.ENCODING,
            f"the byte {data[error.start]:#04x} is not UTF-8",
            "save the file as UTF-8",
            column,
        )
        raise FlowErrors([mistake]) from None


def parse_tree(text: str, *, file: str) -> tuple[Node | None, tuple[FlowError, ...]]:
    """Read *text*: its tree (None when YAML itself is broken or refused) and the mistakes."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return None, (_too_big(file),)
    if found := _UNPRINTABLE.search(text):
        return None, (_unprintable(text, found.start(), file),)
    builder = _Builder(file)
    try:
        # libyaml, because PyYAML's own scanner stumbles over `[Is it ready?, Please say it.]`
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except _TooMuchError as much:
        mistake = FlowError(file, much.line, much.rule, much.message, column=much.column)
        return None, (*builder.errors, mistake)
    except yaml.MarkedYAMLError as error:
        return None, (*builder.errors, _broken(error, file))
    return builder.root, tuple(builder.errors)


class _TooMuchError(Exception):
    def __init__(self, event: yaml.Event, rule: Rule, message: str) -> None:
        self.rule = rule
        self.message = message
        self.line, self.column = _place(event)
        super().__init__()


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come."""

    mapping: bool
    line: int
    column: int
    bracketed: bool
    parts: list[Node]


class _Builder:
    """Takes parser events, keeps the open collections on a stack of its own."""

    def __init__(self, file: str) -> None:
        self.errors: list[FlowError] = []
        self.root: Node | None = None
        self._file = file
        self._open: list[_Open] = []
        self._documents = 0
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        if isinstance(event, yaml.NodeEvent):
            self._nodes += 1
            if self._nodes > MAX_NODES:
                raise _TooMuchError(event, Rule.TOO_BIG, f"more than {MAX_NODES} entries")
        match event:
            case yaml.AliasEvent():
                self._refuse(
                    event, Rule.NO_ALIAS, "aliases are not used here", 'for a key write "*"'
                )
                self._add(Text("", *_place(event)))
            case yaml.ScalarEvent():
                self._refuse_extras(event)
                self._scalar(event)
            case yaml.CollectionStartEvent():
                self._refuse_extras(event)
                self._start(event)
            case yaml.CollectionEndEvent():
                self._add(self._finish(self._open.pop()))
            case yaml.DocumentStartEvent():
                self._document(event)
            case _:
                pass

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse(event, Rule.YAML, "a file holds one flow", "remove the line ---")

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise _TooMuchError(event, Rule.TOO_DEEP, f"nested deeper than {MAX_DEPTH}")
        mapping = isinstance(event, yaml.MappingStartEvent)
        bracketed = bool(event.flow_style)
        self._open.append(_Open(mapping, *_place(event), bracketed, []))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if _UNPRINTABLE.search(event.value):
            self._refuse(event, Rule.ENCODING, "an escape stands for a control character")
        plain = not event.style
        self._add(Text(event.value, *_place(event), plain))

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1].parts.append(node)
        elif self._documents == 1:
            self.root = node

    def _finish(self, done: _Open) -> Node:
        if not done.mapping:
            return Items(tuple(done.parts), done.line, done.column, done.bracketed)
        entries = tuple(self._unique(done))
        return Fields(entries, done.line, done.column, done.bracketed)

    def _unique(self, done: _Open) -> Iterator[tuple[Text, Node]]:
        first: dict[str, int] = {}
        for key, value in zip(done.parts[::2], done.parts[1::2], strict=True):
            if not isinstance(key, Text):
                message = "a list or a mapping cannot be a key"
                hint = "put quotes around a text that begins with { or ["
                self._error(key, Rule.WRONG_SHAPE, message, hint)
            elif key.value == "<<" and key.plain:
                self._error(key, Rule.NO_MERGE, "merge keys are not used here")
            elif key.value in first:
                message = f"{shown(key.value)} stands here a second time"
                hint = f"the first is in line {first[key.value]}"
                self._error(key, Rule.DUPLICATE_KEY, message, hint)
            else:
                first[key.value] = key.line
                yield key, value

    def _refuse_extras(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse(event, Rule.NO_ALIAS, "anchors are not used here", "quote a text with &")
        if event.tag is not None:
            self._refuse(event, Rule.NO_TAG, "tags are not used here", "quote a text with !")

    def _refuse(self, event: yaml.Event, rule: Rule, message: str, hint: str = "") -> None:
        line, column = _place(event)
        self.errors.append(FlowError(self._file, line, rule, message, hint, column))

    def _error(self, node: Node, rule: Rule, message: str, hint: str = "") -> None:
        self.errors.append(FlowError(self._file, node.line, rule, message, hint, node.column))


# ---------------------------------------------------------------- plain words for YAML's errors

_PLAIN_WORDS = (
    ("mapping values are not allowed", "put a text that contains a colon in quotes"),
    ("cannot start any token", "put a text that begins with a sign in quotes"),
    ("tab character", "indent with spaces, not with tabs"),
    ("while scanning an alias", 'write the star key as "*", in quotes'),
    ("while scanning a quoted scalar", "a quote that is opened here is never closed"),
    ("could not find expected ':'", "a key ends with a colon; a longer text must be indented"),
    ("while parsing a flow", "a bracket is not closed, or a text with { or [ lacks quotes"),
    (
        "did not find expected",
        "check the indentation, and quote a text that begins with { [ or a quote",
    ),
    ("sequence entries are not allowed", "begin the list on a line of its own"),
)
_OPENED = ("while parsing a flow", "unexpected end of stream")
"""Errors that are told where the thing began: what was left open, not where that came out."""


def _broken(error: yaml.MarkedYAMLError, file: str) -> FlowError:
    said = f"{error.context or ''}: {error.problem or ''}"
    hint = next((words for sign, words in _PLAIN_WORDS if sign in said), "")
    marks = (error.problem_mark, error.context_mark)
    if any(sign in said for sign in _OPENED):
        marks = marks[::-1]
    mark = marks[0] or marks[1]
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return FlowError(file, line, Rule.YAML, error.problem or "not readable", hint, column)


def _unprintable(text: str, position: int, file: str) -> FlowError:
    before = text[:position]
    line = before.count("\n") + 1
    column = position - (before.rfind("\n") + 1) + 1
    return FlowError(
        file, line, Rule.ENCODING, "a control character stands here", "remove it", column
    )


def _too_big(file: str) -> FlowError:
    return FlowError(
        file, 1, Rule.TOO_BIG, f"larger than {MAX_BYTES // 1024} kB", "split it into flows"
    )
