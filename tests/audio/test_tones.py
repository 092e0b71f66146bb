"""Keys that come as sound are counted; speech, music and noise are none."""

import numpy as np
import pytest

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.meter import Meter
from ivr.audio.pcm import FRAME_BYTES
from ivr.speech.tones import hold_music
from tests.speech.voices import on_the_phone, person_says, spoken
from tests.support.bad_phone import PAD, at_level, key_tones, mixed, noise
from tests.support.sound import tone


def heard(pcm: bytes) -> int:
    """Count the keys in *pcm*, behind a telephone."""
    meter, carried = Meter(), decode_ulaw(encode_ulaw(pcm))
    for start in range(0, len(carried), FRAME_BYTES):
        meter.feed(carried[start : start + FRAME_BYTES])
    return meter.levels.tones


@pytest.mark.parametrize("key", PAD)
def test_each_key_is_one_however_long_it_is_pressed(key: str) -> None:
    assert heard(key_tones(key)) == 1
    assert heard(bytes(37 * 2) + key_tones(key)) == 1


def test_keys_are_counted_one_by_one_in_whatever_stretch_of_listening() -> None:
    assert heard(key_tones("2125550142")) == 10
    assert heard(at_level(key_tones("4821507"), -30.0)) == 7
    quiet_room = noise(3.0, dbfs=-50)
    assert heard(mixed(key_tones("4821507"), quiet_room)) == 7


def test_they_count_while_somebody_is_thought_to_speak() -> None:
    meter = Meter()
    meter.onset()
    pcm = key_tones("12")
    for start in range(0, len(pcm), FRAME_BYTES):
        meter.feed(pcm[start : start + FRAME_BYTES])
    meter.end()
    assert meter.levels.tones == 2


@pytest.mark.parametrize(
    "text", ["prescription refill", "two one two five five five zero one four two", "operator"]
)
def test_speech_is_no_key(text: str) -> None:
    assert heard(spoken(text)) == 0


def test_people_are_no_keys() -> None:
    said = [
        person_says(digit, who=who) for digit in ("one", "eight") for who in ("theo", "jackson")
    ]
    assert heard(b"".join(said)) == 0


def test_music_noise_and_a_single_tone_are_no_keys() -> None:
    assert heard(on_the_phone(hold_music())) == 0
    assert heard(noise(5.0, dbfs=-20)) == 0
    assert heard(tone(697.0, 2.0)) == 0
    assert heard(tone(1336.0, 2.0)) == 0
    assert heard(bytes(np.zeros(8000, "<i2").tobytes())) == 0
