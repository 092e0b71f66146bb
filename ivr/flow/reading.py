"""How long a text takes to say, and how hard it is to follow."""

import re

from ivr.flow.templates import fill

ORDINARY_RATE = 160  # words a minute, of a synthetic voice that nobody has slowed down
WORDS_OF_A_SLOT = 3  # a drug with its strength, a date, a name
FEWEST_WORDS = 10  # one hard word decides the level of a shorter text

_WORD = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W\d_]+)*|\d+")
_SENTENCE_END = re.compile(r"[.?!…]+(?:\s|\Z)")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?<=[^aeiouylr])(?:es|ed|e)\Z|(?<=[aeiouylr])(?:ed|e)\Z|(?<=re)s\Z")
_SPOKEN = re.compile(r"(?:[td]ed|(?:[sxz]|ch|sh|c|g)es|[^aeiouy]le)\Z")


def seconds_to_say(template: str, *, words_a_minute: float = ORDINARY_RATE) -> float:
    """Estimate how long *template* takes to say, in seconds; a slot counts as three words."""
    words = fill(template, lambda _slot: "a " * WORDS_OF_A_SLOT).split()
    return len(words) * 60 / words_a_minute


def reading_level(template: str) -> float | None:
    """
    Tell which school grade can follow *template*, which is English.

    Flesch-Kincaid grade level: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid
    et al. 1975), from 0. A slot is left out: what it will say is not the author's choice.

    Returns:
        None for a text of fewer than ten words.
    """
    text = fill(template, lambda _slot: "")
    words = _WORD.findall(text)
    if len(words) < FEWEST_WORDS:
        return None
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    total = sum(syllables(word) for word in words)
    return max(0.0, 0.39 * len(words) / sentences + 11.8 * total / len(words) - 15.59)


def syllables(word: str) -> int:
    """Count the syllables of an English *word* by its letters; a number counts as one."""
    plain = word.lower()
    silent = _SILENT.search(plain) and not _SPOKEN.search(plain)
    return max(1, len(_VOWELS.findall(plain)) - bool(silent))
