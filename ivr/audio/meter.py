"""
What reached an ear: how loud the caller was, how loud everything else, and what was lost.

The meter is told each frame of 20 ms and when speech began and ended; it knows no clock.
"""

import math
from collections import deque
from dataclasses import dataclass, fields, replace

import numpy as np

from ivr.audio.pcm import FRAME, FRAME_BYTES
from ivr.audio.tones import KeyTones

FULL_SCALE = 32768.0
CLIPPED_FROM = 32000  # G.711 ends at 32,124 (µ-law) and 32,256 (A-law)
MAY_CLIP = (0.1 * FULL_SCALE) ** 2  # power of a frame; a quieter one has no peak at full scale
LEAD = 8  # frames; an onset is told 60 to 160 ms after it
MAY_BE_KEY = (0.01 * FULL_SCALE) ** 2  # power of a frame; weaker tones are no keys (ITU-T Q.24)
PAUSES_BELOW = 0.01  # of the loudest frame's power: 20 dB under it nobody speaks
CUT_IN_ABOVE = 0.25  # of the speech's power: speech that stands at once within 6 dB of its level
FIRST = 2  # frames that are looked at for it
QUIETEST_DBFS = -90.0  # one step of 16 bits


@dataclass(frozen=True, slots=True)
class Levels:
    """What was measured; add two to measure both together. Powers are sums over frames."""

    frames: int = 0
    speech: int = 0
    """Frames between an onset and an end of speech."""
    spoken: int = 0
    """Those of them that are no pause."""
    spoken_power: float = 0.0
    quiet: int = 0
    """Frames while nobody spoke."""
    quiet_power: float = 0.0
    clipped: int = 0
    """Samples of the speech at full scale."""
    cut_in: bool = False
    """Whether somebody spoke at full level as listening began."""
    tones: int = 0
    """Keys that came as sound."""

    def __add__(self, other: "Levels") -> "Levels":
        """Measure both."""
        both = Levels(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))
        return replace(both, cut_in=self.cut_in or other.cut_in)

    @property
    def speech_dbfs(self) -> float | None:
        """Level of who spoke; None: nobody did."""
        return _dbfs(self.spoken_power, self.spoken)

    @property
    def noise_dbfs(self) -> float | None:
        """Level while nobody spoke; None: there was no such moment."""
        return _dbfs(self.quiet_power, self.quiet)

    @property
    def clipped_share(self) -> float:
        """Share of the samples of the speech at full scale."""
        return self.clipped / (self.speech * FRAME_BYTES / 2) if self.speech else 0.0


class Meter:
    """Measures one listening."""

    def __init__(self) -> None:
        self._frames = 0
        self._recent: deque[tuple[float, int]] = deque(maxlen=LEAD)
        self._speech: list[tuple[float, int]] | None = None
        self._at_once = False
        self._quiet = 0
        self._quiet_power = 0.0
        self._settled = Levels()
        self._tones = KeyTones()

    def feed(self, frame: bytes) -> None:
        """Take one frame; one of another length is not measured."""
        if len(frame) != FRAME_BYTES:
            return
        self._frames += 1
        samples = np.frombuffer(frame, "<i2").astype(np.float32)
        power = float(samples.dot(samples)) / len(samples)
        if power > MAY_BE_KEY:
            self._tones.feed(samples, power)
        else:
            self._tones.silence()
        loud = power > MAY_CLIP
        clips = int(np.count_nonzero(abs(samples) >= CLIPPED_FROM)) if loud else 0
        if self._speech is not None:
            self._speech.append((power, clips))
            return
        if len(self._recent) == LEAD:
            self._note_quiet(self._recent[0][0])
        self._recent.append((power, clips))

    def onset(self) -> None:
        """Somebody speaks, since a moment."""
        if self._speech is None:
            self._at_once = len(self._recent) == self._frames
            self._speech = list(self._recent)
            self._recent.clear()

    def end(self, *, silence: float = 0.0) -> None:
        """Nobody speaks any more, since *silence* seconds."""
        if self._speech is None:
            return
        frames, self._speech = self._speech, None
        over = max(0, len(frames) - round(silence / FRAME))
        for power, _ in frames[over:]:
            self._note_quiet(power)
        self._settled += _levels(frames[:over], at_once=self._at_once)

    @property
    def levels(self) -> Levels:
        """What was measured up to now; an utterance under way counts."""
        under_way = _levels(self._speech or [], at_once=self._at_once)
        pending = sum(power for power, _ in self._recent)
        quiet = Levels(
            self._frames,
            quiet=self._quiet + len(self._recent),
            quiet_power=self._quiet_power + pending,
            tones=self._tones.count,
        )
        return self._settled + under_way + quiet

    def _note_quiet(self, power: float) -> None:
        self._quiet += 1
        self._quiet_power += power


def _levels(frames: list[tuple[float, int]], *, at_once: bool) -> Levels:
    if not frames:
        return Levels()
    powers = [power for power, _ in frames]
    spoken = [power for power in powers if power >= PAUSES_BELOW * max(powers)]
    level = sum(spoken) / len(spoken)
    first = sum(powers[:FIRST]) / len(powers[:FIRST])
    return Levels(
        speech=len(frames),
        spoken=len(spoken),
        spoken_power=sum(spoken),
        clipped=sum(clips for _, clips in frames),
        cut_in=at_once and level > 0 and first >= CUT_IN_ABOVE * level,
    )


def _dbfs(power: float, frames: int) -> float | None:
    if not frames:
        return None
    mean = power / frames / FULL_SCALE**2
    return max(QUIETEST_DBFS, 10 * math.log10(mean)) if mean > 0 else QUIETEST_DBFS
