"""Adding sounds up: what several parties say at once, for one ear."""

from collections import deque

import numpy as np

from ivr.audio.pcm import FRAME_BYTES, SILENT_FRAME
from ivr.errors import MisuseError

QUEUED_FRAMES = 3  # of each source, 60 ms: enough for an uneven sender, too few to hear as delay
SAMPLES = np.dtype("<i2")
LOWEST, HIGHEST = -32768, 32767


def mix(one: bytes, other: bytes) -> bytes:
    """Add two frames, clipping."""
    if one == SILENT_FRAME:
        return other
    if other == SILENT_FRAME:
        return one
    total = np.add(np.frombuffer(one, SAMPLES), np.frombuffer(other, SAMPLES), dtype=np.int32)
    return np.clip(total, LOWEST, HIGHEST).astype(SAMPLES).tobytes()


class Mixer:
    """
    Frames of several sources on their way to one ear, a short bounded queue each.

    One thread calls `feed` and `forget`, another `add_to`: the table of queues is replaced
    rather than changed, and a deque takes both ends at once, so nothing here locks.
    """

    def __init__(self) -> None:
        self._queues: dict[object, deque[bytes]] = {}

    def feed(self, source: object, frame: bytes) -> None:
        """
        Take the next frame of *source*; of more than three that wait the oldest is dropped.

        Raises:
            MisuseError: *frame* is not `FRAME_BYTES` long.
        """
        if len(frame) != FRAME_BYTES:
            raise MisuseError(f"a frame has {FRAME_BYTES} bytes, not {len(frame)}")
        queue = self._queues.get(source)
        if queue is None:
            queue = deque(maxlen=QUEUED_FRAMES)
            self._queues = {**self._queues, source: queue}
        queue.append(frame)

    def forget(self, source: object) -> None:
        """Drop what waits of *source*; nothing to do for one that never fed."""
        self._queues = {known: q for known, q in self._queues.items() if known is not source}

    def add_to(self, frame: bytes | None) -> bytes | None:
        """Add the next frame of each source to *frame*; None is silence, both ways."""
        for queue in self._queues.values():
            if queue:
                other = queue.popleft()
                frame = other if frame is None else mix(frame, other)
        return frame
