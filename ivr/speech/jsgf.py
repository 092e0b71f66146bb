"""
Checking a JSGF grammar before a decoder sees it.

pocketsphinx reads files for `import`, expands rules in place (a few nested rules can fill
the memory) and recurses over parentheses. `check` lets none of that through.
"""

import re
from dataclasses import dataclass, field

MAX_CHARACTERS = 400_000
MAX_DEPTH = 32
MAX_ATOMS = 60_000  # words after expansion; a date grammar has some hundreds

_TOKEN = re.compile(
    r"""\s+ | //[^\n]* | /\*.*?\*/
      | (?P<rule><[A-Za-z_][\w.-]*>) | (?P<mark>[()\[\]|*+;=]) | (?P<tag>\{[^{}]*\})
      | (?P<weight>/\d+(?:\.\d+)?(?:e-?\d+)?/) | (?P<word>[^\s()\[\]{}|*+;=<>/"\\]+)""",
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"[^\W_][\w'.-]{0,39}")
_HEADER = re.compile(r"#JSGF V1\.0[^;\n]*;\s*grammar\s+[A-Za-z][\w.-]*\s*;")
_BUILT_IN = {"<NULL>", "<VOID>"}


class BadGrammarError(ValueError):
    """The grammar is not one a decoder may see; the text says why, without quoting it."""


@dataclass(slots=True)
class _Rule:
    atoms: int = 0
    references: list[str] = field(default_factory=list)


def check(text: str) -> frozenset[str]:
    """
    Return the words of *text*, a complete grammar with one public rule or more.

    Raises:
        BadGrammarError: It is malformed, recursive or too large.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadGrammarError("the grammar is too long")
    header = _HEADER.match(text)
    if header is None:
        raise BadGrammarError("the grammar has no JSGF header")
    return _Reader(_tokens(text, header.end())).read()


def _tokens(text: str, position: int) -> list[tuple[str, str]]:
    found = []
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise BadGrammarError("the grammar has a character that cannot stand there")
        position = match.end()
        if match.lastgroup is not None:
            found.append((match.lastgroup, match.group()))
    return found


class _Reader:
    """Reads the rules of one grammar."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._rules: dict[str, _Rule] = {}
        self._words: set[str] = set()

    def read(self) -> frozenset[str]:
        public: list[str] = []
        start = 0
        while start < len(self._tokens):
            end = self._end_of_rule(start)
            name, is_public = self._rule(self._tokens[start:end])
            if is_public:
                public.append(name)
            start = end + 1
        if not public:
            raise BadGrammarError("the grammar has no public rule")
        sizes: dict[str, int] = {}
        if sum(self._size(name, sizes, ()) for name in public) > MAX_ATOMS:
            raise BadGrammarError("the grammar is too large when expanded")
        return frozenset(self._words)

    def _end_of_rule(self, start: int) -> int:
        for at in range(start, len(self._tokens)):
            if self._tokens[at] == ("mark", ";"):
                return at
        raise BadGrammarError("the grammar ends within a rule")

    def _rule(self, tokens: list[tuple[str, str]]) -> tuple[str, bool]:
        is_public = bool(tokens) and tokens[0] == ("word", "public")
        body = tokens[1:] if is_public else tokens
        if len(body) < 3 or body[0][0] != "rule" or body[1] != ("mark", "="):  # noqa: PLR2004 - name, =, one atom
            raise BadGrammarError("the grammar has a statement that is not a rule")
        name = body[0][1]
        if name in self._rules or name in _BUILT_IN:
            raise BadGrammarError("the grammar defines a rule twice")
        self._rules[name] = self._expansion(body[2:])
        return name, is_public

    def _expansion(self, tokens: list[tuple[str, str]]) -> _Rule:
        rule = _Rule()
        open_brackets: list[str] = []
        previous = "|"
        for kind, text in tokens:
            if kind == "word":
                if not _WORD.fullmatch(text):
                    raise BadGrammarError("the grammar has a word no decoder takes")
                self._words.add(text)
                rule.atoms += 1
            elif kind == "rule":
                rule.references.append(text)
            elif kind == "mark":
                _bracket(text, open_brackets, previous)
            previous = text if kind == "mark" else kind
        if open_brackets or previous == "|":
            raise BadGrammarError("the grammar has a rule that is not complete")
        return rule

    def _size(self, name: str, sizes: dict[str, int], path: tuple[str, ...]) -> int:
        if name in _BUILT_IN:
            return 0
        if name in path:
            raise BadGrammarError("the grammar has a rule that refers to itself")
        if name not in self._rules:
            raise BadGrammarError("the grammar refers to a rule that is not defined")
        if len(path) > MAX_DEPTH:
            raise BadGrammarError("the grammar is nested too deeply")
        if name not in sizes:
            rule = self._rules[name]
            inner = (self._size(other, sizes, (*path, name)) for other in rule.references)
            sizes[name] = rule.atoms + 1 + sum(inner)
        return sizes[name]


def _bracket(mark: str, open_brackets: list[str], previous: str) -> None:
    match mark:
        case "(" | "[":
            open_brackets.append(mark)
            if len(open_brackets) > MAX_DEPTH:
                raise BadGrammarError("the grammar is nested too deeply")
        case ")" | "]":
            matching = {")": "(", "]": "["}[mark]
            if not open_brackets or open_brackets.pop() != matching or previous in "|([":
                raise BadGrammarError("the grammar has a bracket without its partner or content")
        case "|" | "*" | "+":
            if previous in {"|", "(", "["}:
                raise BadGrammarError("the grammar has an alternative without content")
        case _:
            raise BadGrammarError("the grammar has an operator that cannot stand there")
