"""
What the caller keys: towards the open question, and ahead of the next one.

The keys of one answer gather here until the grammar says that they are complete, the
termination key ends them, or the caller pauses longer than the question's `inter_key`
(VoiceXML 2.1 appendix D: interdigittimeout, termchar; type-ahead as in §4.1.8).
"""

from collections import deque
from dataclasses import dataclass
from typing import assert_never

from ivr.dialog.grammar.base import Grammar, KeysComplete, KeysPartial, KeysPossible, KeysWrong
from ivr.flow.model import Value

KEYS = frozenset("0123456789*#")  # A to D exist on no patient's phone
OPERATOR_KEY = "0"
CLEAR_KEY = "*"
MOST_KEYS = 32  # a date and a phone number typed ahead, with room for slips


@dataclass(frozen=True, slots=True)
class Entered:
    """The keys are an answer."""

    value: Value


@dataclass(frozen=True, slots=True)
class Gathering:
    """More keys may or must follow; wait for them."""


@dataclass(frozen=True, slots=True)
class Misdialled:
    """The keys are no answer and will not become one."""


@dataclass(frozen=True, slots=True)
class ZeroAlone:
    """One 0 and nothing else: the caller wants a person."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The key means nothing here."""


Entry = Entered | Gathering | Misdialled | ZeroAlone | Nothing


class Keypad:
    """The keys of one call."""

    def __init__(self) -> None:
        self.keys = ""
        """What is keyed of the open answer."""
        self._possible: Value | None = None
        self._wrong = False
        self._ahead: deque[str] = deque()

    @property
    def waiting_ahead(self) -> bool:
        """Whether keys are kept for the next question."""
        return bool(self._ahead)

    def keep(self, key: str) -> None:
        """Keep *key* for the next question; what is beyond the bound is dropped."""
        if len(self._ahead) < MOST_KEYS:
            self._ahead.append(key)

    def take_ahead(self) -> str:
        """Take the first key that was kept."""
        return self._ahead.popleft()

    def forget_ahead(self) -> bool:
        """Drop what was kept; say whether there was any."""
        kept = bool(self._ahead)
        self._ahead.clear()
        return kept

    def clear(self) -> bool:
        """Drop what is keyed of the open answer; say whether there was any."""
        keyed = bool(self.keys)
        self.keys = ""
        self._possible = None
        self._wrong = False
        return keyed

    def press(self, key: str, grammar: Grammar, *, term_key: str, many: bool) -> Entry:
        """
        Add *key* to the open answer.

        Args:
            key: One of `KEYS`.
            grammar: What may be keyed.
            term_key: Ends the answer.
            many: Whether answers have several keys: then wrong ones are let run out before
                anything is said, because the caller is still keying.
        """
        if key == term_key and self.keys:
            return self.finish()
        if self._wrong or len(self.keys) >= MOST_KEYS:
            self._wrong = True
            return Gathering()
        keys = self.keys + key
        match grammar.read_keys(keys):
            case KeysComplete(value=value):
                self.clear()
                return Entered(value)
            case KeysPossible(value=value):
                self.keys, self._possible = keys, value
                return Gathering()
            case KeysPartial():
                self.keys, self._possible = keys, None
                return Gathering()
            case KeysWrong() if key == term_key:
                return Nothing()
            case KeysWrong():
                self.keys, self._possible, self._wrong = keys, None, True
                return Gathering() if many else self.finish()
            case unknown:
                assert_never(unknown)

    def finish(self) -> Entry:
        """End the open answer: the termination key was pressed, or nothing more came."""
        keys, possible = self.keys, self._possible
        self.clear()
        if possible is not None:
            return Entered(possible)
        return ZeroAlone() if keys == OPERATOR_KEY else Misdialled()
