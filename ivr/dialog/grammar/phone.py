"""Telephone numbers of the North American Numbering Plan."""

import re
from dataclasses import dataclass
from typing import Final

from ivr.dialog.actions import Wait
from ivr.dialog.grammar import jsgf
from ivr.dialog.grammar.base import Answer, KeyReading, KeysComplete, KeysPartial, KeysWrong
from ivr.dialog.grammar.numbers import DIGITS, say_groups
from ivr.dialog.grammar.spoken_digits import digit_phrases, digits_rule, hear_digits
from ivr.dialog.grammar.text import fold, language_of, strip_carriers
from ivr.flow.model import Value

_LEADS = {
    "en": "it's | it is | area code | the number is | my number is | one",
    "es": "es | es el | el número es | mi número es | mi teléfono es | uno",
}
_NUMBER: Final = re.compile(r"1?([2-9]\d{2}[2-9]\d{6})", re.ASCII)
_SIZE = 10
_AREA, _EXCHANGE = 3, 6
_TAIL = 6  # digits behind the first of the exchange, which may be any
_EXAMPLE = "2002000000"
"""Completes whatever begins a number."""


@dataclass(frozen=True, slots=True)
class Phone:
    """The grammar of phone numbers; its answer is ten digits, area code first, no 1 before."""

    language: str

    @property
    def wait(self) -> Wait:
        """People pause between groups."""
        return Wait.LONG

    def rule(self) -> str:
        """Give ten digits, a 1 before them or not; area code and exchange begin with 2 to 9."""
        tag = language_of(self.language)
        first = jsgf.any_of(*DIGITS[tag][2:])
        area, number = (
            f"{first} {digits_rule(2, 2, tag)}",
            f"{first} {digits_rule(_TAIL, _TAIL, tag)}",
        )
        return f"[ {_LEADS[tag]} ] {area} {number}"

    def words(self) -> frozenset[str]:
        """Give digits, the numbers to 99 and the carriers."""
        return jsgf.words_in(self.rule())

    def phrases(self) -> tuple[str, ...]:
        """Give a sample in which each digit follows each."""
        names = DIGITS[language_of(self.language)]
        lead = " ".join(names[int(digit)] for digit in _EXAMPLE[:-_TAIL])
        return tuple(f"{lead} {tail}" for tail in digit_phrases(_TAIL, self.language))

    def read(self, text: str) -> Answer | None:
        """Read ten digits, or eleven with a 1 in front."""
        heard = hear_digits(strip_carriers(fold(text), self.language), self.language)
        number = _NUMBER.fullmatch(heard.fit(_SIZE, _SIZE + 1) or "") if heard else None
        return None if number is None else Answer(number[1])

    def read_keys(self, keys: str) -> KeyReading:
        """Read ten keys, or eleven with a 1 in front."""
        bare = keys.removeprefix("1")
        whole = bare + _EXAMPLE[len(bare) :]
        if not _NUMBER.fullmatch(whole):
            return KeysWrong()
        return KeysComplete(bare) if len(bare) == _SIZE else KeysPartial()

    def read_back(self, value: Value) -> str:
        """Say area code, exchange and line with pauses between."""
        digits = str(value)
        groups = (digits[:_AREA], digits[_AREA:_EXCHANGE], digits[_EXCHANGE:])
        return say_groups(groups, self.language)

    def key_prompt(self) -> str:
        """Ask for ten digits."""
        if language_of(self.language) == "es":
            return "Por favor marque su número de teléfono con el código de área, diez dígitos."
        return "Please key in your phone number with the area code, ten digits."
