"""
Reading a mapping of a flow file key by key, noting every mistake and every place on the way.

A getter that finds something wrong notes it and answers as if nothing had been written, so
that reading goes on and the author gets all mistakes at once.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from ivr.errors import FlowError
from ivr.flow.rules import Rule, closest, did_you_mean, shown
from ivr.flow.templates import malformed
from ivr.flow.tree import Fields, Items, Node, Text

Path = tuple[str, ...]

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
NAME_RULE = "a name is lower-case letters, digits and _, and begins with a letter"

_SECONDS = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s)?\Z")
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_SENTENCE_ENDS = (".", "?", "!", "…", '."', '?"', '!"')


class Notes:
    """What reading one file brings to light."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[FlowError] = []
        self.marks: dict[Path, tuple[int, int]] = {}
        self.broken: set[str] = set()
        """States of which it is not known what they lead to: something could not be read."""

    def wrong(self, node: Node, rule: Rule, message: str, hint: str = "") -> None:
        """Note a mistake at *node*."""
        self.errors.append(FlowError(self.file, node.line, rule, message, hint, node.column))

    def mark(self, path: Path, node: Node) -> None:
        """Note where *path* stands."""
        self.marks[path] = (node.line, node.column)

    def is_name(self, node: Text, what: str) -> bool:
        """Check that *node* is a name."""
        if NAME.match(node.value):
            return True
        self.wrong(node, Rule.BAD_NAME, f"{shown(node.value)!r} is no name for {what}", NAME_RULE)
        return False

    def is_template(self, node: Text) -> bool:
        """Check the braces of a text."""
        at = malformed(node.value)
        if at is None:
            return True
        message = f"the brace at {shown(node.value[at:])!r} is not part of a {{slot}}"
        self.wrong(node, Rule.BAD_TEMPLATE, message, "write {slot} with the name of a slot")
        return False


