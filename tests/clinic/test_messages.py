"""What callers leave is on the disk when they are told so."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.audio import wav
from ivr.clinic import messages
from ivr.clinic.messages import Kind, MessageBox
from ivr.errors import StoreError
from tests.support.faults import locked, no_room_beyond

NINE = datetime(2031, 5, 6, 9, 0, tzinfo=UTC)
PCM = b"\1\0" * 8000


class Clock:
    def __init__(self) -> None:
        self.now = NINE

    def __call__(self) -> datetime:
        return self.now


def with_box(
    folder: Path,
    scenario: Callable[[MessageBox], Coroutine[None, None, None]],
    *,
    clock: Clock | None = None,
    timeout: float = 5.0,
) -> None:
    async def main() -> None:
        box = MessageBox(folder / "messages.db", timeout=timeout, clock=clock or Clock())
        try:
            await scenario(box)
        finally:
            await box.close()

    asyncio.run(main())


async def keep(box: MessageBox) -> None:
    await box.keep_message(PCM, call="00c0ffee", queue="pharmacy", about="a refill")


def test_a_spoken_message_is_kept_with_its_sound(tmp_path: Path) -> None:
    async def scenario(box: MessageBox) -> None:
        await keep(box)
        (message,) = await box.kept()
        assert (message.kind, message.at, message.seconds) == (Kind.VOICE, NINE, 1.0)
        assert (message.call, message.queue, message.about) == ("00c0ffee", "pharmacy", "a refill")
        assert wav.decode((box.folder / message.file).read_bytes()).pcm == PCM

    with_box(tmp_path, scenario)


def test_sound_is_for_this_user_alone_under_a_name_that_tells_nothing(tmp_path: Path) -> None:
    with_box(tmp_path, keep)
    (file,) = (tmp_path / "messages").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "messages").stat().st_mode & 0o777 == 0o700
    assert len(file.stem) == 32


def test_a_callback_request_is_kept(tmp_path: Path) -> None:
    async def scenario(box: MessageBox) -> None:
        assert await box.keep_callback("2125550142", call="", queue="billing", about="a bill")
        (message,) = await box.kept()
        assert (message.kind, message.number, message.file) == (Kind.CALLBACK, "2125550142", "")

    with_box(tmp_path, scenario)


def test_the_oldest_waits_first(tmp_path: Path) -> None:
    clock = Clock()

    async def scenario(box: MessageBox) -> None:
        for about in ("first", "second", "third"):
            clock.now += timedelta(seconds=1)
            await box.keep_callback("2125550142", call="", queue="", about=about)
        assert [m.about for m in await box.kept()] == ["first", "second", "third"]

    with_box(tmp_path, scenario, clock=clock)


def test_a_message_somebody_saw_to_goes_with_its_sound(tmp_path: Path) -> None:
    async def scenario(box: MessageBox) -> None:
        await keep(box)
        (message,) = await box.kept()
        assert await box.delete(message.key)
        assert not await box.delete(message.key)
        assert await box.kept() == ()
        assert list(box.folder.iterdir()) == []

    with_box(tmp_path, scenario)


def test_what_is_too_old_goes_and_so_does_sound_without_a_message(tmp_path: Path) -> None:
    clock = Clock()

    async def scenario(box: MessageBox) -> None:
        await keep(box)
        clock.now += timedelta(days=10)
        await keep(box)
        (box.folder / f"{'0' * 32}.wav").touch()
        for file in box.folder.iterdir():
            os.utime(file, (NINE.timestamp(), NINE.timestamp()))
        assert await box.delete_before(NINE + timedelta(days=5)) == 1
        (left,) = await box.kept()
        assert [file.name for file in box.folder.iterdir()] == [left.file]

    with_box(tmp_path, scenario, clock=clock)


def test_a_full_box_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "CAPACITY", 2)

    async def scenario(box: MessageBox) -> None:
        told = [
            await box.keep_callback("2125550142", call="", queue="", about="") for _ in range(3)
        ]
        assert told == [True, True, False]
        with pytest.raises(StoreError, match="message box is full"):
            await keep(box)
        assert not box.folder.exists()

    with_box(tmp_path, scenario)


def test_a_caller_who_hangs_up_does_not_undo_a_message(tmp_path: Path) -> None:
    async def scenario(box: MessageBox) -> None:
        task = asyncio.create_task(keep(box))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    async def look(box: MessageBox) -> None:
        (message,) = await box.kept()
        assert (box.folder / message.file).exists()

    with_box(tmp_path, scenario)
    with_box(tmp_path, look)


def test_a_locked_file_is_an_error_that_leaves_nothing_behind(tmp_path: Path) -> None:
    async def scenario(box: MessageBox) -> None:
        await keep(box)
        with locked(tmp_path / "messages.db"), pytest.raises(StoreError, match="is locked"):
            await keep(box)
        assert len(list(box.folder.iterdir())) == len(await box.kept()) == 1

    with_box(tmp_path, scenario, timeout=0.4)


def test_a_full_disk_is_an_error_that_leaves_nothing_behind(tmp_path: Path) -> None:
    async def scenario(box: MessageBox) -> None:
        await keep(box)
        with no_room_beyond(8000), pytest.raises(StoreError, match=r"file too large|room|disk"):
            await keep(box)
        assert len(list(box.folder.iterdir())) == len(await box.kept()) == 1

    with_box(tmp_path, scenario)


def test_a_box_that_vanishes_is_begun_anew(tmp_path: Path) -> None:
    async def scenario(box: MessageBox) -> None:
        await keep(box)
        (tmp_path / "messages.db").unlink()
        await keep(box)
        assert len(await box.kept()) == 1

    with_box(tmp_path, scenario)


def test_nonsense_in_the_box_is_a_store_error(tmp_path: Path) -> None:
    async def scenario(box: MessageBox) -> None:
        await keep(box)
        with closing(sqlite3.connect(tmp_path / "messages.db")) as database, database:
            database.execute("update messages set kind = 'pigeon'")
        with pytest.raises(StoreError, match="rows that are none"):
            await box.kept()

    with_box(tmp_path, scenario)


def test_no_error_repeats_what_was_said(tmp_path: Path) -> None:
    (tmp_path / "messages.db").write_bytes(b"rubble" * 2000)

    async def scenario(box: MessageBox) -> None:
        with pytest.raises(StoreError) as told:
            await box.keep_callback("2125550142", call="", queue="", about="a refill")
        assert "2125550142" not in str(told.value)
        assert "refill" not in str(told.value)

    with_box(tmp_path, scenario)
