"""A tiny JSGF reader that makes random sentences of a grammar: what a recogniser may report."""

import random
import re
from dataclasses import dataclass, field

_ITEM = re.compile(r"/[\d.e-]+/|<\w+>|[()\[\]|]|[^\s()\[\]|/<>;]+")


@dataclass
class Choice:
    """Alternatives, each a sequence of words, rule names and choices."""

    options: list[list["str | Choice"]] = field(default_factory=lambda: [[]])
    optional: bool = False


class Language:
    """The rules of one JSGF text, or of one right-hand side named `<g>`."""

    def __init__(self, rules: dict[str, str]) -> None:
        self._rules = {name: _parse(rule) for name, rule in rules.items()}

    @classmethod
    def of(cls, jsgf: str) -> "Language":
        header, _, body = jsgf.partition("grammar g;")
        assert header.strip() == "#JSGF V1.0;"
        rules: dict[str, str] = {}
        for statement in filter(str.strip, body.split(";")):
            name, _, rule = statement.replace("public", "").partition("=")
            rules[name.strip()] = rule
        return cls(rules)

    def sentence(self, chance: random.Random) -> str:
        return " ".join(self._words(self._rules["<g>"], chance))

    def _words(self, choice: Choice, chance: random.Random) -> list[str]:
        if choice.optional and chance.random() < 0.5:
            return []
        words: list[str] = []
        for item in chance.choice(choice.options):
            if isinstance(item, Choice):
                words += self._words(item, chance)
            elif item.startswith("<"):
                words += self._words(self._rules[item], chance)
            else:
                words.append(item)
        return words


def _parse(rule: str) -> Choice:
    open_choices = [Choice()]
    for item in _ITEM.findall(rule):
        here = open_choices[-1]
        if item == "|":
            here.options.append([])
        elif item in "([":
            inner = Choice(optional=item == "[")
            here.options[-1].append(inner)
            open_choices.append(inner)
        elif item in ")]":
            assert all(open_choices.pop().options), "empty alternative"
        elif not item.startswith("/"):
            here.options[-1].append(item)
    (whole,) = open_choices
    assert all(whole.options), "empty alternative"
    return whole