class Table:
    """One mapping of the file. `done`, called last, reports unknown and missing keys."""

    def __init__(
        self, node: Fields, *, path: Path, notes: Notes, owner: Node | None = None
    ) -> None:
        self.notes = notes
        self.path = path
        self.owner = owner or node
        """Where a missing key is reported."""
        self._entries = {key.value: (key, value) for key, value in node.entries}
        self._known: set[str] = set()
        self._missing: list[str] = []

    def __contains__(self, key: str) -> bool:
        """Whether *key* is written."""
        return key in self._entries

    @property
    def keys(self) -> Iterable[str]:
        """The keys as written."""
        return self._entries.keys()

    def key(self, key: str) -> Text:
        """Find the key itself, for its place."""
        return self._entries[key][0]

    def take(self, key: str, *others: str, required: bool = False) -> Node | None:
        """Take the value under *key* or one of its *others* spellings."""
        self._known |= {key, *others}
        written = [spelling for spelling in self._entries if spelling in {key, *others}]
        if not written:
            if required:
                self._missing.append(key)
            return None
        if len(written) > 1:
            message = f"{written[1]} is another word for {written[0]}"
            self.notes.wrong(
                self.key(written[1]), Rule.TWO_SPELLINGS, message, "write one of the two"
            )
        name, value = self._entries[written[0]]
        if isinstance(value, Text) and value.plain and not value.value:
            hint = 'put # in quotes: "#"' if "key" in key else ""
            self.notes.wrong(name, Rule.MISSING_KEY, f"nothing stands after {name.value}:", hint)
            return None
        self.notes.mark((*self.path, key), value)
        return value

    def done(self, elsewhere: Mapping[str, str] = MappingProxyType({})) -> set[str]:
        """
        Report unknown keys, and missing ones unless an unknown one seems to be meant.

        Args:
            elsewhere: Hints for keys that are right in another place.

        Returns:
            The keys that unknown ones seem to mean.
        """
        meant = set()
        for name, (key, _) in self._entries.items():
            if name not in self._known:
                message = f"{shown(name)}: is not known here"
                hint = elsewhere.get(name) or did_you_mean(name, self._known)
                self.notes.wrong(key, Rule.UNKNOWN_KEY, message, hint)
                meant |= {closest(name, self._known), closest(name, self._missing)}
        for name in self._missing:
            if name not in meant:
                self.notes.wrong(self.owner, Rule.MISSING_KEY, f"{name}: is missing")
        return {name for name in meant if name is not None}

    # ------------------------------------------------------------ texts

    def _scalar(self, key: str, *others: str, required: bool = False) -> Text | None:
        node = self.take(key, *others, required=required)
        if node is None or isinstance(node, Text):
            return node
        hint = "put a text that begins with { or [ in quotes" if node.bracketed else ""
        self.notes.wrong(node, Rule.WRONG_SHAPE, f"{key}: takes one text", hint)
        return None

    def text(self, key: str, *, required: bool = False) -> str:
        """Take a text, its white space folded; `` when absent."""
        node = self._scalar(key, required=required)
        folded = "" if node is None else " ".join(node.value.split())
        if node is not None and not folded:
            self.notes.wrong(node, Rule.MISSING_KEY, f"{key}: is empty")
        return folded

    def template(self, key: str, *, required: bool = False) -> str:
        """Take a text that may speak slots."""
        text = self.text(key, required=required)
        node = self._entries[key][1] if text else None
        if isinstance(node, Text) and not self.notes.is_template(node):
            return ""
        return text

    def templates(self, key: str) -> tuple[str, ...]:
        """Take one text or a list of them."""
        node = self.take(key)
        if not isinstance(node, Items):
            one = self.template(key) if node is not None else ""
            return (one,) if one else ()
        texts = []
        for at, item in enumerate(node.items):
            self.notes.mark((*self.path, key, str(at)), item)
            if not isinstance(item, Text) or not item.value.strip():
                self.notes.wrong(item, Rule.WRONG_SHAPE, f"{key}: takes a list of texts")
            elif self.notes.is_template(item):
                self._check_comma(item, last=at == len(node.items) - 1, bracketed=node.bracketed)
                texts.append(" ".join(item.value.split()))
        return tuple(texts)

    def _check_comma(self, item: Text, *, last: bool, bracketed: bool) -> None:
        if bracketed and item.plain and not last and not item.value.endswith(_SENTENCE_ENDS):
            message = f"a comma cuts this prompt after {shown(item.value)!r}"
            hint = "put each prompt of the list in quotes, and end it with . or ?"
            self.notes.wrong(item, Rule.SPLIT_PROMPT, message, hint)

    def name(self, key: str, *, required: bool = False) -> str:
        """Take a name; `` when absent or not one."""
        node = self._scalar(key, required=required)
        if node is None or not self.notes.is_name(node, f"{key}:"):
            return ""
        return node.value

    # ------------------------------------------------------------ values

    def one_of(self, key: str, allowed: Collection[str], *, default: str) -> str:
        """Take one of a few words."""
        node = self._scalar(key)
        if node is None:
            return default
        if node.value in allowed:
            return node.value
        hint = did_you_mean(node.value, allowed)
        self.notes.wrong(node, Rule.BAD_VALUE, f"{key}: cannot be {shown(node.value)!r}", hint)
        return default

    def flag(self, key: str, *others: str, default: bool) -> bool:
        """Take yes or no."""
        node = self._scalar(key, *others)
        if node is None:
            return default
        value = _FLAGS.get(node.value.lower())
        if value is None:
            message = f"{key}: cannot be {shown(node.value)!r}"
            self.notes.wrong(node, Rule.BAD_VALUE, message, "write yes or no")
            return default
        return value

    def whole(self, key: str, *, default: int, most: int) -> int:
        """Take a count from 1 to *most*."""
        node = self._scalar(key)
        if node is None:
            return default
        number = count(node.value, most=most)
        if number is None:
            message = f"{key}: cannot be {shown(node.value)!r}"
            self.notes.wrong(node, Rule.BAD_VALUE, message, f"a whole number, 1 to {most}")
        return number or default

    def seconds(self, key: str, *others: str, default: float, within: tuple[float, float]) -> float:
        """Take a duration: `5`, `5s`, `2.5s` or `1500ms`."""
        node = self._scalar(key, *others)
        if node is None:
            return default
        low, high = within
        found = _SECONDS.match(node.value)
        value = float(found[1]) / (1000 if found[2] == "ms" else 1) if found else None
        if value is None or not low <= value <= high:
            message = f"{key}: cannot be {shown(node.value)!r}"
            self.notes.wrong(
                node, Rule.BAD_VALUE, message, f"seconds, {low:g} to {high:g}, such as 5s"
            )
            return default
        return value


def count(text: str, *, most: int) -> int | None:
    """Read a whole number from 1 to *most*; None when it is none."""
    if not text.isascii() or not text.isdigit() or len(text) > 6:  # noqa: PLR2004 - enough for any count here
        return None
    number = int(text)
    return number if 1 <= number <= most else None
