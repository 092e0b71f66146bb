"""What the dialog asks its shell to do. Shells perform actions in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.flow.model import Value


class Wait(StrEnum):
    """How long a caller may pause inside an answer; endpointing turns it into silence."""

    SHORT = "short"  # yes/no and menus: the answer is one phrase
    LONG = "long"  # digits, dates, spelling: people pause between groups


@dataclass(frozen=True, slots=True)
class Ending:
    """Utterances that are over as soon as they are heard."""

    pattern: str
    """A regular expression that fits all the words of such an utterance, one space behind each."""
    sure: float
    """The confidence from which on they are believed to be it, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What a recogniser needs to know about one question."""

    jsgf: str
    """A complete JSGF grammar (header included) with one public rule; `[unk]` is not in it."""
    words: tuple[str, ...]
    """Every word of the grammar, sorted, for recognisers that take a word list."""
    phrases: tuple[str, ...]
    """Phrases for recognisers that take a phrase list; a sample where the language is large."""
    wait: Wait = Wait.SHORT
    limit: float = 15.0
    """Longest utterance in seconds."""
    sensitive: bool = False
    """Whether the answer is kept out of recordings."""
    endings: tuple[Ending, ...] = ()
    """What is complete and cannot go on: whoever hears it need not wait for more."""


@dataclass(frozen=True, slots=True)
class Play:
    """
    Speak *text*; report `PromptFinished` (or `SpeakingLost`) with the same *turn*.

    `cacheable` is False when the text contains a patient's data: it never reaches a disk.
    `slow`: the caller asked for slower speech. A prompt already playing is cut.
    """

    turn: int
    text: str
    language: str = "en"
    cacheable: bool = True
    slow: bool = False


@dataclass(frozen=True, slots=True)
class StopPlayback:
    """Cut the prompt of *turn* short."""

    turn: int


@dataclass(frozen=True, slots=True)
class Listen:
    """
    Open recognition for *turn*; report `SpeechStarted` and `Utterance`.

    Again and again, until `StopListening` or the next `Listen`.
    """

    turn: int
    listening: Listening


@dataclass(frozen=True, slots=True)
class StopListening:
    """Close recognition of *turn*."""

    turn: int


@dataclass(frozen=True, slots=True)
class Perform:
    """Ask the clinic; report `OperationFinished` with the same *turn*."""

    turn: int
    operation: str
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Beep, record until a key, a long silence or *limit* seconds; report `MessageTaken`."""

    turn: int
    limit: float


class HandoffReason(StrEnum):
    """Why the call goes to a person; the caller's wording, the record and the alert use it."""

    ASKED = "asked"  # "operator", key 0
    FLOW = "flow"  # the author's `handoff:` state
    NOT_UNDERSTOOD = "not_understood"  # attempts or patience used up
    EMERGENCY = "emergency"  # the clinical tripwire
    CLINIC_DOWN = "clinic_down"  # a backend is unavailable
    LINE_TROUBLE = "line_trouble"  # our own fault: an error in the dialog, no speech at all
    SENT = "sent"  # an operator of the line wants it


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing the clinic was asked during the call, and how it came out."""

    operation: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing the caller said."""

    words: str
    sure: float
    """Confidence, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """What the agent is told before the bridge; never written to a log or to a disk."""

    caller: str
    """Who: the caller's name as the clinic knows it, or `` when unknown."""
    verified: str
    """How they proved it, such as `date of birth and phone`; `` when not verified."""
    wanted: str
    """What they wanted, in plain words."""
    reason: HandoffReason
    detail: str = ""
    """The author's reason."""
    done: tuple[Deed, ...] = ()
    """What the clinic was asked, in order."""
    said: tuple[Remark, ...] = ()
    """The caller's last three utterances, the newest last."""
    known: tuple[str, ...] = ()
    """What the caller has told already, as names of slots."""
    language: str = "en"
    """What is spoken."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """Give the caller to a person of *queue*. The dialog has ended."""

    queue: str
    briefing: Briefing
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. The dialog has ended."""


Action = Play | StopPlayback | Listen | StopListening | Perform | TakeMessage | HandOff | HangUp
