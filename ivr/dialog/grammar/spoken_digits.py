"""Strings of digits as they are spoken: reading them, and the JSGF of what may be heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ivr.dialog.grammar.jsgf import any_of, maybe, weighted
from ivr.dialog.grammar.numbers import CARDINALS, DIGITS, HEARD_DIGITS, TEENS, TENS, TWENTIES_ES
from ivr.dialog.grammar.text import PhraseBook, Words, fold, language_of

_FILLERS = {
    "en": frozenset({"um", "uh", "er", "and", "then", "dash", "hyphen", "space", "okay"}),
    "es": frozenset({"eh", "este", "y", "guion", "espacio", "luego"}),
}
_TIMES = {"double": 2, "triple": 3, "doble": 2}
_ZEROS = {"hundred": "00", "thousand": "000"}


@dataclass(frozen=True, slots=True)
class SpokenDigits:
    """Digits as heard: "twenty three" together is 23, apart it would be 203."""

    together: str
    apart: str
    joints: int
    """Places where the two readings differ."""

    def fit(self, shortest: int, longest: int) -> str | None:
        """Choose the reading of the right length; None when none is, or when it is a guess."""
        if shortest <= len(self.together) <= longest:
            return self.together
        if self.joints == 1 and shortest <= len(self.apart) <= longest:
            return self.apart
        return None


def hear_digits(words: Words, language: str) -> SpokenDigits | None:
    """Read words that are all numbers; None when one of them is something else."""
    reader = _DigitReader(language_of(language))
    at = 0
    while at < len(words):
        taken = reader.take(words, at)
        if not taken:
            return None
        at += taken
    return SpokenDigits(reader.together, reader.apart, reader.joints)


class _DigitReader:
    def __init__(self, language: str) -> None:
        self.together = ""
        self.apart = ""
        self.joints = 0
        self._fillers = _FILLERS[language]
        self._numbers = _NUMBERS[language]
        self._digits = _DIGIT_OF[language]

    def take(self, words: Words, at: int) -> int:
        """Take the number at *at*; give how many words it had, 0 for no number."""
        word, following = words[at], words[at + 1] if at + 1 < len(words) else ""
        if word in _TIMES and following in self._digits:
            return self._put(self._digits[following] * _TIMES[word], taken=2)
        if word in self._digits:
            zeros = _ZEROS.get(following, "")
            return self._put(self._digits[word] + zeros, taken=2 if zeros else 1)
        for end, number in self._numbers.at(words, at):
            return self._put_number(number, taken=end - at)  # the longest
        if word.isdecimal():
            return self._put(word, taken=1)
        return 1 if word in self._fillers else 0

    def _put(self, digits: str, *, taken: int) -> int:
        self.together += digits
        self.apart += digits
        return taken

    def _put_number(self, number: int, *, taken: int) -> int:
        if taken == 1:
            return self._put(str(number), taken=1)
        self.together += str(number)
        self.apart += f"{number - number % 10}{number % 10}"
        self.joints += 1
        return taken


_DIGIT_OF: Final[Mapping[str, Mapping[str, str]]] = {
    language: {fold(name)[0]: str(value) for value, name in enumerate(names)}
    | {"oh": "0", "o": "0", "nought": "0"}
    for language, names in DIGITS.items()
}
_NUMBERS: Final = {
    language: PhraseBook({said: n for said, n in table.items() if n >= len(DIGITS[language])})
    for language, table in CARDINALS.items()
}


_PAIR_SHARES = {"digits": 0.9, "pair": 0.07, "double": 0.03}
"""How callers say two digits: one by one, as a number, as "double". Shapes the search only."""


def digit_rule(language: str) -> str:
    """Write one digit."""
    return any_of(*HEARD_DIGITS[language_of(language)])


def pair_rule(language: str) -> str:
    """Write a number of two digits; bare tens are left out, "twenty three" may be 203 then."""
    tag = language_of(language)
    ones = any_of(*DIGITS[tag][1:])
    if tag == "es":
        compound = f"{any_of(*TENS['es'][1:])} y {ones}"
        return any_of(*TEENS["es"], *TWENTIES_ES, compound)
    return any_of(*TEENS["en"], f"{any_of(*TENS['en'])} {ones}")


def digits_rule(shortest: int, longest: int, language: str) -> str:
    """Write digit strings of a length: a single digit where it is odd, then pairs to the end."""
    tag = language_of(language)
    digit = digit_rule(tag)
    two = weighted(
        {
            f"{digit} {digit}": _PAIR_SHARES["digits"],
            pair_rule(tag): _PAIR_SHARES["pair"],
            f"{'doble' if tag == 'es' else 'double'} {digit}": _PAIR_SHARES["double"],
        }
    )
    pairs = _Pairs(digit, two)
    return pairs.exactly(longest) if shortest == longest else pairs.between(shortest, longest)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs to the end, behind a beginning that makes the length come out right."""

    digit: str
    two: str

    def exactly(self, length: int) -> str:
        """Write strings of one length."""
        head = self.digit if length % 2 else ""
        return f"{head} {_repeated(self.two, length // 2, length // 2)}".strip()

    def between(self, shortest: int, longest: int) -> str:
        """Write strings of every length from *shortest* to *longest*."""
        fewest, most = shortest // 2, longest // 2
        if shortest % 2 and longest % 2:
            odd = f"{self.digit} {_repeated(self.two, fewest, most)}"
            return any_of(odd, _repeated(self.two, fewest + 1, most))
        if longest % 2:
            return f"{maybe(self.digit)} {_repeated(self.two, fewest, most)}"
        head = any_of(self.digit, self.two)
        tail = _repeated(self.two, fewest, most - 1)
        return f"{head if shortest % 2 else maybe(head)} {tail}".strip()


def _repeated(item: str, fewest: int, most: int) -> str:
    optional = ""
    for _ in range(most - fewest):
        optional = maybe(f"{item} {optional}".strip())
    return " ".join([item] * fewest + [optional] * bool(optional))


def digit_phrases(length: int, language: str) -> tuple[str, ...]:
    """Give digit strings in which every digit follows every digit, for bigram recognisers."""
    names = HEARD_DIGITS[language_of(language)]
    size = len(names)
    return tuple(
        " ".join(names[(start + stride * step) % size] for step in range(length))
        for stride in range(size)
        for start in range(size)
    )
