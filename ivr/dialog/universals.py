"""
What a caller may say anywhere, without the author asking for it.

None of them sounds like a digit, and none is so short that noise could be taken for it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ivr.dialog.grammar.spoken_digits import hear_digits
from ivr.dialog.grammar.text import PhraseBook, Words, cores, fold, language_of, listed


class Universal(StrEnum):
    """A wish every state understands."""

    OPERATOR = "operator"
    HELP = "help"
    REPEAT = "repeat"
    SLOWER = "slower"
    GO_BACK = "go_back"
    START_OVER = "start_over"
    SPANISH = "spanish"


def _each(leads: str, names: str) -> tuple[str, ...]:
    return tuple(f"{lead} {name}" for lead in listed(leads) for name in listed(names))


PHRASES: Final[Mapping[str, Mapping[Universal, tuple[str, ...]]]] = {
    "en": {
        Universal.OPERATOR: (
            *listed("operator|agent|representative|receptionist|front desk|customer service|human"),
            *listed("human being|a person|real person|live person|a real person|a live person"),
            *listed("someone real|connect me|transfer me|put me through|get me someone"),
            *_each(
                "speak to|speak with|talk to|talk with",
                "someone|somebody|a person|a human|a real person|a representative|an agent"
                "|an operator|the operator|a nurse|the front desk",
            ),
        ),
        Universal.HELP: listed(
            "help|help me|i need help|can you help me|what can i say|what are my options"
            "|i don't understand|i don't know|i don't know it|i don't have it"
            "|i don't have it with me"
        ),
        Universal.REPEAT: listed(
            "repeat|repeat that|repeat it|repeat the question|say that again|say it again"
            "|say again|come again|one more time|what did you say|what was that"
            "|what was the question|pardon me|i didn't hear you|i didn't hear that"
            "|i didn't catch that|i didn't get that"
        ),
        Universal.SLOWER: listed(
            "slower|slow down|speak slower|speak slowly|speak more slowly|talk slower"
            "|more slowly|too fast|that's too fast|you're talking too fast"
        ),
        Universal.GO_BACK: listed(
            "go back|back up|take me back|previous question|the previous question"
        ),
        Universal.START_OVER: listed(
            "start over|start again|begin again|start from the beginning|main menu"
            "|back to the main menu|go back to the main menu|go to the main menu"
        ),
        Universal.SPANISH: listed(
            "spanish|espanol|in spanish|en espanol|speak spanish|do you speak spanish"
        ),
    },
    "es": {
        Universal.OPERATOR: (
            *listed(
                "operador|operadora|agente|representante|recepcionista|operator|servicio al cliente"
                "|una persona|una persona real|un ser humano|comuníqueme|transfiérame"
            ),
            *_each(
                "hablar con",
                "alguien|una persona|una persona real|un ser humano|un agente|un representante"
                "|un operador|una operadora|una enfermera|la enfermera|la recepcionista",
            ),
        ),
        Universal.HELP: listed(
            "ayuda|ayúdeme|necesito ayuda|qué puedo decir|no entiendo|no sé|no lo sé|no lo tengo"
        ),
        Universal.REPEAT: listed(
            "repita|repetir|repita por favor|otra vez|cómo dijo|qué dijo|dígalo otra vez"
            "|una vez más|no le oí|no escuché|mande"
        ),
        Universal.SLOWER: listed(
            "más despacio|más lento|hable más despacio|hable más lento|muy rápido"
        ),
        Universal.GO_BACK: listed("regresar|volver|atrás|pregunta anterior"),
        Universal.START_OVER: listed(
            "empezar de nuevo|comenzar de nuevo|menú principal|desde el principio"
        ),
        Universal.SPANISH: listed("español|en español"),
    },
}
"""Spelled for a recogniser: English as the CMU dictionary has it, Spanish with its accents."""

_TABLES: Final = {
    language: {fold(phrase): wish for wish, phrases in groups.items() for phrase in phrases}
    for language, groups in PHRASES.items()
}

_UNMISTAKABLE: Final = {
    language: PhraseBook(dict.fromkeys(map(fold, phrases), Universal.OPERATOR))
    for language, phrases in {
        "en": ("operator", "representative", "agent", "human being", "real person"),
        "es": ("operador", "operadora", "operator", "representante", "agente"),
    }.items()
}
"""Said in whatever sentence, these ask for a person."""

_LIKE_EIGHT = frozenset({"agent", "agente"})


def universal_in(text: str, language: str) -> Universal | None:
    """Give what *text* asks for: the whole of it, but "operator" and the like anywhere."""
    tag = language_of(language)
    words, table = fold(text), _TABLES[tag]
    for core in cores(words, tag):
        if core in table:
            return table[core]
    found = next(_UNMISTAKABLE[tag].within(words), None)
    return None if found and _is_number_misheard(words, tag) else found


def reserved_phrases(language: str) -> frozenset[str]:
    """Give the phrases no author may use as an answer."""
    return frozenset(
        phrase for group in PHRASES[language_of(language)].values() for phrase in group
    )


def _is_number_misheard(words: Words, language: str) -> bool:
    """Whether *words* are digits with "agent" among them, which is how "eight" is misheard."""
    rest = tuple(word for word in words if word not in _LIKE_EIGHT)
    heard = hear_digits(rest, language) if len(rest) < len(words) else None
    return heard is not None and len(heard.together) > 1
