"""What every grammar offers: what may be heard, how words and keys are read and read back."""

from dataclasses import dataclass
from typing import Protocol

from ivr.dialog.actions import Wait
from ivr.flow.model import Value


@dataclass(frozen=True, slots=True)
class Answer:
    """The reading of what the caller said."""

    value: Value


@dataclass(frozen=True, slots=True)
class KeysComplete:
    """The keys are an answer and no further key can belong to it."""

    value: Value


@dataclass(frozen=True, slots=True)
class KeysPossible:
    """The keys are an answer as they are, but more may follow."""

    value: Value


@dataclass(frozen=True, slots=True)
class KeysPartial:
    """The keys are the beginning of an answer."""


@dataclass(frozen=True, slots=True)
class KeysWrong:
    """No answer begins with these keys."""


KeyReading = KeysComplete | KeysPossible | KeysPartial | KeysWrong


class Grammar(Protocol):
    """Which answers are understood at a question. Frozen, hashable, told the date it needs."""

    def __hash__(self) -> int:
        """Hash like a frozen dataclass: what a recogniser is told is kept by grammar."""
        ...

    @property
    def wait(self) -> Wait:
        """How long a caller may pause inside an answer."""
        ...

    def rule(self) -> str:
        """Give the JSGF right-hand side of what may be heard; `read` understands all of it."""
        ...

    def words(self) -> frozenset[str]:
        """Give every word of `rule`, spelled as a recogniser's dictionary spells it."""
        ...

    def phrases(self) -> tuple[str, ...]:
        """Give phrases of `rule`: all of them, or a sample that holds its word pairs."""
        ...

    def read(self, text: str) -> Answer | None:
        """Read an utterance; None when it is no answer. Total: takes any text, raises nothing."""
        ...

    def read_keys(self, keys: str) -> KeyReading:
        """Read the keys pressed so far, the terminating key not among them. Total."""
        ...

    def read_back(self, value: Value) -> str:
        """Say *value* so that the caller can check it, in groups with commas between."""
        ...

    def key_prompt(self) -> str:
        """Ask for keys, as a whole sentence; empty when there is no form by key."""
        ...
