"""The ears of these tests: they tell phrases of the line's voice apart, and tones."""

import pytest

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import FRAME, FRAME_BYTES
from tests.support.rtp_stream import LOUD_DBFS
from tests.support.sound import level, level_of_tone, says, tone
from tests.support.voice import Renderer

PHRASE = "Your refill is ready."
MESSAGE = "This is Alex Sample. Please call me back."
LONGER = "I'm finding someone for you. Please stay on the line."


def test_a_phrase_is_found_behind_a_telephone_whatever_was_spoken_before(voice: Renderer) -> None:
    with Renderer() as another:
        another("Something else.")
        heard = bytes(9000) + another(LONGER) + bytes(3000) + another(PHRASE) + bytes(801)
    heard = decode_ulaw(encode_ulaw(heard[: len(heard) // 2 * 2]))
    assert says(heard, voice(PHRASE))
    assert says(heard, voice(LONGER))


@pytest.mark.parametrize("second", [0.3, 0.5, 0.9, 1.3, 1.7])
def test_packets_that_came_late_do_not_hide_a_phrase(voice: Renderer, second: float) -> None:
    """A busy machine sends late: the jitter buffer fills the gap, or drops what is too much."""
    said = voice(MESSAGE)
    at, gap = round(second / FRAME) * FRAME_BYTES, 2 * FRAME_BYTES
    assert says(said[:at] + bytes(gap) + said[at:], said)
    assert says(said[:at] + said[at + gap :], said)


def test_a_recording_may_end_with_the_last_word(voice: Renderer) -> None:
    said = voice(MESSAGE)
    frames = [said[at : at + FRAME_BYTES] for at in range(0, len(said), FRAME_BYTES)]
    while level(frames[-1]) < LOUD_DBFS:
        frames.pop()
    assert len(frames) * FRAME_BYTES < len(said)
    late = 20  # spoils the first piece, so that the last one is needed
    assert says(b"".join([*frames[:late], bytes(2 * FRAME_BYTES), *frames[late:]]), said)


def test_what_begins_with_the_same_words_is_told_apart(voice: Renderer) -> None:
    assert not says(voice("This is Alex Sample. I want to cancel."), voice(MESSAGE))
    assert not says(voice("Your refill is being prepared."), voice(PHRASE))


def test_other_words_and_silence_are_not_taken_for_a_phrase(voice: Renderer) -> None:
    assert not says(voice(LONGER), voice(PHRASE))
    assert not says(voice("Your refill is being prepared."), voice(LONGER))
    assert not says(bytes(32000), voice(PHRASE))
    assert not says(b"", voice(PHRASE))


def test_a_tone_is_told_from_another() -> None:
    both = tone(450.0, 0.2)
    assert level_of_tone(both, 450.0) > -16.0
    assert level_of_tone(both, 700.0) < -50.0
