"""What can be asked of a caller, and what an answer comes to."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from ivr.dialog.actions import Listening
from ivr.dialog.confidence import Band
from ivr.dialog.events import Hypothesis
from ivr.dialog.grammar.base import Grammar
from ivr.dialog.prompt import Prompt
from ivr.dialog.turns import Judged
from ivr.dialog.verdicts import Ruling
from ivr.flow.model import Question, Value


class Miss(Enum):
    """Why a turn brought nothing (VoiceXML 2.1 §5.2.6)."""

    NO_INPUT = auto()
    NO_MATCH = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """What an utterance came to."""

    ruling: Ruling | None
    """None: NoMatch."""
    judged: Judged
    """Why so."""
    band: Band | None = None
    confidence: float | None = None


class Matter(Protocol):
    """Something asked of the caller."""

    @property
    def kind(self) -> str:
        """What kind of answer it wants: a type of slots, `menu`, `read_back`."""
        ...

    @property
    def question(self) -> Question:
        """Its timing."""
        ...

    @property
    def grammar(self) -> Grammar:
        """What may be keyed."""
        ...

    @property
    def listening(self) -> Listening:
        """What may be said."""
        ...

    @property
    def many_keys(self) -> bool:
        """Whether an answer can have several keys."""
        ...

    @property
    def has_keys(self) -> bool:
        """Whether an answer can be keyed."""
        ...

    def opening(self, *, keys_only: bool) -> Prompt:
        """Ask; for the keys when the recogniser is down."""
        ...

    def read(self, hypotheses: tuple[Hypothesis, ...]) -> Reading:
        """Understand what was said."""
        ...

    def reads(self, text: str) -> bool:
        """Say whether *text* is an answer here."""
        ...

    def keyed(self, value: Value) -> Reading:
        """Take a keyed answer."""
        ...

    def missed(self, miss: Miss, *, keys_only: bool) -> Prompt | None:
        """Count a miss and ask again; None when it was the last one."""
        ...
