"""Finding expected words among heard ones: order counts, case and punctuation do not."""

import math
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from ivr.dialog.grammar.numbers import cardinal

Words = tuple[str, ...]

SLACK = 0.3  # of the expected words: how many foreign ones may stand between them
ALIKE = 0.8  # similarity from which two long words are the same: plural, misheard ending
LONG_WORD = 5  # letters; shorter words differ by one letter and mean something else
DENIALS = frozenset({"no", "not", "never", "cannot"})
MAX_NUMBER = 2  # digits; longer numbers are said digit by digit or otherwise not guessable

_NUMBER = re.compile(r"[0-9]+")
_NOT_A_WORD = re.compile(r"[^\w']+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where expected words were found: `words[start:end]`."""

    start: int
    end: int


def words_of(text: str) -> Words:
    """
    Split *text* into lower-case words, numbers in words.

    `7` and `seven` are the same; numbers of three and more digits are read digit by digit.
    """
    spelled = _NUMBER.sub(
        lambda number: f" {_say(number[0])} ", text.lower().replace("\u2019", "'")
    )
    words = (word.strip("'") for word in _NOT_A_WORD.sub(" ", spelled).replace("_", " ").split())
    return tuple(word for word in words if word)


def find(expected: Words, heard: Words, *, share: float = 1.0) -> Place | None:
    """
    Find the first place where *expected* stands in *heard*.

    With *share* below 1 so many of the expected words suffice, in order; where all are there,
    a few foreign ones may stand between. Short expectations must be complete. A "not" that
    is foreign or missing is never passed over.
    """
    needed = math.ceil(len(expected) * share)
    if not expected or needed == 0:
        return None
    if share >= 1.0:
        return _exact(expected, heard)
    window = len(expected) + math.floor(len(expected) * SLACK)
    for start in range(len(heard)):
        if any(_same(heard[start], wanted) for wanted in expected):
            near = heard[start : start + window]
            most, end = _best_end(expected, near)
            judged = near[:end]
            if most < len(expected):
                judged = near[: len(expected)]  # foreign words in the place of missing ones only
                most, end = _best_end(expected, judged)
            if most >= needed and _denials(judged) == _denials(expected):
                return Place(start, start + end)
    return None


def contradicted(expected: Words, heard: Words, *, share: float) -> bool:
    """Tell whether *heard* says *expected* but for a "not" that is foreign or missing."""
    if find(expected, heard, share=share) is not None:
        return False
    plain, said = _without_denials(expected), _without_denials(heard)
    return find(plain, said, share=share) is not None


def is_denial(word: str) -> bool:
    """Whether *word* turns what is said into its contrary."""
    return word in DENIALS or word.endswith("n't")


def _denials(words: Words) -> int:
    return sum(map(is_denial, words))


def _without_denials(words: Words) -> Words:
    return tuple(word for word in words if not is_denial(word))


def _exact(expected: Words, heard: Words) -> Place | None:
    size = len(expected)
    for start in range(len(heard) - size + 1):
        if heard[start : start + size] == expected:
            return Place(start, start + size)
    return None


def _best_end(expected: Words, heard: Words) -> tuple[int, int]:
    """
    Match as many of *expected* in order as possible (a longest common subsequence).

    Answer how many, and the end of the shortest beginning of *heard* that has them.
    """
    most, end = 0, 0
    counts = [0] * (len(expected) + 1)
    for at, word in enumerate(heard):
        row = [0] * (len(expected) + 1)
        for i, wanted in enumerate(expected):
            match = _same(word, wanted)
            row[i + 1] = counts[i] + 1 if match else max(row[i], counts[i + 1])
        counts = row
        if counts[-1] > most:
            most, end = counts[-1], at + 1
    return most, end


@lru_cache(maxsize=65536)
def _same(heard: str, wanted: str) -> bool:
    if heard == wanted:
        return True
    if min(len(heard), len(wanted)) < LONG_WORD:
        return False
    return SequenceMatcher(None, heard, wanted, autojunk=False).ratio() >= ALIKE


def _say(number: str) -> str:
    if len(number) <= MAX_NUMBER and not (len(number) > 1 and number[0] == "0"):
        return cardinal(int(number), "en")
    return " ".join(cardinal(int(digit), "en") for digit in number)
