"""Yes and no, the way people say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ivr.dialog.actions import Wait
from ivr.dialog.grammar import jsgf
from ivr.dialog.grammar.base import Answer, KeyReading, KeysComplete, KeysPartial, KeysWrong
from ivr.dialog.grammar.text import PhraseBook, Words, cores, fold, language_of, listed, segments
from ivr.flow.model import Value

YES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": listed(
        "yes|yeah|yep|yup|correct|right|sure|okay|of course|uh huh|mm hmm|absolutely|definitely"
        "|exactly|that's right|that's correct|that is right|that is correct|that's it|that's me"
        "|you got it|i think so|i believe so|i guess so|it is|i am|i do|i did|i would|i have"
        "|yes please|yes ma'am|yes sir|yes it is|yes i am|yes i do|yes i did|yes i would"
        "|yes that's right|yes that's correct|yeah that's right|yeah that's correct"
    ),
    "es": listed(
        "sí|claro|claro que sí|correcto|así es|eso es|exacto|de acuerdo|por supuesto|cierto"
        "|está bien|sí señor|sí señora|sí por favor|sí es correcto|creo que sí|vale"
    ),
}
NO: Final[Mapping[str, tuple[str, ...]]] = {
    "en": listed(
        "no|nope|nah|wrong|incorrect|not really|not at all|not now|not yet|no thanks|no thank you"
        "|that's wrong|that is wrong|that's not right|that's not correct|that is not right"
        "|that is not correct|that's not it|that's not me|that's incorrect|it's not|it is not"
        "|it isn't|i'm not|i am not|i don't|i do not|i didn't|i don't think so|no it's not"
        "|no it isn't|no i'm not|no i don't|no i didn't|no ma'am|no sir|no way|no that's wrong"
        "|no that's not right|no that's not correct|absolutely not|definitely not|of course not"
        "|negative"
    ),
    "es": listed(
        "no|no gracias|no señor|no señora|incorrecto|no es correcto|no es cierto|eso no"
        "|creo que no|para nada|está mal|todavía no|ahora no|claro que no"
    ),
}
_FILLERS = {
    "en": frozenset(fold("um uh er well oh okay so and i please")),
    "es": frozenset(fold("eh pues bueno y")),
}
_KEYS = {"1": True, "2": False}


def _table(language: str) -> Mapping[Words, bool]:
    agreed = {fold(phrase): True for phrase in YES[language]}
    return agreed | {fold(phrase): False for phrase in NO[language]}


_TABLES = {language: _table(language) for language in YES}
_BOOKS = {language: PhraseBook(table) for language, table in _TABLES.items()}


def meant_by(phrase: str, language: str) -> tuple[str, ...]:
    """Give the ways to say *phrase* when it is just "yes" or "no"; else only itself."""
    tag = language_of(language)
    for ways in (YES[tag], NO[tag]):
        if fold(phrase) == fold(ways[0]):
            return ways
    return (phrase,)


@dataclass(frozen=True, slots=True)
class YesNo:
    """The grammar of yes and no; its answer is True or False."""

    language: str

    @property
    def wait(self) -> Wait:
        """The answer is one phrase."""
        return Wait.SHORT

    def rule(self) -> str:
        """Give the phrases."""
        return jsgf.phrases(self.phrases())

    def words(self) -> frozenset[str]:
        """Give the words of the phrases."""
        return jsgf.words_in(self.rule())

    def phrases(self) -> tuple[str, ...]:
        """Give all phrases."""
        tag = language_of(self.language)
        return (*YES[tag], *NO[tag])

    def read(self, text: str) -> Answer | None:
        """Read *text*; None when yes and no are both in it."""
        tag = language_of(self.language)
        words = fold(text)
        if words in _TABLES[tag]:
            return Answer(_TABLES[tag][words])
        for core in cores(words, tag):
            said = segments(core, _BOOKS[tag], _FILLERS[tag])
            if said:
                return Answer(said[0]) if len(set(said)) == 1 else None
        return None

    def read_keys(self, keys: str) -> KeyReading:
        """Read 1 as yes and 2 as no."""
        if not keys:
            return KeysPartial()
        return KeysComplete(_KEYS[keys]) if keys in _KEYS else KeysWrong()

    def read_back(self, value: Value) -> str:
        """Say yes or no."""
        if language_of(self.language) == "es":
            return "sí" if value else "no"
        return "yes" if value else "no"

    def key_prompt(self) -> str:
        """Name the two keys."""
        if language_of(self.language) == "es":
            return "Para sí, oprima uno. Para no, oprima dos."
        return "For yes, press one. For no, press two."
