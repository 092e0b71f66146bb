"""What the SIP thread is given, and what it tells the event loop."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.observing import Observed
from ivr.ports import LegEvent, LegInfo
from ivr.settings import Line
from sip.media_port import MediaPort
from sip.trunk import Origins


@dataclass(frozen=True, slots=True)
class Answered:
    """The call was answered."""


@dataclass(frozen=True, slots=True)
class MediaUp:
    """Audio flows."""


Report = LegEvent | Answered | MediaUp
"""What the engine tells of a call; the leg keeps the last two for itself."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the thread could not start, in the words of a `SettingsError`."""

    setting: str
    found: str
    accepted: str


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Everything the thread needs, resolved and checked."""

    line: Line
    port: int
    origins: Origins


@dataclass(frozen=True, slots=True)
class Inside:
    """One leg as the event loop has it: what the SIP thread fills and empties."""

    key: str
    media: MediaPort
    observed: Observed
    """Filled by way of the door: it belongs to the event loop."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """What the engine calls: `new_leg` in the SIP thread, the others in the event loop."""

    new_leg: Callable[[], Inside]
    on_call: Callable[[LegInfo, Inside], None]
    on_refused: Callable[[LegInfo, int, Observed], None]
    """Gets each caller whom we did not take, and the status they were given."""
    on_report: Callable[[str, Report], None]
    on_registered: Callable[[str, int, bool], None]
