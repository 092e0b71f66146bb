"""Changing what plays: at once, and without a click."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.pcm import FRAME_BYTES, FRAME_SAMPLES
from ivr.audio.playing import Player, Playing
from tests.support.sound import samples, tone

MUSIC = tone(440, 2.0)
WORDS = tone(300, 0.5)
SLOPE = 1.02  # a fade of one frame adds next to nothing to the steps of a wave
moments = st.integers(0, len(MUSIC) // 2 - 1)


def player() -> Player:
    return Player(lambda _playing: None)


def frames(playing: Player, count: int) -> list[bytes]:
    return [playing.next_frame() or bytes(FRAME_BYTES) for _ in range(count)]


def largest_step(pcm: bytes) -> float:
    """Tell the largest step between neighbouring samples: a click is one that stands out."""
    return float(np.max(np.abs(np.diff(samples(pcm)))))


def music_from(start: int) -> bytes:
    return MUSIC[2 * start :] + MUSIC[: 2 * start]


@given(moments, st.integers(1, 30))
def test_music_begins_and_stops_without_a_click_wherever_it_is(start: int, plays: int) -> None:
    playing = player()
    silence = frames(playing, 1)
    playing.play(music_from(start), token=1, loop=True)
    sound = frames(playing, plays)
    playing.stop()
    heard = b"".join([*silence, *sound, *frames(playing, 2)])
    assert largest_step(heard) <= largest_step(MUSIC) * SLOPE


@given(moments, st.integers(1, 30))
def test_words_that_replace_music_begin_at_once_and_without_a_click(start: int, plays: int) -> None:
    playing = player()
    playing.play(music_from(start), token=1, loop=True)
    sound = frames(playing, plays)
    playing.play(WORDS, token=2, loop=False)
    words = frames(playing, 3)
    heard = b"".join([bytes(2), *sound, *words])
    assert largest_step(heard) <= (largest_step(MUSIC) + largest_step(WORDS)) * SLOPE
    assert b"".join(words[1:]) == WORDS[FRAME_BYTES : 3 * FRAME_BYTES]
    assert words[0] != WORDS[:FRAME_BYTES], "the music fades out under them"


def test_what_is_stopped_is_silent_after_one_frame() -> None:
    playing = player()
    playing.play(MUSIC, token=1, loop=True)
    frames(playing, 5)
    playing.stop()
    fading = playing.next_frame()
    assert fading is not None
    assert samples(fading)[-1] == 0
    assert playing.next_frame() is None


def test_what_was_never_heard_is_not_faded_out() -> None:
    playing = player()
    playing.play(MUSIC, token=1, loop=True)
    playing.stop()
    assert playing.next_frame() is None


def test_what_ended_by_itself_is_not_faded_out_again() -> None:
    told: list[Playing] = []
    playing = Player(told.append)
    playing.play(WORDS[:FRAME_BYTES], token=7, loop=False)
    assert playing.next_frame() == WORDS[:FRAME_BYTES]
    assert [one.token for one in told] == [7]
    assert playing.finish(told[0])
    assert not playing.finish(told[0])
    assert playing.next_frame() is None


def test_words_keep_their_first_sound() -> None:
    playing = player()
    hard = (9000).to_bytes(2, "little") * FRAME_SAMPLES
    playing.play(hard, token=1, loop=False)
    assert playing.next_frame() == hard
