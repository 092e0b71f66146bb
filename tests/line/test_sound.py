"""The ears of these tests: they tell phrases of the line's voice apart, and tones."""

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from tests.support.sound import level_of_tone, says, tone
from tests.support.voice import Renderer

PHRASE = "Your refill is ready."
LONGER = "I'm finding someone for you. Please stay on the line."


def test_a_phrase_is_found_behind_a_telephone_whatever_was_spoken_before(voice: Renderer) -> None:
    with Renderer() as another:
        another("Something else.")
        heard = bytes(9000) + another(LONGER) + bytes(3000) + another(PHRASE) + bytes(801)
    heard = decode_ulaw(encode_ulaw(heard[: len(heard) // 2 * 2]))
    assert says(heard, voice(PHRASE))
    assert says(heard, voice(LONGER))


def test_other_words_and_silence_are_not_taken_for_a_phrase(voice: Renderer) -> None:
    assert not says(voice(LONGER), voice(PHRASE))
    assert not says(voice("Your refill is being prepared."), voice(LONGER))
    assert not says(bytes(32000), voice(PHRASE))
    assert not says(b"", voice(PHRASE))


def test_a_tone_is_told_from_another() -> None:
    both = tone(450.0, 0.2)
    assert level_of_tone(both, 450.0) > -16.0
    assert level_of_tone(both, 700.0) < -50.0
