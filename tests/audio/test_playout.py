"""Playing what came: a lost packet costs its own 20 ms and nothing else."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.pcm import FRAME_BYTES, FRAME_SAMPLES, SILENT_FRAME
from ivr.audio.playout import MOST, SETTLED, TARGET, Playout

TURN = 1 << 32
MARK = (12_345).to_bytes(2, "little")


def frame(number: int) -> bytes:
    """Give a frame that tells its number, and when it was made quieter."""
    return (number.to_bytes(2, "little") + MARK) * (FRAME_SAMPLES // 2)


def number(sound: bytes) -> int | None:
    """Tell which frame was played; None for silence and for what stands in."""
    return int.from_bytes(sound[:2], "little") if sound[2:4] == MARK else None


def ring(
    playout: Playout, arrivals: Iterable[Iterable[int]], *, start: int = 0
) -> list[int | None]:
    """Before each frame is taken let the packets of these numbers come."""
    played = []
    for numbers in arrivals:
        for each in numbers:
            playout.put((start + each * FRAME_SAMPLES) % TURN, frame(each))
        played.append(number(playout.take()))
    return played


def evenly(last: int, *, without: Iterable[int] = ()) -> list[list[int]]:
    lost = set(without)
    return [[] if each in lost else [each] for each in range(last)]


def test_even_packets_are_played_as_they_came() -> None:
    assert ring(Playout(), evenly(10)) == [None, *range(9)]


@pytest.mark.parametrize("lost", [{20}, {20, 21}, {20, 40, 41, 42}, set(range(5, 100, 10))])
def test_lost_packets_add_no_delay(lost: set[int]) -> None:
    playout = Playout()
    played = ring(playout, evenly(150, without=lost))
    assert played == [None if i == 0 or i - 1 in lost else i - 1 for i in range(150)]
    assert playout.counts.concealed + playout.counts.dry >= len(lost)


def test_a_long_gap_adds_no_delay_either() -> None:
    played = ring(Playout(), evenly(80, without=range(20, 45)))
    assert played[-10:] == list(range(69, 79))


def test_a_hole_is_filled_with_the_fading_last_frame() -> None:
    playout = Playout()
    loud = (10_000).to_bytes(2, "little") * FRAME_SAMPLES
    peaks = []
    for each in range(10):
        if each not in {3, 4, 5, 6}:
            playout.put(each * FRAME_SAMPLES, loud)
        peaks.append(int.from_bytes(playout.take()[:2], "little"))
    assert peaks == [0, 10_000, 10_000, 10_000, 6_000, 2_000, 0, 0, 10_000, 10_000]


def test_packets_in_another_order_are_put_right() -> None:
    assert ring(Playout(), [[0, 1], [3], [2], [4], [6], [5], [7]]) == [0, 1, 2, 3, 4, 5, 6]


def test_the_very_first_packets_may_come_in_another_order() -> None:
    assert ring(Playout(), [[1], [0], [2], [3]]) == [None, 0, 1, 2]


def test_a_packet_that_comes_after_its_time_is_dropped() -> None:
    playout = Playout()
    ring(playout, evenly(10))
    playout.put(3 * FRAME_SAMPLES, frame(3))
    assert playout.counts.late == 1
    assert number(playout.take()) == 9


def test_a_packet_that_comes_twice_is_played_once() -> None:
    assert ring(Playout(), [[0], [1, 1], [2, 2], [3]]) == [None, 0, 1, 2]


def test_timestamps_may_wrap() -> None:
    start = TURN - 5 * FRAME_SAMPLES
    assert ring(Playout(), evenly(20), start=start) == [None, *range(19)]


def test_a_source_that_begins_anew_is_followed() -> None:
    playout = Playout()
    ring(playout, evenly(10))
    assert ring(playout, evenly(10), start=3_000_000_000)[-3:] == [6, 7, 8]


def test_a_source_that_begins_anew_just_before_is_followed_too() -> None:
    playout = Playout()
    ring(playout, evenly(30))
    assert ring(playout, evenly(20))[-3:] == [16, 17, 18]


def test_a_burst_is_cut_to_120_ms_and_the_newest_kept() -> None:
    playout = Playout()
    ring(playout, evenly(5))
    played = ring(playout, [range(5, 40), *[[i] for i in range(40, 60)]])
    assert playout.delay <= MOST
    assert played[0] == 40 - MOST // FRAME_SAMPLES


def test_delay_that_a_burst_left_behind_goes_away() -> None:
    playout = Playout()
    ring(playout, evenly(5))
    seconds = 6 * SETTLED // FRAME_SAMPLES
    ring(playout, [[], [], [], [5, 6, 7, 8], *[[i] for i in range(9, 9 + seconds)]])
    assert playout.delay <= TARGET


def test_packets_may_be_of_any_length() -> None:
    playout = Playout()
    sound = b"".join(frame(i) for i in range(12))
    played: list[int | None] = []
    for at in range(0, 12 * FRAME_BYTES, 480):  # 30 ms
        playout.put(at // 2, sound[at : at + 480])
        if at % 960:
            played += [number(playout.take()) for _ in range(3)]
    assert played[:12] == [*range(12)]


def test_without_packets_there_is_silence() -> None:
    assert Playout().take() == SILENT_FRAME


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(st.integers(0, TURN - 1), st.integers(0, 3000)),
            st.tuples(st.integers(0, 20_000), st.sampled_from((80, 160, 480))),
        ),
        max_size=60,
    )
)
def test_whatever_comes_a_frame_is_a_frame_and_delay_is_bounded(
    steps: list[tuple[int, int] | None],
) -> None:
    playout = Playout()
    for step in steps:
        if step is None:
            assert len(playout.take()) == FRAME_BYTES
        else:
            playout.put(step[0], bytes(2 * step[1]))
        assert playout.delay <= MOST


@given(st.data())
def test_whatever_is_lost_or_late_sound_never_goes_backwards(data: st.DataObject) -> None:
    slots = data.draw(st.lists(st.integers(-1, 3), min_size=1, max_size=80))
    arrivals: list[list[int]] = [[] for _ in range(len(slots) + 4)]
    for each, late in enumerate(slots):
        if late >= 0:
            arrivals[each + late].append(each)
    played = [each for each in ring(Playout(), arrivals) if each is not None]
    assert played == sorted(set(played))
