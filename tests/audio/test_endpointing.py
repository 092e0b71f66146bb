from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.audio.endpointing import NEVER_BELOW_DBFS, Change, Endpointer, Gate, Patience
from ivr.audio.pcm import FRAME

SHORT = Patience(pause_after=0.16, end_after=0.38, limit=15.0)
SPEECH, NOTHING = 0.9, 0.0
LOUD, QUIET = -20.0, -70.0


def frames(seconds: float) -> int:
    return round(seconds / FRAME)


def follow(
    *parts: tuple[float, float, float], patience: Patience = SHORT
) -> list[tuple[Change, float]]:
    """Feed (seconds, score, level) after one another; give the changes and when."""
    endpointer = Endpointer(patience)
    found = []
    now = 0
    for seconds, score, level in parts:
        for _ in range(frames(seconds)):
            now += 1
            change = endpointer.feed(score, level_dbfs=level)
            if change is not None:
                found.append((change, round(now * FRAME, 2)))
    return found


def kinds(found: list[tuple[Change, float]]) -> list[Change]:
    return [change for change, _ in found]


def test_an_utterance_has_an_onset_a_pause_and_an_end() -> None:
    found = follow((0.5, NOTHING, QUIET), (1.0, SPEECH, LOUD), (1.0, NOTHING, QUIET))
    assert kinds(found) == [Change.ONSET, Change.PAUSE, Change.END]


def test_the_onset_comes_within_a_tenth_of_a_second() -> None:
    found = follow((0.5, NOTHING, QUIET), (0.1, SPEECH, LOUD))
    assert found == [(Change.ONSET, 0.56)]


def test_a_click_is_no_onset() -> None:
    assert follow((0.5, NOTHING, QUIET), (0.04, SPEECH, LOUD), (1.0, NOTHING, QUIET)) == []


def test_the_end_comes_when_the_silence_has_lasted_as_long_as_asked() -> None:
    found = follow((1.0, SPEECH, LOUD), (2.0, NOTHING, QUIET))
    assert found[-1] == (Change.END, 1.36)


def test_a_long_wait_holds_a_number_spoken_in_groups_together() -> None:
    groups = (
        (0.6, SPEECH, LOUD),
        (0.7, NOTHING, QUIET),
        (0.6, SPEECH, LOUD),
        (1.5, NOTHING, QUIET),
    )
    long = Patience(pause_after=0.25, end_after=0.9, limit=15.0)
    expected = [Change.ONSET, Change.PAUSE, Change.RESUME, Change.PAUSE, Change.END]
    assert kinds(follow(*groups, patience=long)) == expected


def test_one_stray_frame_does_not_put_the_end_off() -> None:
    found = follow(
        (1.0, SPEECH, LOUD), (0.2, NOTHING, QUIET), (0.02, SPEECH, LOUD), (1.0, NOTHING, QUIET)
    )
    assert found[-1] == (Change.END, 1.38)


def test_a_word_that_just_begins_is_not_cut_by_the_silence_before_it() -> None:
    long = Patience(pause_after=0.25, end_after=0.9, limit=15.0)
    begins = (0.06, SPEECH, LOUD), (0.04, NOTHING, QUIET), (0.5, SPEECH, LOUD)
    found = follow((0.6, SPEECH, LOUD), (0.8, NOTHING, QUIET), *begins, patience=long)
    assert kinds(found) == [Change.ONSET, Change.PAUSE, Change.RESUME]


def test_the_limit_ends_who_never_stops() -> None:
    found = follow((20.0, SPEECH, LOUD), patience=Patience(0.16, 0.38, limit=5.0))
    assert next(when for change, when in found if change is Change.END) < 5.1


def test_a_television_far_below_the_caller_does_not_keep_the_utterance_open() -> None:
    found = follow((1.0, SPEECH, LOUD), (1.0, SPEECH, LOUD - 30))
    assert kinds(found) == [Change.ONSET, Change.PAUSE, Change.END]


def test_after_an_end_the_next_utterance_begins_anew() -> None:
    once = ((0.5, SPEECH, LOUD), (1.0, NOTHING, QUIET))
    assert kinds(follow(*once, *once)) == [Change.ONSET, Change.PAUSE, Change.END] * 2


