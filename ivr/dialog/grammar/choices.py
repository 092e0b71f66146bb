"""Menus and choice slots: one of a few things, by its phrases, its number or its key."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ivr.dialog.actions import Wait
from ivr.dialog.grammar import jsgf
from ivr.dialog.grammar.base import Answer, KeyReading, KeysComplete, KeysPartial, KeysWrong
from ivr.dialog.grammar.numbers import DIGITS, ORDINALS_EN, cardinal
from ivr.dialog.grammar.text import (
    Words,
    cores,
    find,
    fold,
    language_of,
    listed,
    strip_carriers,
    without_accents,
)
from ivr.dialog.grammar.yes_no import meant_by
from ivr.flow.model import Choice, Value

_LEADS: Final[Mapping[str, str]] = {
    "en": "i'd like to | i want to | i need to | can i | i'm calling to | i'm calling about",
    "es": "quiero | quisiera | necesito | puedo",
}
_POSITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ORDINALS_EN[:9],
    "es": listed("primera|segunda|tercera|cuarta|quinta|sexta|séptima|octava|novena"),
}
_BY_KEY: Final = {"en": ("", "number ", "option "), "es": ("", "número ", "opción ")}
_BY_PLACE: Final = {
    "en": ("the {}", "the {} one", "{} one", "the {} option"),
    "es": ("la {}", "la {} opción"),
}
_REFUSALS = frozenset(fold("no not don't doesn't isn't never nothing nunca nada ni"))
_DEFAULT_KEYS = "123456789"


@dataclass(frozen=True, slots=True)
class Choices:
    """The grammar of menus and choice slots; its answer is the choice's name."""

    choices: tuple[Choice, ...]
    language: str

    @property
    def wait(self) -> Wait:
        """The answer is one phrase."""
        return Wait.SHORT

    def rule(self) -> str:
        """Give the phrases with "I'd like to" and the like, and the choices' numbers."""
        tag = language_of(self.language)
        by_phrase = f"[ {_LEADS[tag]} ] {jsgf.phrases(self._spoken())}"
        numbered = self._numbered()
        if not self._spoken():
            return jsgf.phrases(numbered)
        if not numbered:
            return by_phrase
        return jsgf.weighted({by_phrase: 0.9, jsgf.phrases(numbered): 0.1})

    def words(self) -> frozenset[str]:
        """Give the words of `rule`."""
        return jsgf.words_in(self.rule())

    def phrases(self) -> tuple[str, ...]:
        """Give all phrases, without what may stand before them."""
        return (*self._spoken(), *self._numbered())

    def read(self, text: str) -> Answer | None:
        """
        Read *text*: a phrase as such, else the only choice whose phrase is in it.

        "I don't want billing" is no answer: what is refused is not chosen.
        """
        words = fold(text)
        exact = _exact(self)
        for core in cores(words, self.language):
            if core in exact:
                return Answer(exact[core])
        bare = strip_carriers(words, self.language)
        return self._mentioned(bare) or self._mentioned(words)

    def read_keys(self, keys: str) -> KeyReading:
        """Read the choices' keys; where the author gave none, their positions."""
        if not keys:
            return KeysPartial()
        name = dict(_keys(self.choices)).get(keys)
        return KeysWrong() if name is None else KeysComplete(name)

    def read_back(self, value: Value) -> str:
        """Say the choice's first phrase."""
        named = (choice for choice in self.choices if choice.name == value)
        choice = next(named, None)
        return choice.says[0] if choice and choice.says else str(value).replace("_", " ")

    def key_prompt(self) -> str:
        """Name each choice and then its key: who hears the key first has forgotten it by then."""
        tag = language_of(self.language)
        lead, press = ("Para", "oprima") if tag == "es" else ("For", "press")
        return " ".join(
            f"{lead} {self.read_back(name)}, {press} {_key_name(key, tag)}."
            for key, name in _keys(self.choices)
        )

    def _spoken(self) -> tuple[str, ...]:
        exact = _exact(self)
        ways = (way for choice in self.choices for way in _ways(choice, self.language))
        spelled = (_spelled(way, self.language) for way in ways)
        return tuple(dict.fromkeys(phrase for phrase in spelled if fold(phrase) in exact))

    def _numbered(self) -> tuple[str, ...]:
        return tuple(said for said, _ in _numbers(self.choices, language_of(self.language)))

    def _mentioned(self, words: Words) -> Answer | None:
        phrases = _phrases(self)
        found = [said for said in phrases if find(words, said) >= 0]
        whole = [said for said in found if not any(_inside(said, other) for other in found)]
        names = {phrases[said] for said in whole}
        outside = set(words).difference(*whole)
        if len(names) != 1 or outside & _REFUSALS:
            return None
        return Answer(names.pop())


def _inside(phrase: Words, other: Words) -> bool:
    return phrase != other and find(other, phrase) >= 0


@lru_cache(maxsize=256)
def _phrases(grammar: Choices) -> Mapping[Words, str]:
    """Map the author's phrases, folded, to names; what two choices claim is the first one's."""
    table: dict[Words, str] = {}
    for choice in grammar.choices:
        for said in choice.says:
            table.setdefault(fold(said), choice.name)
            table.setdefault(fold(_spelled(said, grammar.language)), choice.name)
    table.pop((), None)
    return table


@lru_cache(maxsize=256)
def _exact(grammar: Choices) -> Mapping[Words, str]:
    """Map whole utterances to names; an author's phrase goes before a number."""
    tag = language_of(grammar.language)
    table = dict(_phrases(grammar))
    for choice in grammar.choices:
        for way in _ways(choice, tag):
            table.setdefault(fold(way), choice.name)
    for said, name in _numbers(grammar.choices, tag):
        table.setdefault(fold(said), name)
    table.pop((), None)
    return table


def _spelled(phrase: str, language: str) -> str:
    """Write *phrase* in words a recogniser can look up; nothing else of it reaches the JSGF."""
    said = re.sub(r"[0-9]{1,6}", lambda found: f" {cardinal(int(found[0]), language)} ", phrase)
    if language_of(language) == "es":
        words = re.findall(r"[a-záéíóúüñ]+", unicodedata.normalize("NFC", said).lower())
    else:
        plain = without_accents(said.replace("\u2019", "'")).lower()
        words = re.findall(r"[a-z]+(?:'[a-z]+)*", plain)
    return " ".join(words)


def _ways(choice: Choice, language: str) -> Iterator[str]:
    """Yield what may be said for *choice*; an author who writes "yes" means "yep" too."""
    return (way for said in choice.says for way in meant_by(said, language))


def _keys(choices: tuple[Choice, ...]) -> tuple[tuple[str, str], ...]:
    given = tuple((choice.key, choice.name) for choice in choices if choice.key is not None)
    if given:
        return given
    return tuple(zip(_DEFAULT_KEYS, (choice.name for choice in choices), strict=False))


def _key_name(key: str, language: str) -> str:
    if key.isdecimal():
        return DIGITS[language][int(key)]
    names = {"#": "pound", "*": "star"} if language == "en" else {"#": "numeral", "*": "asterisco"}
    return names.get(key, key)


def _numbers(choices: tuple[Choice, ...], language: str) -> Iterator[tuple[str, str]]:
    """Yield "number two", "two", "the second one" with the names they choose."""
    for key, name in _keys(choices):
        if key.isdecimal():
            yield from ((f"{lead}{DIGITS[language][int(key)]}", name) for lead in _BY_KEY[language])
    for place, choice in zip(_POSITIONS[language], choices, strict=False):
        yield from ((form.format(place), choice.name) for form in _BY_PLACE[language])
