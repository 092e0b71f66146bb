"""
Guards: a tiny language of comparisons over slots, parsed once, never `eval`ed.

Grammar: `or` of `and` of `[not] term`; a term is `slot`, `slot == literal`, `slot != literal`,
`slot in [literal, …]` or a parenthesis. A bare slot is true when it is set and not `no`.
A literal is a word, a number or a text in quotes; `yes` and `true` are the same, as are `no`
and `false`. Dates and times compare as ISO 8601 (`2030-01-31`, `09:30:00`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:  # model imports Expression: a real import would be a circle
    from ivr.flow.model import Value

MAX_LENGTH = 500  # characters; a guard longer than this is a program
MAX_DEPTH = 20  # parentheses and `not`s inside each other

KEYWORDS = frozenset({"and", "or", "not", "in"})

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'[^']*'|"[^"]*")|(?P<sign>==|!=|[()\[\],])|(?P<word>[\w.:+-]+))"""
)


class GuardError(ValueError):
    """A guard that cannot be read; `column` counts from 1."""

    def __init__(self, message: str, *, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"column {column}: {message}")


@dataclass(frozen=True, slots=True)
class _IsSet:
    name: str


@dataclass(frozen=True, slots=True)
class _IsOneOf:
    name: str
    literals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Not:
    inner: "_Node"


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Any:
    parts: tuple["_Node", ...]


_Node = _IsSet | _IsOneOf | _Not | _All | _Any


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed guard."""

    text: str
    names: frozenset[str]
    """The slots it looks at."""
    root: _Node

    def holds(self, values: Mapping[str, "Value"]) -> bool:
        """Say whether the guard is true for *values* (slot name to value, unset ones absent)."""
        return _holds(self.root, values)

    def proves(self, *, outcome: bool) -> frozenset[str]:
        """Name the slots that are surely set when the guard came out as *outcome*."""
        return _proves(self.root, outcome=outcome)

    def compared(self) -> Iterator[tuple[str, str]]:
        """Yield each slot with each literal it is compared with, `true` as `yes`."""
        yield from _compared(self.root)


def parse(text: str) -> Expression:
    """
    Read a guard.

    Raises:
        GuardError: A ValueError that tells the column.
    """
    if len(text) > MAX_LENGTH:
        raise GuardError(f"longer than {MAX_LENGTH} characters", column=MAX_LENGTH + 1)
    root = _Parser(text).whole()
    return Expression(text=text, names=frozenset(_names(root)), root=root)


# ---------------------------------------------------------------- what a guard means


def _holds(node: _Node, values: Mapping[str, "Value"]) -> bool:
    match node:
        case _IsSet(name):
            return name in values and _same_text(values[name]) not in {"", "no"}
        case _IsOneOf(name, literals):
            return name in values and any(_equals(values[name], one) for one in literals)
        case _Not(inner):
            return not _holds(inner, values)
        case _All(parts):
            return all(_holds(part, values) for part in parts)
        case _Any(parts):
            return any(_holds(part, values) for part in parts)
        case _:
            assert_never(node)


def _equals(value: "Value", literal: str) -> bool:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        try:
            return Decimal(value) == Decimal(literal)
        except InvalidOperation:
            return False
    return _same_text(value) == _same_text(literal)


def _same_text(value: "Value") -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime() | date() | time():
            return value.isoformat().casefold()
        case _:
            text = str(value).casefold()
            return {"true": "yes", "false": "no"}.get(text, text)


def _proves(node: _Node, *, outcome: bool) -> frozenset[str]:
    match node:
        case _IsSet(name) | _IsOneOf(name):
            return frozenset({name}) if outcome else frozenset()
        case _Not(inner):
            return _proves(inner, outcome=not outcome)
        case _All(parts) | _Any(parts):
            proved = [_proves(part, outcome=outcome) for part in parts]
            every_part_came_out_so = outcome is isinstance(node, _All)
            if every_part_came_out_so:
                return frozenset[str]().union(*proved)
            return proved[0].intersection(*proved)
        case _:
            assert_never(node)


def _names(node: _Node) -> set[str]:
    match node:
        case _IsSet(name) | _IsOneOf(name):
            return {name}
        case _Not(inner):
            return _names(inner)
        case _All(parts) | _Any(parts):
            return set[str]().union(*map(_names, parts))
        case _:
            assert_never(node)


def _compared(node: _Node) -> Iterator[tuple[str, str]]:
    match node:
        case _IsSet():
            return
        case _IsOneOf(name, literals):
            yield from ((name, _same_text(literal)) for literal in literals)
        case _Not(inner):
            yield from _compared(inner)
        case _All(parts) | _Any(parts):
            for part in parts:
                yield from _compared(part)
        case _:
            assert_never(node)


# ---------------------------------------------------------------- reading one


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "quoted", "sign", "word" or "end"
    text: str
    column: int


def _tokens(text: str) -> list[_Token]:
    tokens = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            rest = text[at:]
            column = at + 1 + len(rest) - len(rest.lstrip())
            raise GuardError(_complaint(text[column - 1]), column=column)
        kind = found.lastgroup or "end"
        tokens.append(_Token(kind, found[kind], found.start(kind) + 1))
        at = found.end()
    tokens.append(_Token("end", "", end + 1))
    return tokens


def _complaint(character: str) -> str:
    match character:
        case "=":
            return "one = is not a comparison; write == or !="
        case "'" | '"':
            return "this quote is never closed"
        case "<" | ">":
            return f"{character} is not known here; known are ==, !=, in, and, or, not"
        case _:
            return f"{character!r} does not belong in a guard"


class _Parser:
    """Recursive descent over the tokens; its depth is bounded by MAX_DEPTH."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> _Node:
        root = self._any()
        if self._now.kind != "end":
            raise self._expected("and, or, or the end")
        return root

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> bool:
        if self._now.kind == "quoted" or self._now.text not in texts:
            return False
        self._at += 1
        return True

    def _expected(self, what: str) -> GuardError:
        found = f"found {self._now.text!r}" if self._now.text else "the guard ends"
        return GuardError(f"{found} where {what} should stand", column=self._now.column)

    def _any(self) -> _Node:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else _Any(tuple(parts))

    def _all(self) -> _Node:
        parts = [self._term()]
        while self._take("and"):
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else _All(tuple(parts))

    def _term(self) -> _Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise GuardError(f"nested deeper than {MAX_DEPTH}", column=self._now.column)
        try:
            if self._take("not"):
                return _Not(self._term())
            if self._take("("):
                inner = self._any()
                if not self._take(")"):
                    raise self._expected(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> _Node:
        slot = self._now
        if slot.kind != "word" or slot.text in KEYWORDS or not _NAME.match(slot.text):
            raise self._expected("the name of a slot")
        self._at += 1
        if self._take("=="):
            return _IsOneOf(slot.text, (self._literal(),))
        if self._take("!="):
            return _Not(_IsOneOf(slot.text, (self._literal(),)))
        if self._take("in"):
            return _IsOneOf(slot.text, self._literals())
        return _IsSet(slot.text)

    def _literals(self) -> tuple[str, ...]:
        if not self._take("["):
            raise self._expected("a list such as [a, b]")
        literals = [self._literal()]
        while self._take(","):
            literals.append(self._literal())
        if not self._take("]"):
            raise self._expected(", or ]")
        return tuple(literals)

    def _literal(self) -> str:
        token = self._now
        if token.kind not in {"word", "quoted"} or (
            token.kind == "word" and token.text in KEYWORDS
        ):
            raise self._expected("a word, a number or a text in quotes")
        self._at += 1
        return token.text[1:-1] if token.kind == "quoted" else token.text
