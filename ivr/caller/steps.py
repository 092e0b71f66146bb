"""What can happen in a scenario: what the caller does, hears, and how the line fares meanwhile."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.caller.matching import contradicted, find, words_of

WITHIN = 20.0  # seconds; the longest prompt takes 10, and what was before it 5


@dataclass(frozen=True, slots=True)
class Hears:
    """The line must say this, after what the last `Hears` found or the caller did."""

    text: str = ""
    pattern: str = ""
    """Regular expression over lower-case words; `` when `text` is set."""
    within: float = WITHIN
    """Seconds after the step before it."""
    line: int = 0

    def end_in(self, words: tuple[str, ...], *, share: float = 1.0) -> int | None:
        """
        Look for it in *words* (`words_of`): how many of them are used up, or None.

        Args:
            words: What was said.
            share: How much of the text must be there; less than 1 where a recogniser listens.
        """
        if self.pattern:
            match = re.search(self.pattern, " ".join(words), re.IGNORECASE)
            return None if match is None else len(match.string[: match.end()].split())
        place = find(words_of(self.text), words, share=share)
        return None if place is None else place.end

    def contradicted_in(self, words: tuple[str, ...], *, share: float) -> bool:
        """Tell whether *words* have it but for a "not"; of a pattern nobody can tell."""
        return not self.pattern and contradicted(words_of(self.text), words, share=share)

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"hears: /{self.pattern}/" if self.pattern else f"hears: {self.text}"


@dataclass(frozen=True, slots=True)
class Says:
    """The caller speaks."""

    text: str = ""
    recording: str = ""
    """WAV file, relative to the scenario's; `` when `text` is set."""
    over: bool = False
    """Speak while the line is still speaking."""
    sure: float = 1.0
    """How sure the recogniser is, 0 to 1; only where none listens, in a run as text."""
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"says: {self.text or self.recording}"


@dataclass(frozen=True, slots=True)
class Keys:
    """The caller presses keys; a space is a pause."""

    keys: str
    over: bool = False
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"keys: {self.keys}"


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller says nothing."""

    seconds: float
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"silence: {self.seconds:g}"


@dataclass(frozen=True, slots=True)
class Noise:
    """Something is heard that is no word: a cough, a television."""

    seconds: float
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"noise: {self.seconds:g}"


@dataclass(frozen=True, slots=True)
class Slots:
    """The line must know this now."""

    values: Mapping[str, str]
    """Slot to its value as written: `yes`, a word, digits, an ISO date; `` must not be set."""
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        written = (f"{slot}: {value or 'unset'}" for slot, value in self.values.items())
        return f"slots: {{{', '.join(written)}}}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the clinic answers to one operation from now on, instead of what it would."""

    operation: str
    outcome: str
    gives: Mapping[str, str] = field(default_factory=dict)
    """Slots it fills; what is left out of them gets an invented value."""
    after: float = 0.0
    """Seconds it takes."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The clinic answers these operations in this way from now on."""

    answers: tuple[Answer, ...]
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        written = (f"{answer.operation}: {answer.outcome}" for answer in self.answers)
        return f"answers: {{{', '.join(written)}}}"


class Part(StrEnum):
    """What can fail."""

    CLINIC = "clinic"  # what operations are asked of
    SPEECH = "speech"  # what hears the caller
    VOICE = "voice"  # what speaks to the caller


class Health(StrEnum):
    """How a part of the line is from now on."""

    UP = "up"
    SLOW = "slow"  # the clinic answers when a caller has begun to wonder
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of the line fails from now on, or works again."""

    part: Part
    health: Health
    line: int = 0

    def __str__(self) -> str:
        """Render as it would stand in the file."""
        return f"{self.part.value}: {self.health.value}"


Act = Says | Keys | Silence | Noise
"""What a caller can do."""
Circumstance = Answers | Fault
"""What happens to the line; before the first other step it holds from the call's beginning."""
Step = Hears | Act | Slots | Circumstance
