"""Cutting what comes down a line into stretches of speech. Pure: time is counted in frames."""

from collections import deque
from dataclasses import dataclass

from ivr.audio.message import level_dbfs
from ivr.audio.pcm import FRAME, duration

AUDIBLE_DBFS = -45.0  # above the rounding noise of G.711 and a quiet room behind an agent
PAUSE = 0.30  # seconds between two sentences of a synthetic voice; between clauses it is 0.2
LEAD = 0.20  # seconds kept before a stretch: a recogniser needs some silence to start from
LONGEST = 12.0  # seconds; a longer stretch is cut, so that its text does not come too late
SHORTEST = 0.16  # seconds of sound; less is a click
STEADY = 1.5  # seconds; speech does not go on so long without a pause
STEADY_DB = 14.0  # range of levels in that time: music and tones 4-10, speech over 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech between two pauses."""

    start: float
    """Seconds since the ear began to listen."""
    pcm: bytes

    @property
    def end(self) -> float:
        """Seconds since the ear began to listen."""
        return self.start + duration(self.pcm)


class Ear:
    """Feed it every frame in order; it answers with a stretch when one has ended."""

    def __init__(self) -> None:
        self._frames = 0
        self._lead: deque[bytes] = deque(maxlen=round(LEAD / FRAME))
        self._stretch: list[bytes] = []
        self._audible = 0
        self._silent = 0
        self._levels: deque[float] = deque(maxlen=round(STEADY / FRAME))
        self.music = False
        """Whether music or a tone plays."""

    @property
    def now(self) -> float:
        """Seconds listened."""
        return self._frames * FRAME

    @property
    def quiet_for(self) -> float:
        """Seconds since the last sound of any kind; all the time when there was none."""
        return self._silent * FRAME

    @property
    def speaking(self) -> bool:
        """Whether a stretch has begun and not ended."""
        return bool(self._stretch)

    def feed(self, frame: bytes) -> Stretch | None:
        """Take the next frame of 20 ms."""
        self._frames += 1
        level = level_dbfs(frame)
        self._levels.append(level)
        audible = level > AUDIBLE_DBFS
        self._silent = 0 if audible else self._silent + 1
        was_music, self.music = self.music, self._steady()
        if self.music:
            return None if was_music else self._finish(drop=len(self._levels) - 1)
        if not self._stretch and not audible:
            self._lead.append(frame)
            return None
        self._take(frame, audible=audible)
        if self.quiet_for >= PAUSE or len(self._stretch) * FRAME >= LONGEST:
            return self._finish()
        return None

    def cut(self) -> Stretch | None:
        """End the stretch under way here; what follows belongs to another one."""
        self._lead.clear()
        return self._finish() if self._stretch else None

    def _take(self, frame: bytes, *, audible: bool) -> None:
        if not self._stretch:
            self._stretch += self._lead
            self._lead.clear()
        self._stretch.append(frame)
        self._audible += audible

    def _finish(self, *, drop: int = 0) -> Stretch | None:
        """End the stretch, less its last *drop* frames, which were music."""
        frames = self._stretch[: len(self._stretch) - drop]
        audible = self._audible - drop
        last = self._frames - drop - (1 if drop else 0)
        self._stretch, self._audible = [], 0
        if audible * FRAME < SHORTEST:
            return None
        return Stretch((last - len(frames)) * FRAME, b"".join(frames))

    def _steady(self) -> bool:
        if len(self._levels) < (self._levels.maxlen or 0):
            return False
        quietest = min(self._levels)
        return quietest > AUDIBLE_DBFS and max(self._levels) - quietest < STEADY_DB
