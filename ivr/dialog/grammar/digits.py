"""Strings of digits: prescription and member numbers, ZIP codes."""

from dataclasses import dataclass

from ivr.dialog.actions import Wait
from ivr.dialog.grammar import jsgf
from ivr.dialog.grammar.base import (
    Answer,
    KeyReading,
    KeysComplete,
    KeysPartial,
    KeysPossible,
    KeysWrong,
)
from ivr.dialog.grammar.numbers import cardinal, say_digits
from ivr.dialog.grammar.spoken_digits import digit_phrases, digits_rule, hear_digits
from ivr.dialog.grammar.text import fold, language_of, strip_carriers
from ivr.flow.model import Value

_LEADS = {
    "en": "it's | it is | the number is | my number is",
    "es": "es | es el | el número es | mi número es",
}


def is_keys(keys: str) -> bool:
    """Whether *keys* are all 0-9; `str.isdecimal` alone would take other scripts' digits."""
    return keys.isascii() and (keys.isdecimal() or not keys)


@dataclass(frozen=True, slots=True)
class Digits:
    """The grammar of strings of `shortest` to `longest` digits; its answer is the string."""

    shortest: int
    longest: int
    language: str

    @property
    def wait(self) -> Wait:
        """People pause between groups."""
        return Wait.LONG

    def rule(self) -> str:
        """Give strings of the right length only: the tightest search there is."""
        lead = _LEADS[language_of(self.language)]
        return f"[ {lead} ] {digits_rule(self.shortest, self.longest, self.language)}"

    def words(self) -> frozenset[str]:
        """Give digits, the numbers to 99 and the carriers."""
        return jsgf.words_in(self.rule())

    def phrases(self) -> tuple[str, ...]:
        """Give a sample in which each digit follows each; numbers beyond nine are not in it."""
        return digit_phrases(self.longest, self.language)

    def read(self, text: str) -> Answer | None:
        """Read digits, "double five" and "twenty three"; None when the length is wrong."""
        heard = hear_digits(strip_carriers(fold(text), self.language), self.language)
        digits = heard.fit(self.shortest, self.longest) if heard else None
        return None if digits is None else Answer(digits)

    def read_keys(self, keys: str) -> KeyReading:
        """Count the keys."""
        if not is_keys(keys) or len(keys) > self.longest:
            return KeysWrong()
        if len(keys) == self.longest:
            return KeysComplete(keys)
        return KeysPossible(keys) if len(keys) >= self.shortest else KeysPartial()

    def read_back(self, value: Value) -> str:
        """Say the digits in groups."""
        return say_digits(str(value), self.language)

    def key_prompt(self) -> str:
        """Tell how many digits to key in, and how to end when that is open."""
        low, high = cardinal(self.shortest, self.language), cardinal(self.longest, self.language)
        if language_of(self.language) == "es":
            if self.shortest == self.longest:
                return f"Por favor marque los {high} dígitos."
            return f"Por favor marque de {low} a {high} dígitos, y después la tecla numeral."
        if self.shortest == self.longest:
            return f"Please key in the {high} digits." if self.longest > 1 else "Please key it in."
        return f"Please key in the {low} to {high} digits, then press pound."