def test_a_forgotten_utterance_has_no_end() -> None:
    endpointer = Endpointer(SHORT)
    for _ in range(20):
        endpointer.feed(SPEECH, level_dbfs=LOUD)
    endpointer.forget()
    assert not endpointer.speaking
    assert all(endpointer.feed(NOTHING, level_dbfs=QUIET) is None for _ in range(100))


LONG = Patience(pause_after=0.3, end_after=0.9, limit=15.0, whole_after=0.36)


def ends_after(*, whole_at: float, then: tuple[float, float] = (0.0, NOTHING)) -> float:
    """Speak a second; say it was whole after *whole_at* seconds of silence; give the end."""
    endpointer = Endpointer(LONG)
    scores = [SPEECH] * frames(1.0) + [NOTHING] * frames(whole_at)
    after = [then[1]] * frames(then[0]) + [NOTHING] * frames(2.0)
    for score in scores:
        endpointer.feed(score, level_dbfs=LOUD if score else QUIET)
    endpointer.whole()
    for number, score in enumerate(after, start=len(scores) + 1):
        if endpointer.feed(score, level_dbfs=LOUD if score else QUIET) is Change.END:
            return round(number * FRAME, 2)
    raise AssertionError("it never ended")


def test_what_is_whole_ends_as_soon_as_a_breath_is_over() -> None:
    assert ends_after(whole_at=0.32) == 1.36


def test_what_turns_out_whole_later_ends_with_the_next_frame() -> None:
    assert ends_after(whole_at=0.60) == 1.62


def test_what_is_called_whole_before_the_pause_waits_like_anything() -> None:
    assert ends_after(whole_at=0.10) == 1.82


def test_who_goes_on_was_not_finished() -> None:
    assert ends_after(whole_at=0.32, then=(0.5, SPEECH)) == 2.64


FOLLOWING = {
    None: {Change.ONSET},
    Change.ONSET: {Change.PAUSE, Change.END},
    Change.PAUSE: {Change.RESUME, Change.END},
    Change.RESUME: {Change.PAUSE, Change.END},
    Change.END: {Change.ONSET},
}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.floats(0, 1), st.floats(-120, 0)), min_size=1, max_size=30
    ),
    st.sampled_from([SHORT, Patience(0.25, 0.9, limit=2.0), LONG]),
)
def test_whatever_is_heard_the_changes_come_in_order_and_utterances_end(
    runs: list[tuple[int, float, float]], patience: Patience
) -> None:
    parts = [(count * FRAME, score, level) for count, score, level in runs]
    found = follow(*parts, (patience.limit + 1, NOTHING, -120.0), patience=patience)
    for before, after in pairwise([None, *kinds(found)]):
        assert after in FOLLOWING[before]
    assert not found or found[-1][0] is Change.END
    onsets = [when for change, when in found if change is Change.ONSET]
    ends = [when for change, when in found if change is Change.END]
    lengths = [end - onset for onset, end in zip(onsets, ends, strict=True)]
    assert all(length <= patience.limit + FRAME for length in lengths)


def test_the_gate_is_shut_on_a_quiet_line_and_opens_for_a_voice() -> None:
    gate = Gate()
    assert not any(gate.feed(-62.0) for _ in range(100))
    assert gate.feed(-30.0)


def test_the_gate_stays_open_through_a_stop_inside_a_word() -> None:
    gate = Gate()
    gate.feed(-30.0)
    assert all(gate.feed(-90.0) for _ in range(frames(0.3)))
    assert not all(gate.feed(-90.0) for _ in range(frames(0.2)))


def test_the_gate_learns_a_noisy_line() -> None:
    gate = Gate()
    opened = [gate.feed(-40.0) for _ in range(frames(12.0))]
    assert opened[0]
    assert not opened[-1]


def test_the_gate_never_opens_for_what_nobody_could_hear() -> None:
    gate = Gate()
    for _ in range(200):
        gate.feed(-120.0)
    assert not gate.feed(NEVER_BELOW_DBFS - 1)
