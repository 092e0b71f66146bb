"""
Words that end the routine: a caller may be in danger.

Negations are not looked at, on purpose. At telephone quality "not" is lost sooner than "chest
pain" is, people in distress deny what they have just told, and the two mistakes cost differently:
a false alarm is one spoken sentence and a person, a missed one may be a life.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ivr.dialog.grammar.text import PhraseBook, fold, language_of, listed


class Alarm(StrEnum):
    """What kind of help is needed, which decides the wording: 911 or 988. Worst first."""

    MEDICAL = "medical"
    CRISIS = "crisis"


PHRASES: Final[Mapping[str, Mapping[Alarm, tuple[str, ...]]]] = {
    "en": {
        Alarm.MEDICAL: listed(
            "chest pain|chest pains|my chest hurts|pain in my chest|pain in his chest"
            "|pain in her chest|pressure in my chest|tightness in my chest|chest is tight"
            "|heart attack|can't breathe|cannot breathe|can not breathe|can't catch my breath"
            "|trouble breathing|difficulty breathing|hard to breathe|struggling to breathe"
            "|not breathing|isn't breathing|stopped breathing|short of breath|overdose|overdosed"
            "|took too many|too many pills|swallowed poison|poisoning|heavy bleeding"
            "|bleeding badly|bleeding heavily|bleeding a lot|bleeding won't stop"
            "|won't stop bleeding|can't stop the bleeding|losing blood|coughing up blood"
            "|vomiting blood|throwing up blood|stroke|having a stroke|had a stroke"
            "|face is drooping|unconscious|passed out|passing out|fainted|collapsed"
            "|won't wake up|not responding|unresponsive|choking|seizure|having a seizure"
            "|allergic reaction|throat is closing|throat is swelling|throat is closing up"
            "|emergency|an emergency|ambulance|call an ambulance|i'm dying|he's dying|she's dying"
        ),
        Alarm.CRISIS: listed(
            "suicide|suicidal|kill myself|killing myself|end my life|ending my life|end it all"
            "|want to die|wanna die|hurt myself|hurting myself|harm myself|harming myself"
            "|don't want to live|don't want to be alive|better off dead|kill him|kill her"
            "|kill somebody|kill someone"
        ),
    },
    "es": {
        Alarm.MEDICAL: listed(
            "dolor de pecho|dolor en el pecho|me duele el pecho|presión en el pecho"
            "|ataque al corazón|infarto|no puedo respirar|no puede respirar|no respira"
            "|dificultad para respirar|me falta el aire|me ahogo|se ahoga|sobredosis"
            "|demasiadas pastillas|envenenamiento|mucha sangre|sangrando mucho|hemorragia"
            "|no para de sangrar|derrame cerebral|derrame|inconsciente|se desmayó|me desmayé"
            "|no despierta|no responde|convulsiones|convulsión|reacción alérgica"
            "|se me cierra la garganta|emergencia|ambulancia|me estoy muriendo"
        ),
        Alarm.CRISIS: listed(
            "suicidio|suicidarme|matarme|quitarme la vida|quiero morir|quiero morirme"
            "|hacerme daño|lastimarme|no quiero vivir|acabar con mi vida"
        ),
    },
}
"""Spelled for a recogniser, as in `universals`."""

TOO_SHORT_ALONE = frozenset({"stroke"})
"""Understood, but listened for in longer phrases only: one syllable fits any noise."""

_BOOKS: Final = {
    language: PhraseBook(
        {fold(phrase): alarm for alarm, phrases in groups.items() for phrase in phrases}
    )
    for language, groups in PHRASES.items()
}
_WORST_FIRST: Final = tuple(Alarm)


def alarm_in(text: str, language: str) -> Alarm | None:
    """Find an alarm anywhere in *text*, as whole words; danger to the body goes first."""
    found = _BOOKS[language_of(language)].within(fold(text))
    return min(found, key=_WORST_FIRST.index, default=None)
