"""The sound of a leg, without a network: the media clock is the test."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from ivr.audio.pcm import FRAME_BYTES, SILENT_FRAME
from sip.media_port import QUEUED_FRAMES, MediaPort

Job = tuple[Callable[..., None], tuple[object, ...]]


class Loop:
    """Runs what was posted when told to."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []

    def post(self, function: Callable[..., None], *arguments: object) -> None:
        self._jobs.append((function, arguments))

    def run(self) -> None:
        jobs, self._jobs = self._jobs, []
        for function, arguments in jobs:
            function(*arguments)

    @property
    def waiting(self) -> int:
        return len(self._jobs)


def _port(loop: Loop) -> tuple[MediaPort, list[int]]:
    played: list[int] = []
    return MediaPort(loop.post, on_played=played.append), played


def _frame(value: int) -> bytes:
    return value.to_bytes(2, "little", signed=True) * 160


@given(st.binary(min_size=1, max_size=5 * FRAME_BYTES))
def test_every_byte_is_sent_in_order_and_then_silence(pcm: bytes) -> None:
    loop = Loop()
    port, played = _port(loop)
    port.play(pcm, token=9, loop=False)
    sent = b""
    while (frame := port.next_frame()) is not None:
        assert len(frame) == FRAME_BYTES
        sent += frame
    assert sent.startswith(pcm)
    assert not any(sent[len(pcm) :])
    assert len(sent) - len(pcm) < FRAME_BYTES
    loop.run()
    assert played == [9]
    assert port.next_frame() is None


@given(st.binary(min_size=1, max_size=3 * FRAME_BYTES), st.integers(1, 20))
def test_a_loop_fades_in_and_repeats_without_a_gap(pcm: bytes, frames: int) -> None:
    loop = Loop()
    port, played = _port(loop)
    port.play(pcm, token=9, loop=True)
    sent = b"".join(port.next_frame() or b"" for _ in range(frames))
    repeated = pcm * (len(sent) // len(pcm) + 1)
    assert sent[FRAME_BYTES:] == repeated[FRAME_BYTES : frames * FRAME_BYTES]
    assert sent[:2] == bytes(2)
    loop.run()
    assert played == []


def test_a_prompt_that_ends_as_it_is_cut_is_not_told() -> None:
    loop = Loop()
    port, played = _port(loop)
    port.play(_frame(1), token=1, loop=False)
    port.next_frame()
    port.stop()
    loop.run()
    assert played == []


def test_a_prompt_that_ends_as_it_is_replaced_is_not_told() -> None:
    loop = Loop()
    port, played = _port(loop)
    port.play(_frame(1), token=1, loop=False)
    port.next_frame()
    port.play(_frame(2), token=2, loop=False)
    loop.run()
    assert port.next_frame() == _frame(2)
    loop.run()
    assert played == [2]


def test_a_loop_that_is_stuck_costs_the_oldest_frames_and_one_job() -> None:
    loop = Loop()
    port, _ = _port(loop)
    heard: list[bytes] = []
    port.listen(heard.append)
    for value in range(QUEUED_FRAMES + 10):
        port.take(_frame(value))
    assert loop.waiting == 1
    loop.run()
    assert heard == [_frame(value) for value in range(10, QUEUED_FRAMES + 10)]


def test_a_new_listener_hears_nothing_old() -> None:
    loop = Loop()
    port, _ = _port(loop)
    first: list[bytes] = []
    second: list[bytes] = []
    port.listen(first.append)
    port.take(_frame(1))
    port.listen(second.append)
    port.take(_frame(2))
    loop.run()
    assert (first, second) == ([], [_frame(2)])


def test_nobody_listens_nothing_is_kept() -> None:
    loop = Loop()
    port, _ = _port(loop)
    port.take(_frame(1))
    assert loop.waiting == 0


def test_a_tap_hears_prompt_and_partner_together() -> None:
    loop = Loop()
    caller, _ = _port(loop)
    agent, _ = _port(loop)
    caller.join(agent)
    taken: list[tuple[bytes, bytes]] = []
    caller.tap(lambda heard, said: taken.append((heard, said)))
    caller.play(_frame(1000), token=1, loop=False)
    caller.next_frame()
    agent.take(_frame(200))
    caller.take(_frame(7))
    caller.next_frame()
    caller.take(_frame(8))
    caller.part(agent)
    caller.take(_frame(9))
    assert taken == [
        (_frame(7), _frame(1200)),
        (_frame(8), _frame(200)),
        (_frame(9), SILENT_FRAME),
    ]


def test_two_subscribers_and_a_listener_each_hear_every_frame_until_they_leave() -> None:
    loop = Loop()
    port, _ = _port(loop)
    heard: dict[str, list[bytes]] = {"one": [], "two": [], "listener": []}
    leave = port.subscribe(heard["one"].append)
    port.subscribe(heard["two"].append)
    port.listen(heard["listener"].append)
    port.take(_frame(1))
    assert loop.waiting == 1
    loop.run()
    port.take(_frame(2))
    leave()
    leave()
    port.listen(None)
    loop.run()
    assert heard == {"one": [_frame(1)], "two": [_frame(1), _frame(2)], "listener": [_frame(1)]}


def test_who_is_fed_in_is_heard_beside_the_prompt_and_on_the_tap() -> None:
    loop = Loop()
    port, _ = _port(loop)
    taken: list[tuple[bytes, bytes]] = []
    port.tap(lambda heard, said: taken.append((heard, said)))
    port.play(_frame(1000), token=1, loop=False)
    for value in (20, 30):
        port.mixer.feed("browser", _frame(value))
    assert [port.next_frame(), port.next_frame(), port.next_frame()] == [
        _frame(1020),
        _frame(30),
        None,
    ]
    port.mixer.feed("browser", _frame(40))
    port.next_frame()
    port.take(_frame(7))
    assert taken == [(_frame(7), _frame(40))]


def test_a_leg_that_ended_sends_frames_to_nobody() -> None:
    loop = Loop()
    port, _ = _port(loop)
    heard: list[bytes] = []
    port.listen(heard.append)
    port.subscribe(heard.append)
    port.take(_frame(1))
    port.end()
    loop.run()
    assert heard == []
