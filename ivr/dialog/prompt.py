"""What is said: words ready to speak, and the same with its slots still empty."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to say."""

    text: str
    template: str
    """The text with its slots unfilled: all that an operator may see of it."""
    language: str = "en"
    cacheable: bool = True
    """False when the text contains a patient's data."""

    def after(self, lead: "Prompt | None") -> "Prompt":
        """Put *lead* in front, in one breath."""
        if lead is None or not lead.text:
            return self
        if not self.text:
            return lead
        return Prompt(
            f"{lead.text} {self.text}",
            f"{lead.template} {self.template}",
            self.language,
            lead.cacheable and self.cacheable,
        )

    @property
    def longest(self) -> float:
        """
        Seconds after which a shell that still plays this has lost its way.

        Twice what a slow voice needs at normal rate, with time to render it.
        """
        digits = len(DIGIT.findall(self.text))
        return RENDERING + len(self.text) * PER_CHARACTER + digits * PER_DIGIT


DIGIT = re.compile("[0-9]")
RENDERING = 12.0  # seconds; a synthesiser that hangs is given up and replaced before that
PER_CHARACTER = 0.16  # seconds; a slow voice says eight characters a second, doubled margin
PER_DIGIT = 0.7  # seconds more; one written character is a whole spoken word
