"""
Every exception this project raises on purpose, split by who must act.

* IvrError
    * FlowErrors           (the designer: every mistake of a flow at once)
    * SettingsError        (the operator: which setting, what was found, what is accepted)
    * CallError            (this call is in trouble, no other)
        * LegClosed        (we ended the leg)
        * LegLost          (the other party ended it)
        * LegBroken        (the network or the far end failed)
    * SpeechError          (a recogniser or synthesiser is in trouble)
    * ClinicError          (a backend is down or answers nonsense)
    * AudioError           (a sound file is none, or of a kind we do not read)
    * HandoffError
        * AgentGone        (the agent's leg ended before the bridge)
        * QueueClosed      (nobody takes calls there now)
    * StoreError
        * StoreUnavailable (try again)
        * StoreConflict    (somebody else was first)
    * ProgramError         (a program of this machine that a command needs is missing or failed)
    * MisuseError          (our own bug)

What a caller said, keyed or is never stands in one of these.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class IvrError(Exception):
    """Base class of all deliberate errors."""


class Severity(StrEnum):
    """What follows from a mistake in a flow."""

    ERROR = "error"  # the line does not take the flow
    WARNING = "warning"  # it does, and callers will have trouble


@dataclass(frozen=True, slots=True)
class FlowError:
    """One mistake in a flow file; a value, because mistakes are reported together."""

    file: str
    line: int
    rule: str
    """Short kebab-case name of the broken rule, such as `unknown-state`."""
    message: str
    hint: str = ""
    """What to write instead; empty when the message says it already."""
    column: int = 1
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Render as `file:line:column: rule: message (hint)`, a warning with that word first."""
        place = f"{self.file}:{self.line}:{self.column}"
        mild = "warning: " if self.severity is Severity.WARNING else ""
        tail = f" ({self.hint})" if self.hint else ""
        return f"{place}: {mild}{self.rule}: {self.message}{tail}"


class FlowErrors(IvrError):
    """The designer's mistakes, every one of them, in file order."""

    def __init__(self, errors: Iterable[FlowError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda e: (e.file, e.line, e.column, e.rule)))
        super().__init__("\n".join(str(error) for error in self.errors))


class SettingsError(IvrError):
    """The operator's mistake."""

    def __init__(self, setting: str, *, found: str, accepted: str) -> None:
        """
        Name the mistake.

        Args:
            setting: Where it stands, such as `line.port`.
            found: What stands there; never a secret.
            accepted: What would be right.
        """
        self.setting = setting
        super().__init__(f"setting {setting}: found {found}, accepted is {accepted}")


class CallError(IvrError):
    """This call is in trouble, no other."""


class LegClosed(CallError):
    """We ended the leg."""


class LegLost(CallError):
    """The other party ended the leg."""


class LegBroken(CallError):
    """The network or the far end failed."""


class SpeechError(IvrError):
    """A speech engine is in trouble."""

    def __init__(self, engine: str, what: str, *, retryable: bool) -> None:
        self.engine = engine
        self.retryable = retryable
        super().__init__(f"speech engine {engine}: {what}")


class ClinicError(IvrError):
    """A clinic backend is down or answers nonsense."""


class AudioError(IvrError):
    """A sound file is none, or of a kind that we do not read."""


class HandoffError(IvrError):
    """A caller could not be given to a person this way."""


class AgentGone(HandoffError):
    """The agent's leg ended before the bridge."""


class QueueClosed(HandoffError):
    """Nobody takes calls there now."""


class StoreError(IvrError):
    """Kept state is in trouble."""


class StoreUnavailable(StoreError):
    """The store does not answer; try again."""


class StoreConflict(StoreError):
    """Somebody else changed it first."""


class ProgramError(IvrError):
    """A program of this machine that a command needs is missing, or failed."""


class MisuseError(IvrError):
    """Our own mistake: a part was driven in a way that its docstring forbids."""
