"""
Which answers end: those that are complete and have nothing to go on with.

"March third nineteen eighty" is a date of birth, but "two" may follow; after "nineteen eighty two"
nothing can. Whoever hears an answer of the second kind need not wait whether more comes. The rule
a recogniser listens by tells the two apart, so no grammar has to: it becomes a regular expression
for its sentences, less those that begin another of its sentences.

The rules are our own JSGF (`jsgf`): finite, without references, repetition and tags.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_PART = re.compile(r"/[\d.e-]+/|[()\[\]|]|[^\s()\[\]|/]+")
_NOTHING = ""


@dataclass(slots=True)
class _Choice:
    """Alternatives, each a sequence of words and choices."""

    options: list[list["str | _Choice"]] = field(default_factory=lambda: [[]])
    optional: bool = False


def endings(rule: str) -> str:
    """
    Give a regular expression for the sentences of *rule* that no other sentence begins with.

    It is meant for `re.fullmatch` on words with one space behind each, the last one too.
    """
    whole = _parse(rule)
    return f"(?!{_any(_begun(whole))}\\Z){_said(whole)}"


def sentences(rule: str) -> str:
    """Give a regular expression for the sentences of *rule*, spaced like `endings`."""
    return _said(_parse(rule))


def _parse(rule: str) -> _Choice:
    nested = [_Choice()]
    for part in _PART.findall(rule):
        here = nested[-1]
        match part:
            case "|":
                here.options.append([])
            case "(" | "[":
                inner = _Choice(optional=part == "[")
                here.options[-1].append(inner)
                nested.append(inner)
            case ")" | "]":
                nested.pop()
            case weight if weight.startswith("/"):
                pass
            case word:
                here.options[-1].append(word)
    return nested[0]


def _said(item: str | _Choice) -> str:
    """Write what is said with *item*."""
    if isinstance(item, str):
        return f"{re.escape(item)} "
    sequences = _any("".join(map(_said, option)) for option in item.options)
    return f"{sequences}?" if item.optional else sequences


def _begun(item: str | _Choice) -> list[str]:
    """Write what is said when *item* was begun and is not over, nothing at all included."""
    if isinstance(item, str):
        return [_NOTHING]
    return [begun for option in item.options for begun in _begun_sequence(option)]


def _begun_sequence(items: list[str | _Choice]) -> list[str]:
    if not items:
        return []
    first, *rest = items
    later = _begun_sequence(rest)
    return [*_begun(first), *([f"{_said(first)}{_any(later)}"] if later else [])]


def _any(options: Iterable[str]) -> str:
    return f"(?:{'|'.join(dict.fromkeys(options))})"
