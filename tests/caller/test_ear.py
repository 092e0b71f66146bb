"""Cutting a line's sound into stretches of speech."""

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.pcm import FRAME, FRAME_BYTES, FRAME_SAMPLES, SILENT_FRAME
from ivr.caller.ear import LEAD, LONGEST, PAUSE, STEADY, Ear, Stretch
from ivr.speech.tones import hold_music


def loud(amplitude: int = 8000) -> bytes:
    wave = (round(amplitude * math.sin(n / 3)) for n in range(FRAME_SAMPLES))
    return array("h", wave).tobytes()


def speech(seconds: float) -> list[bytes]:
    """Loud and soft frames in turn, as syllables are."""
    frames = [loud(), loud(), loud(2000), loud(300)]
    return [frames[n % 4] for n in range(round(seconds / FRAME))]


def silence(seconds: float) -> list[bytes]:
    return [SILENT_FRAME] * round(seconds / FRAME)


def music(seconds: float) -> list[bytes]:
    pcm = hold_music()
    return [pcm[n * FRAME_BYTES :][:FRAME_BYTES] for n in range(round(seconds / FRAME))]


def listen(*parts: list[bytes]) -> tuple[Ear, list[Stretch]]:
    ear = Ear()
    frames = [frame for part in parts for frame in part]
    return ear, [stretch for frame in frames if (stretch := ear.feed(frame)) is not None]


def test_two_sentences_are_two_stretches_with_their_times() -> None:
    _, stretches = listen(silence(1), speech(2), silence(0.4), speech(1), silence(1))
    assert [s.start for s in stretches] == pytest.approx([1 - LEAD, 3.4 - (0.4 - PAUSE)])
    assert [s.end for s in stretches] == pytest.approx([3 + PAUSE, 4.4 + PAUSE])


def test_a_pause_inside_a_sentence_does_not_cut_it() -> None:
    _, stretches = listen(speech(1), silence(PAUSE - 2 * FRAME), speech(1), silence(1))
    assert len(stretches) == 1


def test_a_click_is_no_speech() -> None:
    assert listen(silence(1), [loud()], silence(1))[1] == []


def test_endless_speech_is_cut_and_nothing_of_it_is_lost() -> None:
    _, stretches = listen(speech(LONGEST * 2.5), silence(1))
    assert len(stretches) == 3
    assert sum(len(s.pcm) for s in stretches) / 16000 == pytest.approx(LONGEST * 2.5 + PAUSE)


def test_hold_music_is_no_speech() -> None:
    ear, stretches = listen(music(10))
    assert stretches == []
    assert ear.music


def test_speech_that_runs_into_music_is_told_without_the_music() -> None:
    ear, stretches = listen(silence(1), speech(2), music(5))
    assert ear.music
    assert len(stretches) == 1
    assert stretches[0].end == pytest.approx(3, abs=STEADY / 2)


def test_speech_after_music_is_heard() -> None:
    ear, stretches = listen(music(5), silence(0.5), speech(2), silence(1))
    assert len(stretches) == 1
    assert not ear.music
    assert stretches[0].start == pytest.approx(5.5 - LEAD)


def test_after_a_cut_a_stretch_never_begins_before_it() -> None:
    ear, _ = listen(silence(1), speech(1), silence(0.1))
    cut = ear.cut()
    moment = ear.now
    assert cut is not None
    stretches = [s for f in speech(1) + silence(1) if (s := ear.feed(f)) is not None]
    assert [s.start for s in stretches] == [moment]


def test_quiet_is_counted_from_the_last_sound() -> None:
    ear, _ = listen(speech(1), silence(0.7))
    assert ear.quiet_for == pytest.approx(0.7)


parts = st.one_of(
    st.integers(1, 150).map(lambda n: speech(n * FRAME)),
    st.integers(1, 150).map(lambda n: silence(n * FRAME)),
    st.integers(1, 150).map(lambda n: music(n * FRAME)),
)


@given(st.lists(parts, max_size=8))
def test_stretches_never_overlap_and_never_come_from_the_future(parts: list[list[bytes]]) -> None:
    ear, now = Ear(), 0.0
    for frame in (frame for part in parts for frame in part):
        stretch = ear.feed(frame)
        if stretch is not None:
            assert stretch.start >= now - 1e-9
            assert stretch.end <= ear.now + 1e-9
            now = stretch.end
