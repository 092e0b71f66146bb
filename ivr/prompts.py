"""Reads the line's own words from `prompts/`, one YAML file a language."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from ivr.dialog.wording import Phrases, Wording, mistake_in
from ivr.errors import FlowError, FlowErrors
from ivr.flow.rules import Rule, did_you_mean
from ivr.flow.tree import Fields, Items, Node, Text, decode, parse_tree

LANGUAGES = ("en", "es")
_NAMES = tuple(part.name for part in fields(Phrases))
_LISTS = ("no_input", "no_match")


def load_wording(folder: Path) -> Wording:
    """
    Read `en.yaml` and `es.yaml` in *folder*.

    Raises:
        FlowErrors: A file is missing or broken, or a text is missing, unknown or empty; all
            mistakes of all files.
    """
    mistakes: list[FlowError] = []
    languages: dict[str, Phrases] = {}
    for language in LANGUAGES:
        path = folder / f"{language}.yaml"
        try:
            languages[language] = read_phrases(path.read_bytes(), file=str(path))
        except OSError as error:
            hint = "the folder of the prompts is a setting"
            problem = f"cannot be read ({type(error).__name__})"
            mistakes.append(FlowError(str(path), 1, Rule.MISSING_KEY, problem, hint))
        except FlowErrors as errors:
            mistakes += errors.errors
    if mistakes:
        raise FlowErrors(mistakes)
    return Wording(languages)


def read_phrases(data: bytes, *, file: str) -> Phrases:
    """
    Read the words of one language.

    Raises:
        FlowErrors: As `load_wording`.
    """
    root, mistakes = parse_tree(decode(data, file=file), file=file)
    if mistakes or root is None:
        raise FlowErrors(mistakes or [FlowError(file, 1, Rule.WRONG_SHAPE, "holds no texts")])
    if not isinstance(root, Fields):
        raise FlowErrors([FlowError(file, root.line, Rule.WRONG_SHAPE, "takes name: text")])
    table = _Table(root, file)
    phrases = {name: table.value(name) for name in _NAMES}
    if errors := [*table.errors, *table.unknown()]:
        raise FlowErrors(errors)
    return Phrases(**phrases)  # type: ignore[arg-type] # lists where _LISTS says so, else texts


class _Table:
    """The entries of one file, and what is wrong with them."""

    def __init__(self, root: Fields, file: str) -> None:
        self._root = root
        self._file = file
        self._entries = {key.value: node for key, node in root.entries}
        self.errors: list[FlowError] = []

    def value(self, name: str) -> str | tuple[str, ...]:
        """Give the text or texts of *name*; note what is wrong with them."""
        node = self._entries.get(name)
        if node is None:
            self._wrong(self._root, Rule.MISSING_KEY, f"{name} is missing")
            return ""
        if name in _LISTS:
            return self._texts(name, node)
        return self._text(name, node)

    def unknown(self) -> Iterator[FlowError]:
        """Yield what stands here and has no meaning."""
        for key, _ in self._root.entries:
            if key.value not in _NAMES:
                hint = did_you_mean(key.value, _NAMES)
                message = f"{key.value} is nothing the line says"
                yield FlowError(self._file, key.line, Rule.UNKNOWN_KEY, message, hint, key.column)

    def _texts(self, name: str, node: Node) -> tuple[str, ...]:
        if not isinstance(node, Items) or not node.items:
            self._wrong(node, Rule.WRONG_SHAPE, f"{name} takes a list of texts")
            return ()
        return tuple(self._text(name, item) for item in node.items)

    def _text(self, name: str, node: Node) -> str:
        if not isinstance(node, Text):
            self._wrong(node, Rule.WRONG_SHAPE, f"{name} takes a text")
            return ""
        text = " ".join(node.value.split())
        if mistake := mistake_in(name, text):
            self._wrong(node, Rule.BAD_TEMPLATE if text else Rule.WRONG_SHAPE, mistake)
        return text

    def _wrong(self, node: Node, rule: Rule, message: str) -> None:
        self.errors.append(FlowError(self._file, node.line, rule, message, "", node.column))
