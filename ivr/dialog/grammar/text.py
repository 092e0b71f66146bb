"""
Words as grammars compare them.

Compared words are *folded*: lower case, no accents, no punctuation, "can't" is `cant`. What is
written for a recogniser keeps the apostrophes and accents its dictionary has. Nothing here is
cached by what a caller said.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")

Words = tuple[str, ...]
"""Folded words of an utterance or a phrase."""

LANGUAGES = ("en", "es")
"""Languages the line has words for."""

LONGEST = 60  # words read of one utterance; nobody says more in the 15 s a question listens

_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u02bc\u00b4`"))
_WORD = re.compile(r"[a-z0-9]+")

_LEADS: Mapping[str, str] = {
    "en": (
        "um|uh|er|hmm|well|so|okay|ok|hi|hello|hey|please|yes|yeah|just|to|for|about|a|an|the|my"
        "|it's|it is|that's|that is|that would be|i'd like to|i would like to|i'd like|i want to"
        "|i want|i wanna|i need to|i need|i have to|can i|could i|may i|can you|could you|would you"
        "|will you|can we|let me|i'm calling to|i'm calling about|i'm calling for|i am calling to"
        "|i am calling about|the number is|my number is|number|it starts with"
        "|the date is|i was born on|i was born|born on|born|on|my birthday is|my date of birth is"
        "|area code|my phone number is|my zip code is|the zip code is|sorry|i said"
        "|i have|i'm having"
    ),
    "es": (
        "eh|este|pues|bueno|hola|por favor|sí|es|es el|es la|el|la|un|una|mi|quiero|quisiera"
        "|me gustaría|necesito|puedo|puede|podría|el número es|mi número es|número|la fecha es"
        "|nací el|nací|mi fecha de nacimiento es|mi teléfono es|perdón|dije|con|para|tengo"
    ),
}
_TAILS: Mapping[str, str] = {
    "en": "um|uh|please|por favor|thanks|thank you|now|right now|for me|sir|ma'am",
    "es": "eh|por favor|gracias|ahora|señor|señora",
}


def language_of(tag: str) -> str:
    """
    Give the language of *tag* (`es-MX` is `es`) that we have words for.

    English for all others: a caller who says "operator" must be understood on any line.
    """
    primary = tag.lower().replace("_", "-").partition("-")[0]
    return primary if primary in LANGUAGES else "en"


def fold(text: str) -> Words:
    """Split *text* into folded words, at most `LONGEST`."""
    return tuple(_WORD.findall(without_accents(text.translate(_APOSTROPHES)).lower())[:LONGEST])


def without_accents(text: str) -> str:
    """Take the accents off, and make full-width and the like plain."""
    if text.isascii():
        return text
    spread = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def listed(phrases: str) -> tuple[str, ...]:
    """Split phrases written `one|two words|three`."""
    return tuple(phrases.split("|"))


def phrase_set(phrases: str) -> frozenset[Words]:
    """Fold phrases written as for `listed`."""
    return frozenset(fold(phrase) for phrase in listed(phrases))


_LEAD_WORDS = {language: phrase_set(text) for language, text in _LEADS.items()}
_BACKWARD_TAILS = {
    language: frozenset(phrase[::-1] for phrase in phrase_set(text))
    for language, text in _TAILS.items()
}
_LONGEST_CARRIER = max(map(len, frozenset().union(*_LEAD_WORDS.values())))


def cores(words: Words, language: str) -> Iterator[Words]:
    """Yield *words* with less and less small talk around; the words as they are come first."""
    tag = language_of(language)
    starts = _cuts(words, _LEAD_WORDS[tag])
    ends = [len(words) - cut for cut in _cuts(words[::-1], _BACKWARD_TAILS[tag])]
    for start in starts:
        for end in ends:
            if start < end:
                yield words[start:end]


def strip_carriers(words: Words, language: str) -> Words:
    """Take away all the small talk around an answer; never all the words."""
    core = words
    for candidate in cores(words, language):
        if len(candidate) < len(core):
            core = candidate
    return core


def _cuts(words: Words, phrases: frozenset[Words]) -> list[int]:
    """Give the indices that sequences of *phrases* from the start of *words* can end at."""
    reached = {0}
    for start in range(len(words)):
        if start in reached:
            ends = range(start + 1, min(start + _LONGEST_CARRIER, len(words)) + 1)
            reached.update(end for end in ends if words[start:end] in phrases)
    return sorted(reached)


def find(words: Words, phrase: Words) -> int:
    """Give the index of *phrase* in *words*, or -1."""
    size = len(phrase)
    for start in range(len(words) - size + 1):
        if words[start : start + size] == phrase:
            return start
    return -1


def mentioned(words: Words, table: Mapping[Words, T]) -> Iterator[T]:
    """Yield what *table* has for phrases anywhere in *words*."""
    longest = max(map(len, table))
    for start in range(len(words)):
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            if words[start:end] in table:
                yield table[words[start:end]]


def segments(words: Words, table: Mapping[Words, T], fillers: Iterable[str]) -> list[T] | None:
    """Cut *words* into phrases of *table*, longest first, and fillers; None if some are neither."""
    skipped = frozenset(fillers)
    longest = max(map(len, table))
    found: list[T] = []
    at = 0
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 0, -1)
        size = next((size for size in sizes if words[at : at + size] in table), 0)
        if size:
            found.append(table[words[at : at + size]])
        elif words[at] not in skipped:
            return None
        at += size or 1
    return found
