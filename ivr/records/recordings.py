"""
Recordings of calls: two-channel WAV, the caller on the left, the line on the right.

The media thread only queues frames. One thread of this process writes them, five times a
second, and brings the header up to date each time, so that a file is whole up to the last
write whatever becomes of the process. Whether a call may be recorded is decided elsewhere.
"""

import asyncio
import os
import secrets
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ivr import log
from ivr.audio import wav
from ivr.audio.pcm import FRAME_BYTES, SAMPLE_BYTES, SAMPLE_RATE_HZ, SILENT_FRAME

_log = log.get(__name__)

CHANNELS = 2
PACE = 0.2  # seconds between two writes; what a crash may cost
QUEUE = 500  # frames (10 s) that wait for a slow disk; beyond them the recording has silence
CLOSING = 5.0  # seconds a slow disk is waited for at the end of a call
_BYTES_A_FRAME = FRAME_BYTES * CHANNELS
_SILENCE = (SILENT_FRAME, SILENT_FRAME)


@dataclass(frozen=True, slots=True)
class Recording:
    """What became of a recording."""

    file: str
    """Name in the folder of recordings; `` when nothing was kept."""
    seconds: float
    stopped: bool
    """Whether it ended before the call did, for want of room or of a working disk."""


class Recorder:
    """
    The recording of one call; an `ivr.ports.Tap`.

    Frames are given by one thread, everything else is called in the event loop. Nothing
    here fails: when the disk does, the recording stops and the call goes on.
    """

    def __init__(self, path: Path, wake: threading.Event) -> None:
        """Made by `Recordings.open`."""
        self._path = path
        self._wake = wake
        self._waiting: deque[tuple[int, bytes, bytes]] = deque()
        self._missed = 0
        self._quiet = False
        self._closing = False
        self._file: _SoundFile | None = None
        self._stopped = False
        self.done: Future[Recording] = Future()
        self.done.set_running_or_notify_cancel()  # whoever waits for it may not cancel it

    def __call__(self, heard: bytes, said: bytes, /) -> None:
        """Queue one frame from the caller and the frame that went to them."""
        if self._closing or self._stopped:
            return
        if len(self._waiting) >= QUEUE:
            self._missed += 1
            return
        if self._quiet:
            heard, said = _SILENCE
        self._waiting.append((self._missed, heard, said))
        self._missed = 0

    def pause(self) -> None:
        """Record silence from now on: what is private is never even queued."""
        self._quiet = True

    def resume(self) -> None:
        """Record again."""
        self._quiet = False

    def keep_private(self, *, private: bool) -> None:
        """Pause while *private*; the shape in which a leg tells it."""
        self._quiet = private

    async def close(self) -> Recording:
        """Write what was queued, end the file and tell what became of it."""
        self._closing = True
        self._wake.set()
        try:
            async with asyncio.timeout(CLOSING):
                return await asyncio.shield(asyncio.wrap_future(self.done))
        except TimeoutError:
            return Recording(self._path.name, 0.0, stopped=True)

    # ------------------------------------------------------------ in the writing thread

    def write(self) -> bool:
        """Write what is queued; tell whether that was the last."""
        closing = self._closing
        frames = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if frames and not self._stopped:
            try:
                self._append(frames)
            except Exception as error:  # noqa: BLE001 - no call pays for a recording, none for another's
                self._stopped = True
                errno = error.errno if isinstance(error, OSError) else None
                _log.error("recording stopped", extra={"error": error, "errno": errno})
        if not closing:
            return False
        self.done.set_result(self._end())
        return True

    def _append(self, frames: list[tuple[int, bytes, bytes]]) -> None:
        if self._file is None:
            self._file = _SoundFile(self._path)
        start = 0
        for index, (missed, _, _) in enumerate(frames):
            if missed:
                self._file.append(_joined(frames[start:index]))
                self._file.skip(missed * _BYTES_A_FRAME)
                start = index
        self._file.append(_joined(frames[start:]))

    def _end(self) -> Recording:
        if self._file is None:
            return Recording("", 0.0, self._stopped)
        self._file.close()
        seconds = self._file.samples_bytes / (SAMPLE_RATE_HZ * SAMPLE_BYTES * CHANNELS)
        if not seconds:
            with suppress(OSError):
                self._path.unlink()
            return Recording("", 0.0, self._stopped)
        return Recording(self._path.name, seconds, self._stopped)


class Recordings:
    """The folder of recordings and the thread that writes them."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made, for this user alone, when it is not there."""
        self.folder = folder
        self._wake = threading.Event()
        self._ending = False
        self._open: list[Recorder] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def open(self) -> Recorder:
        """Begin a recording under a name that tells nothing; never fails."""
        recorder = Recorder(self.folder / f"{secrets.token_hex(16)}.wav", self._wake)
        with self._lock:
            self._open.append(recorder)
        if self._thread is None:
            # A daemon: a disk that hangs must not keep the process from ending.
            self._thread = threading.Thread(target=self._write, name="recordings", daemon=True)
            self._thread.start()
        return recorder

    async def close(self) -> None:
        """End what is still recorded, and the thread; never fails."""
        with self._lock:
            left = tuple(self._open)
        await asyncio.gather(*(recorder.close() for recorder in left))
        self._ending = True
        self._wake.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, CLOSING)

    def _write(self) -> None:
        while not self._ending:
            self._wake.wait(PACE)
            self._wake.clear()
            with self._lock:
                recorders = tuple(self._open)
            for recorder in recorders:
                if recorder.write():
                    with self._lock:
                        self._open.remove(recorder)


class _SoundFile:
    """A WAV file that is whole after each `append`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.samples_bytes = 0

    def append(self, pcm: bytes) -> None:
        """Add whole frames of both channels, or nothing at all and raise `OSError`."""
        try:
            self._put(pcm, wav.HEADER_BYTES + self.samples_bytes)
            self._put_header(self.samples_bytes + len(pcm))
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, wav.HEADER_BYTES + self.samples_bytes)
            raise
        self.samples_bytes += len(pcm)

    def skip(self, length_bytes: int) -> None:
        """Leave silence: a hole that takes no room on the disk."""
        end = self.samples_bytes + length_bytes
        os.ftruncate(self._descriptor, wav.HEADER_BYTES + end)
        self._put_header(end)
        self.samples_bytes = end

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)

    def _put_header(self, samples_bytes: int) -> None:
        self._put(wav.header(min(samples_bytes, wav.LARGEST), channels=CHANNELS), 0)

    def _put(self, data: bytes, offset: int) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, offset)
            view, offset = view[written:], offset + written


def _joined(frames: list[tuple[int, bytes, bytes]]) -> bytes:
    heard = b"".join(_whole(frame) for _, frame, _ in frames)
    said = b"".join(_whole(frame) for _, _, frame in frames)
    return wav.interleave(heard, said)


def _whole(frame: bytes) -> bytes:
    """Return *frame* as long as a frame is, so that the channels never drift apart."""
    return frame if len(frame) == FRAME_BYTES else frame[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
