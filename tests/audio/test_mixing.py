"""Sounds added up: nothing wraps round, nobody waits long, a gap is silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.mixing import QUEUED_FRAMES, Mixer, mix
from ivr.audio.pcm import FRAME_BYTES, SILENT_FRAME
from ivr.errors import MisuseError

FRAMES = st.binary(min_size=FRAME_BYTES, max_size=FRAME_BYTES)


def _frame(value: int) -> bytes:
    return value.to_bytes(2, "little", signed=True) * 160


@given(FRAMES)
def test_silence_changes_nothing_in_a_mix(frame: bytes) -> None:
    assert mix(frame, SILENT_FRAME) == frame
    assert mix(SILENT_FRAME, frame) == frame


@given(FRAMES, FRAMES)
def test_each_sample_is_the_sum_or_the_loudest_there_is(one: bytes, other: bytes) -> None:
    def samples(pcm: bytes) -> list[int]:
        return [
            int.from_bytes(pcm[i : i + 2], "little", signed=True) for i in range(0, len(pcm), 2)
        ]

    sums = [
        max(-32768, min(32767, a + b)) for a, b in zip(samples(one), samples(other), strict=True)
    ]
    assert samples(mix(one, other)) == sums


def test_a_mix_clips() -> None:
    assert mix(_frame(30_000), _frame(30_000)) == _frame(32_767)
    assert mix(_frame(-30_000), _frame(-30_000)) == _frame(-32_768)


def test_sources_are_added_to_what_plays_a_frame_each() -> None:
    mixer = Mixer()
    mixer.feed("agent", _frame(10))
    mixer.feed("agent", _frame(20))
    mixer.feed("supervisor", _frame(300))
    assert mixer.add_to(_frame(5000)) == _frame(5310)
    assert mixer.add_to(None) == _frame(20)
    assert mixer.add_to(None) is None
    assert mixer.add_to(_frame(1)) == _frame(1)


def test_a_source_that_sends_too_fast_loses_its_oldest_frames() -> None:
    mixer = Mixer()
    for value in range(1, QUEUED_FRAMES + 3):
        mixer.feed("agent", _frame(value))
    assert [mixer.add_to(None) for _ in range(QUEUED_FRAMES + 1)] == [
        *(_frame(value) for value in range(3, QUEUED_FRAMES + 3)),
        None,
    ]


def test_who_is_forgotten_is_heard_no_more() -> None:
    mixer = Mixer()
    mixer.feed("agent", _frame(1))
    mixer.feed("supervisor", _frame(2))
    mixer.forget("agent")
    mixer.forget("nobody")
    assert mixer.add_to(None) == _frame(2)


@given(st.binary(max_size=2 * FRAME_BYTES).filter(lambda pcm: len(pcm) != FRAME_BYTES))
def test_what_is_no_frame_is_refused_before_it_reaches_the_media_clock(pcm: bytes) -> None:
    with pytest.raises(MisuseError):
        Mixer().feed("agent", pcm)
