"""Recordings: both voices in time, nothing private, whole files whatever happens."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.audio import wav
from ivr.audio.pcm import FRAME_BYTES, SILENT_FRAME
from ivr.records import recordings
from ivr.records.recordings import Recorder, Recording, Recordings
from tests.support.faults import no_room_beyond


def frame(value: int) -> bytes:
    return value.to_bytes(2, "little", signed=True) * (FRAME_BYTES // 2)


def channels(path: Path) -> tuple[bytes, bytes]:
    read = wav.decode(path.read_bytes())
    assert (read.channels, read.rate_hz) == (2, 8000)
    samples = memoryview(read.pcm).cast("h")
    return samples[0::2].tobytes(), samples[1::2].tobytes()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for the writing thread."""
    while not condition():  # noqa: ASYNC110 - another thread's doing is what is waited for
        await asyncio.sleep(0.01)


async def recorded(folder: Path, frames: int) -> Recording:
    """Record *frames* frames as the media thread of a call would."""
    box = Recordings(folder)
    recorder = box.open()
    for number in range(frames):
        await asyncio.to_thread(recorder, frame(number), frame(-number))
    told = await recorder.close()
    await box.close()
    return told


def test_the_caller_is_on_the_left_and_the_line_on_the_right(tmp_path: Path) -> None:
    told = asyncio.run(recorded(tmp_path, 30))
    assert (told.seconds, told.stopped) == (0.6, False)
    heard, said = channels(tmp_path / told.file)
    assert heard == b"".join(frame(n) for n in range(30))
    assert said == b"".join(frame(-n) for n in range(30))


def test_folder_and_files_are_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    told = asyncio.run(recorded(folder, 1))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / told.file).stat().st_mode & 0o777 == 0o600


def test_a_files_name_tells_nothing(tmp_path: Path) -> None:
    names = {asyncio.run(recorded(tmp_path, 1)).file for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) == 36 and name.endswith(".wav") for name in names)


def test_a_call_without_a_frame_leaves_no_file(tmp_path: Path) -> None:
    told = asyncio.run(recorded(tmp_path, 0))
    assert told == Recording("", 0.0, stopped=False)
    assert list(tmp_path.iterdir()) == []


def test_several_calls_are_kept_apart(tmp_path: Path) -> None:
    async def main() -> None:
        box = Recordings(tmp_path)
        recorders = [box.open() for _ in range(3)]
        for number, recorder in enumerate(recorders, 1):
            for _ in range(number * 5):
                recorder(frame(number), frame(number))
        await box.close()
        for number, recorder in enumerate(recorders, 1):
            told = await recorder.close()
            heard, _ = channels(tmp_path / told.file)
            assert heard == frame(number) * number * 5

    asyncio.run(main())


def test_what_comes_after_the_end_is_dropped(tmp_path: Path) -> None:
    async def main() -> None:
        box = Recordings(tmp_path)
        recorder = box.open()
        recorder(frame(1), frame(1))
        told = await recorder.close()
        recorder(frame(2), frame(2))
        await box.close()
        assert channels(tmp_path / told.file)[0] == frame(1)

    asyncio.run(main())


STEPS = st.lists(st.sampled_from(["frame", "frame", "frame", "pause", "resume", "write"]))


@settings(max_examples=60)
@given(STEPS, st.integers(1, 6))
def test_any_order_of_events_keeps_time_and_keeps_secrets(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], room: int
) -> None:
    """Frame by frame: what is private or found no room is silence of the same length."""
    path = tmp_path_factory.mktemp("rec") / "x.wav"
    recorder = Recorder(path, threading.Event())
    expected: list[bytes] = []
    waiting, quiet, missed = 0, False, 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recordings, "QUEUE", room)
        for number, step in enumerate(steps, 1):
            match step:
                case "frame" if waiting < room:
                    expected += [SILENT_FRAME] * missed
                    expected.append(SILENT_FRAME if quiet else frame(number))
                    waiting, missed = waiting + 1, 0
                    recorder(frame(number), frame(number))
                case "frame":
                    missed += 1
                    recorder(frame(number), frame(number))
                case "write":
                    assert not recorder.write()
                    waiting = 0
                case _:
                    quiet = step == "pause"
                    recorder.keep_private(private=quiet)
    recorder._closing = True
    assert recorder.write()
    told = recorder.done.result(0)
    assert round(told.seconds / 0.02) == len(expected)
    if expected:
        assert channels(path) == (b"".join(expected), b"".join(expected))


