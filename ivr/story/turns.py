"""One prompt-and-listen cycle, measured: what was asked, how it was answered, and why so."""

from dataclasses import dataclass
from datetime import datetime

from ivr.dialog.confidence import Band
from ivr.dialog.turns import Answered, Judged

__all__ = ("Answered", "Judged", "Sound", "Turn")


@dataclass(frozen=True, slots=True)
class Sound:
    """What reached our ear while a turn listened; levels of 8 kHz speech in dBFS (RMS)."""

    heard: float = 0.0
    """Seconds of audio that were listened to."""
    speech: float = 0.0
    """Seconds of it between an onset and an end of speech."""
    speech_dbfs: float | None = None
    """Level while somebody spoke; None: nobody did."""
    noise_dbfs: float | None = None
    """Level while nobody did; None: there was no such moment."""
    clipped: float = 0.0
    """Share of samples of the speech at full scale, 0 to 1."""
    cut_in: bool = False
    """Whether speech stood at full level in the first frames: its beginning may be lost."""
    dropped: int = 0
    """Frames of 20 ms the recogniser had no time for."""
    tones: int = 0
    """Keys that came as sound (ITU-T Q.23), which the line does not take as keys."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn. Nothing that was said or keyed; names come from flows and settings."""

    call: str
    number: int
    """From 1, through all conversations of a call."""
    at: datetime
    """When it was opened."""
    state: str
    """`flow.state`."""
    asked: str = ""
    """Kind of slot, `menu`, `read_back`; `` when nothing was asked."""
    version: str = ""
    """Version of the flows."""
    answered: Answered = Answered.EVENT
    judged: Judged = Judged.NOT_ASKED
    band: Band | None = None
    """What the confidence meant; None when nothing was recognised."""
    confidence: float | None = None
    patience: float = 0.0
    """Misunderstandings left in the call, after it."""
    prompt: float = 0.0
    """Seconds of the prompt that were heard."""
    barged_in: bool = False
    """Whether the caller spoke or keyed before its end."""
    latency: float | None = None
    """Seconds from the end of what the caller did to the first frame of our answer."""
    recognised: float | None = None
    """Seconds of it the recogniser took, from when the speech was taken for over to its reading."""
    operation: str = ""
    """What the clinic was asked in it, `` for nothing."""
    outcome: str = ""
    """What the clinic answered."""
    clinic: float | None = None
    """Seconds that took."""
    sound: Sound = Sound()
