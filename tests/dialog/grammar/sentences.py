"""A tiny JSGF reader that makes random sentences of a grammar: what a recogniser may report."""

import random
import re
from dataclasses import dataclass

_TOKEN = re.compile(r"/[\d.e-]+/|<\w+>|[()\[\]|]|[^\s()\[\]|/<>;]+")


@dataclass(frozen=True)
class Language:
    """The rules of one JSGF text."""

    rules: dict[str, str]

    @classmethod
    def of(cls, jsgf: str) -> "Language":
        header, _, body = jsgf.partition("grammar g;")
        assert header.strip() == "#JSGF V1.0;"
        rules: dict[str, str] = {}
        for statement in filter(str.strip, body.split(";")):
            name, _, rule = statement.replace("public", "").partition("=")
            rules[name.strip()] = rule
        return cls(rules)

    def sentence(self, chance: random.Random, start: str = "<g>") -> str:
        words, at = self._options(_TOKEN.findall(self.rules[start]), 0, chance)
        assert at == len(_TOKEN.findall(self.rules[start])), "unbalanced rule"
        return " ".join(words)

    def _options(self, tokens: list[str], at: int, chance: random.Random) -> tuple[list[str], int]:
        options: list[list[str]] = [[]]
        while at < len(tokens):
            item = tokens[at]
            if item in ")]":
                break
            at += 1
            if item == "|":
                options.append([])
            elif item in "([":
                inner, at = self._options(tokens, at, chance)
                at += 1
                options[-1] += inner if item == "(" or chance.random() < 0.5 else []
            elif item.startswith("<"):
                options[-1] += self.sentence(chance, item).split()
            elif not item.startswith("/"):
                options[-1].append(item)
        return chance.choice(options), at