@given(st.binary(max_size=700), st.binary(max_size=700))
@settings(max_examples=30)
def test_a_frame_of_a_wrong_length_moves_no_other(
    tmp_path_factory: pytest.TempPathFactory, heard: bytes, said: bytes
) -> None:
    path = tmp_path_factory.mktemp("rec") / "x.wav"
    recorder = Recorder(path, threading.Event())
    recorder(heard, said)
    recorder(frame(7), frame(8))
    recorder._closing = True
    assert recorder.write()
    left, right = channels(path)
    assert (left[FRAME_BYTES:], right[FRAME_BYTES:]) == (frame(7), frame(8))


# ---------------------------------------------------------------- trouble


KILLED = """
import asyncio, sys
from pathlib import Path
from ivr.records.recordings import Recordings

async def main():
    recorder = Recordings(Path(sys.argv[1])).open()
    for _ in range(1000):
        recorder(b"\\1\\0" * 160, b"\\2\\0" * 160)
        await asyncio.sleep(0.002)
        if _ == 300:
            print("on air", flush=True)

asyncio.run(main())
"""


def test_a_process_that_is_killed_leaves_a_whole_file(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"on air\n"
        os.kill(child.pid, signal.SIGKILL)
    (path,) = tmp_path.iterdir()
    heard, said = channels(path)
    assert set(memoryview(heard).cast("h")) == {1}
    assert set(memoryview(said).cast("h")) == {2}
    size = int.from_bytes(path.read_bytes()[40:44], "little")
    assert 0 < size <= path.stat().st_size - wav.HEADER_BYTES


def test_a_full_disk_ends_the_recording_and_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    full = wav.HEADER_BYTES + 10 * 2 * FRAME_BYTES

    async def main() -> Recording:
        box = Recordings(tmp_path)
        recorder = box.open()
        for _ in range(10):
            recorder(frame(1), frame(1))
        await until(lambda: recorder._path.exists() and recorder._path.stat().st_size == full)
        with no_room_beyond(full + 100):
            for _ in range(10):
                recorder(frame(2), frame(2))
            await until(lambda: recorder._stopped)
            recorder(frame(3), frame(3))
        told = await recorder.close()
        await box.close()
        return told

    told = asyncio.run(main())
    assert (told.stopped, round(told.seconds, 2)) == (True, 0.2)
    assert channels(tmp_path / told.file)[0] == frame(1) * 10
    assert (tmp_path / told.file).stat().st_size == full
    assert [record.message for record in caplog.records] == ["recording stopped"]


def test_no_room_from_the_start_leaves_no_file(tmp_path: Path) -> None:
    with no_room_beyond(20):
        told = asyncio.run(recorded(tmp_path, 5))
    assert told == Recording("", 0.0, stopped=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_stops_no_call(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = asyncio.run(recorded(tmp_path / "file" / "recordings", 5))
    assert told == Recording("", 0.0, stopped=True)


def test_a_call_in_trouble_leaves_the_others_alone(tmp_path: Path) -> None:
    async def main() -> tuple[Recording, Recording]:
        box = Recordings(tmp_path)
        bad, good = box.open(), box.open()
        bad._path.mkdir()
        for recorder in (bad, good):
            recorder(frame(5), frame(5))
        told = await bad.close(), await good.close()
        await box.close()
        return told

    bad, good = asyncio.run(main())
    assert bad.stopped
    assert channels(tmp_path / good.file)[0] == frame(5)


def test_a_disk_that_hangs_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A FIFO that nobody reads hangs the writing thread as a dead network disk would."""
    monkeypatch.setattr(recordings, "CLOSING", 0.1)

    async def main() -> None:
        box = Recordings(tmp_path)
        recorder = box.open()
        os.mkfifo(recorder._path)
        monkeypatch.setattr(os, "O_EXCL", 0)
        for _ in range(2 * recordings.QUEUE):
            recorder(frame(1), frame(1))
        told = await recorder.close()
        assert told.stopped
        await box.close()
        os.close(os.open(recorder._path, os.O_RDWR | os.O_NONBLOCK))

    asyncio.run(main())
