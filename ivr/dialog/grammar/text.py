"""
Words as grammars compare them.

Compared words are *folded*: lower case, no accents, no punctuation, "can't" is `cant`. What is
written for a recogniser keeps the apostrophes and accents its dictionary has. Nothing here is
cached by what a caller said.
"""

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

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


@lru_cache(maxsize=32)
def language_of(tag: str) -> str:
    """
    Give the language of *tag* (`es-MX` is `es`) that we have words for.

    English for all others: a caller who says "operator" must be understood on any line.
    """
    primary = tag.lower().replace("_", "-").partition("-")[0]
    return primary if primary in LANGUAGES else "en"


def fold(text: str) -> Words:
    """Split *text* into folded words, at most `LONGEST`."""
    if text.isascii():  # nearly always, and much cheaper
        plain = text.replace("'", "").replace("`", "")
    else:
        plain = without_accents(text.translate(_APOSTROPHES))
    return tuple(_WORD.findall(plain.lower())[:LONGEST])


def without_accents(text: str) -> str:
    """Take the accents off, and make full-width and the like plain."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def listed(phrases: str) -> tuple[str, ...]:
    """Split phrases written `one|two words|three`."""
    return tuple(phrases.split("|"))


class PhraseBook(Generic[T]):
    """Folded phrases and what they mean, found by the word they begin with."""

    def __init__(self, meanings: Mapping[Words, T]) -> None:
        self._meanings = meanings
        sizes: dict[str, set[int]] = {}
        for phrase in meanings:
            sizes.setdefault(phrase[0], set()).add(len(phrase))
        self._sizes = {word: sorted(found, reverse=True) for word, found in sizes.items()}

    def at(self, words: Words, start: int) -> list[tuple[int, T]]:
        """Give where the phrases at *start* of *words* end and what they mean, longest first."""
        if start >= len(words) or words[start] not in self._sizes:
            return []
        ends = [start + size for size in self._sizes[words[start]] if start + size <= len(words)]
        phrases = [(end, words[start:end]) for end in ends]
        return [(end, self._meanings[said]) for end, said in phrases if said in self._meanings]

    def within(self, words: Words) -> Iterator[T]:
        """Yield what the phrases anywhere in *words* mean."""
        for start, word in enumerate(words):
            if word in self._sizes:
                yield from (meaning for _, meaning in self.at(words, start))


def phrase_set(phrases: str) -> frozenset[Words]:
    """Fold phrases written as for `listed`."""
    return frozenset(fold(phrase) for phrase in listed(phrases))


_LEADING = {
    language: PhraseBook(dict.fromkeys(phrase_set(text))) for language, text in _LEADS.items()
}
_TAILING = {
    language: PhraseBook({phrase[::-1]: None for phrase in phrase_set(text)})
    for language, text in _TAILS.items()
}
"""Spelled backwards, as they are looked for."""


def cores(words: Words, language: str) -> Iterator[Words]:
    """Yield *words* with less and less small talk around; the words as they are come first."""
    if words:
        yield words
    tag = language_of(language)
    starts = _cuts(words, _LEADING[tag])
    ends = [len(words) - cut for cut in _cuts(words[::-1], _TAILING[tag])]
    for start in starts:
        for end in ends:
            if start < end and end - start < len(words):
                yield words[start:end]


def strip_carriers(words: Words, language: str) -> Words:
    """Take away all the small talk around an answer; never all the words."""
    core = words
    for candidate in cores(words, language):
        if len(candidate) < len(core):
            core = candidate
    return core


def _cuts(words: Words, carriers: PhraseBook[None]) -> list[int]:
    """Give the indices that sequences of *carriers* from the start of *words* can end at."""
    reached = [0]
    for start in reached:  # which grows meanwhile
        reached += [end for end, _ in carriers.at(words, start) if end not in reached]
    return sorted(reached)


def find(words: Words, phrase: Words) -> int:
    """Give the index of *phrase* in *words*, or -1."""
    size = len(phrase)
    for start in range(len(words) - size + 1):
        if words[start : start + size] == phrase:
            return start
    return -1


def segments(words: Words, book: PhraseBook[T], fillers: Container[str]) -> list[T] | None:
    """Cut *words* into phrases of *book*, longest first, and fillers; None if some are neither."""
    found: list[T] = []
    at = 0
    while at < len(words):
        standing = book.at(words, at)
        if standing:
            at, meaning = standing[0]
            found.append(meaning)
        elif words[at] in fillers:
            at += 1
        else:
            return None
    return found
