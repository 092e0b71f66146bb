"""
How alike two phrases sound, by the phones of the recogniser's dictionary.

The distance is that of Levenshtein, over phones instead of letters: phones that a telephone
blurs cost little to exchange (`F` and `S`, `P` and `B`, `IH` and `EH`), others much. Both ends
of a phrase count double, for they are what people and recognisers hold on to, and what two
phrases begin or end with in common words ("my …", "… it") counts for nothing.
"""

from functools import lru_cache
from itertools import islice, product
from math import hypot
from typing import Protocol

MOST_VARIANTS = 4  # ways to pronounce a phrase that are looked at; more differ in detail only

_Phones = tuple[str, ...]

_ADDED = 0.9  # cost of a phone too many
_OTHER_KIND = 1.2  # cost of a vowel for a consonant
_EDGE = 2  # weight of the first two phones and of the last one
_FAR = 9.0  # more than any distance

# How open the mouth is, how far back the tongue; diphthongs lie between their ends.
_VOWELS = {
    "IY": (0.0, 0.0),
    "IH": (0.3, 0.15),
    "EY": (0.5, 0.05),
    "EH": (0.65, 0.1),
    "AE": (0.9, 0.15),
    "AA": (1.0, 0.6),
    "AO": (0.8, 0.9),
    "OW": (0.5, 0.95),
    "UH": (0.3, 0.8),
    "UW": (0.0, 1.0),
    "AH": (0.65, 0.55),
    "ER": (0.55, 0.5),
    "AY": (0.8, 0.35),
    "AW": (0.85, 0.6),
    "OY": (0.6, 0.75),
}
# Place from the lips (0) to the throat (7), manner, voice.
_CONSONANTS = {
    "P": (0, "stop", 0),
    "B": (0, "stop", 1),
    "T": (3, "stop", 0),
    "D": (3, "stop", 1),
    "K": (6, "stop", 0),
    "G": (6, "stop", 1),
    "CH": (4, "affricate", 0),
    "JH": (4, "affricate", 1),
    "F": (1, "fricative", 0),
    "V": (1, "fricative", 1),
    "TH": (2, "fricative", 0),
    "DH": (2, "fricative", 1),
    "S": (3, "fricative", 0),
    "Z": (3, "fricative", 1),
    "SH": (4, "fricative", 0),
    "ZH": (4, "fricative", 1),
    "HH": (7, "fricative", 0),
    "M": (0, "nasal", 1),
    "N": (3, "nasal", 1),
    "NG": (6, "nasal", 1),
    "L": (3, "liquid", 1),
    "R": (4, "liquid", 1),
    "W": (0, "glide", 1),
    "Y": (5, "glide", 1),
}
_NEAR = ({"stop", "affricate"}, {"affricate", "fricative"}, {"liquid", "glide"})


class Lexicon(Protocol):
    """The recogniser's dictionary."""

    def __call__(self, word: str, /) -> tuple[str, ...]:
        """Give how *word* may sound: phones of the CMU dictionary, parted by spaces."""

    def knows(self, word: str, /) -> bool:
        """Whether *word* is in it, so that its sound is not guessed."""


def distance(one: str, other: str, lexicon: Lexicon) -> float:
    """
    Tell how far two phrases sound apart.

    Returns:
        0 for the same sounds, about 1 when nothing is alike, far more when one phrase is the other
        with words before or after it: that is for the grammars to tell apart, not for the ear.
    """
    first, second = _differing(one.split(), other.split())
    if not first or not second:
        return _FAR
    pairs = product(_variants(first, lexicon), _variants(second, lexicon))
    return min((_between(a, b) for a, b in pairs), default=_FAR)


def _differing(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return one, other


def _variants(words: list[str], lexicon: Lexicon) -> list[_Phones]:
    ways = product(*(lexicon(word) for word in words))
    return [tuple(" ".join(way).split()) for way in islice(ways, MOST_VARIANTS)]


@lru_cache(maxsize=4096)
def _between(one: _Phones, other: _Phones) -> float:
    here, there = _weights(len(one)), _weights(len(other))
    row = [0.0]
    for weight in there:
        row.append(row[-1] + _ADDED * weight)
    for phone, weight in zip(one, here, strict=True):
        before, row = row, [row[0] + _ADDED * weight]
        for at, (against, its) in enumerate(zip(other, there, strict=True)):
            exchanged = before[at] + _exchange(phone, against) * max(weight, its)
            lost = before[at + 1] + _ADDED * weight
            row.append(min(exchanged, lost, row[at] + _ADDED * its))
    return row[-1] / max(sum(here), sum(there))


def _weights(length: int) -> list[int]:
    return [_EDGE if at < _EDGE or at == length - 1 else 1 for at in range(length)]


@lru_cache(maxsize=2048)
def _exchange(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        open_, back = (abs(a - b) for a, b in zip(_VOWELS[one], _VOWELS[other], strict=True))
        return min(1.0, 0.2 + hypot(open_, back))
    if one in _CONSONANTS and other in _CONSONANTS:
        place, manner, voice = _CONSONANTS[one]
        its_place, its_manner, its_voice = _CONSONANTS[other]
        far = 0.5 if {manner, its_manner} in _NEAR else 0.7
        kind = 0.0 if manner == its_manner else far
        return min(1.0, kind + 0.1 * abs(place - its_place) + 0.2 * abs(voice - its_voice))
    return _OTHER_KIND
