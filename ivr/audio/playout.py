"""
Playing received audio at an even pace, however its packets came: late, twice, never.

Packets are put on a timeline by their RTP timestamps (RFC 3550 §5.1) and taken from it a
frame at a time. A packet that never comes is a hole of its own length and nothing else: the
delay of what follows stays as it was.
"""

from dataclasses import dataclass

import numpy as np

from ivr.audio.pcm import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE_HZ, SILENT_FRAME

TARGET = 2 * FRAME_SAMPLES  # of delay before the first frame: one packet may be 20 ms late
MOST = 6 * FRAME_SAMPLES  # of delay ever; beyond that the oldest is skipped
STRANGE = SAMPLE_RATE_HZ  # a timestamp this far off, 1 s, begins a new timeline
STALE = 5  # packets in a row whose time is over: the sender began anew, a second back or less
SETTLED = (
    2 * SAMPLE_RATE_HZ
)  # of playing with more in stock than needed, until one frame is skipped
FADE = (0.6, 0.2)  # how loud the last frame is repeated in a hole, then silence
_TURN = 1 << 32  # RTP timestamps wrap there


@dataclass(slots=True)
class Counts:
    """What became of the audio so far; frames of 20 ms but for `late`, which are packets."""

    concealed: int = 0
    """Holes in the sender's audio: lost packets."""
    dry: int = 0
    """Frames for which nothing had come in time."""
    skipped: int = 0
    """Frames dropped to get the delay down."""
    late: int = 0
    """Packets whose time was over."""


class Playout:
    """One sender's audio. `put` what comes, `take` a frame every 20 ms."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._begun = False
        self._next = 0
        """Timestamp of the first sample in `_pcm`, once begun."""
        self._pcm = bytearray()
        self._have = bytearray()
        """One byte a sample: whether it came."""
        self._playing = False
        self._last = SILENT_FRAME
        self._faded = 0
        self._waited = 0
        """Frames for which nothing came, since something came."""
        self._late = 0
        self._least = 0
        self._watched = 0

    @property
    def delay(self) -> int:
        """Samples between what is taken next and the newest that came."""
        return len(self._have)

    def put(self, timestamp: int, pcm: bytes) -> None:
        """
        Take one packet.

        Args:
            timestamp: RTP timestamp at 8 kHz of its first sample, modulo 2**32.
            pcm: Whole samples (`ivr.audio.pcm`), of any count; more than 120 ms are cut.
        """
        pcm = pcm[: MOST * SAMPLE_BYTES]
        samples = len(pcm) // SAMPLE_BYTES
        offset = (timestamp - self._next + _TURN // 2) % _TURN - _TURN // 2
        if not self._begun or abs(offset) > STRANGE:
            self._restart(timestamp)
            offset = 0
        if offset < 0 and not self._playing:
            self._prepend(-offset)
            offset = 0
        self._late = self._late + 1 if offset < 0 else 0
        if self._late == STALE:
            self._restart(timestamp)
            offset = 0
        if offset < 0:
            self.counts.late += 1
            return
        offset -= self._skip_what_was_waited_for(offset)
        self._grow(offset + samples)
        self._pcm[offset * SAMPLE_BYTES : (offset + samples) * SAMPLE_BYTES] = pcm
        self._have[offset : offset + samples] = b"\1" * samples
        self._shorten(MOST)

    def take(self) -> bytes:
        """Return the next frame: what came, what stands in for a hole, or silence."""
        if not self._playing:
            if len(self._have) < TARGET:
                return self._stand_in()
            self._playing = True
            self._shorten(TARGET + FRAME_SAMPLES)
            self._watch_anew()
        if len(self._have) < FRAME_SAMPLES:
            self.counts.dry += 1
            self._waited += 1
            return self._stand_in()
        self._skip_what_is_not_needed()
        whole = self._have.count(1, 0, FRAME_SAMPLES) == FRAME_SAMPLES
        frame = bytes(self._pcm[:FRAME_BYTES])
        self._drop()
        if not whole:
            self.counts.concealed += 1
            return self._stand_in()
        self._last, self._faded = frame, 0
        return frame

    def _skip_what_was_waited_for(self, offset: int) -> int:
        """Lost packets for which we fell silent already need no hole; give its samples."""
        frames = min(self._waited, (offset - len(self._have)) // FRAME_SAMPLES)
        self._waited = 0
        if frames <= 0:
            return 0
        self._next = (self._next + frames * FRAME_SAMPLES) % _TURN
        return frames * FRAME_SAMPLES

    def _skip_what_is_not_needed(self) -> None:
        """After one late burst the delay would stay; an even second shows that it need not."""
        self._least = min(self._least, len(self._have))
        self._watched += FRAME_SAMPLES
        if self._watched < SETTLED:
            return
        if self._least >= TARGET + FRAME_SAMPLES:
            self._shorten(len(self._have) - FRAME_SAMPLES)
        self._watch_anew()

    def _watch_anew(self) -> None:
        self._least, self._watched = MOST, 0

    def _restart(self, timestamp: int) -> None:
        self._begun = True
        self._late = 0
        self._next = timestamp
        self._pcm.clear()
        self._have.clear()
        self._playing = False

    def _prepend(self, samples: int) -> None:
        """Begin the timeline earlier: the first packets came in another order."""
        self._next = (self._next - samples) % _TURN
        self._pcm[:0] = bytes(samples * SAMPLE_BYTES)
        self._have[:0] = bytes(samples)

    def _grow(self, samples: int) -> None:
        missing = samples - len(self._have)
        if missing > 0:
            self._pcm.extend(bytes(missing * SAMPLE_BYTES))
            self._have.extend(bytes(missing))

    def _shorten(self, samples: int) -> None:
        while len(self._have) > samples and len(self._have) >= FRAME_SAMPLES:
            self._drop()
            self.counts.skipped += 1

    def _drop(self) -> None:
        self._next = (self._next + FRAME_SAMPLES) % _TURN
        del self._pcm[:FRAME_BYTES]
        del self._have[:FRAME_SAMPLES]

    def _stand_in(self) -> bytes:
        """Repeat the last frame, fading: 20 ms are hardly noticed then."""
        if self._faded >= len(FADE):
            return SILENT_FRAME
        gain = FADE[self._faded]
        self._faded += 1
        return bytes((np.frombuffer(self._last, "<i2") * gain).astype("<i2"))
