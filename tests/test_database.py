"""The door to SQLite keeps its promises while files vanish, break and lock."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeVar

import pytest

from ivr.database import Database
from ivr.errors import StoreUnavailable
from tests.support.faults import locked, no_room_beyond

T = TypeVar("T")
SCHEMA = "create table if not exists notes (text text not null);"


def put(text: str) -> Callable[[sqlite3.Connection], int]:
    return lambda c: c.execute("insert into notes values (?)", (text,)).rowcount


def notes(connection: sqlite3.Connection) -> list[str]:
    return [text for (text,) in connection.execute("select text from notes order by rowid")]


def running(
    path: Path,
    scenario: Callable[[Database], Coroutine[None, None, T]],
    *,
    timeout: float = 5.0,
    recreate: bool = False,
) -> T:
    async def main() -> T:
        database = Database(path, schema=SCHEMA, timeout=timeout, recreate=recreate)
        try:
            return await scenario(database)
        finally:
            await database.close()

    return asyncio.run(main())


def test_what_was_written_is_read_by_the_next_process(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "notes.db"
    running(file, lambda db: db.write(put("a")))
    assert running(file, lambda db: db.read(notes)) == ["a"]


def test_file_and_folder_are_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "notes.db"
    running(file, lambda db: db.write(put("a")))
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_work_that_fails_is_undone_whole(tmp_path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        put("half")(connection)
        raise ZeroDivisionError

    async def scenario(db: Database) -> list[str]:
        with pytest.raises(ZeroDivisionError):
            await db.write(half)
        await db.write(put("whole"))
        return await db.read(notes)

    assert running(tmp_path / "notes.db", scenario) == ["whole"]


def test_work_beyond_the_time_limit_is_given_up_and_undone(tmp_path: Path) -> None:
    release = threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        put("slow")(connection)
        release.wait(10)

    async def scenario(db: Database) -> list[str]:
        with pytest.raises(StoreUnavailable, match=r"notes\.db did not answer within 0\.2 s"):
            await db.write(slow)
        release.set()
        while True:
            try:
                return await db.read(notes)
            except StoreUnavailable:  # the slow work still holds the thread
                continue

    assert running(tmp_path / "notes.db", scenario, timeout=0.2) == []


def test_cancelled_work_is_undone(tmp_path: Path) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        put("slow")(connection)
        begun.set()
        release.wait(10)

    async def scenario(db: Database) -> list[str]:
        task = asyncio.create_task(db.write(slow))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        return await db.read(notes)

    assert running(tmp_path / "notes.db", scenario) == []


def test_a_lock_stops_writers_but_no_readers_and_passes(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"

    async def scenario(db: Database) -> list[str]:
        await db.write(put("a"))
        with locked(file):
            with pytest.raises(StoreUnavailable, match="is locked by another program"):
                await db.write(put("b"))
            assert await db.read(notes) == ["a"]
        await db.write(put("c"))
        return await db.read(notes)

    assert running(file, scenario, timeout=0.4) == ["a", "c"]


def test_a_file_that_vanishes_is_an_error_until_it_is_back(tmp_path: Path) -> None:
    file, away = tmp_path / "notes.db", tmp_path / "away.db"

    async def scenario(db: Database) -> list[str]:
        await db.write(put("a"))
        file.rename(away)
        with pytest.raises(StoreUnavailable, match="no such file"):
            await db.write(put("lost in a file without a name"))
        away.rename(file)
        await db.write(put("b"))
        return await db.read(notes)

    assert running(file, scenario) == ["a", "b"]


def test_a_file_that_vanishes_is_begun_anew_where_that_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"

    async def scenario(db: Database) -> list[str]:
        await db.write(put("a"))
        file.unlink()
        await db.write(put("b"))
        return await db.read(notes)

    assert running(file, scenario, recreate=True) == ["b"]


def test_a_damaged_file_is_an_error_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_bytes(b"no database at all " * 500)

    async def scenario(db: Database) -> None:
        with pytest.raises(StoreUnavailable, match="is damaged: not a database"):
            await db.read(notes)

    running(file, scenario)
    assert file.read_bytes() == b"no database at all " * 500


def test_a_full_disk_is_an_error_that_passes(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"

    async def scenario(db: Database) -> list[str]:
        await db.write(put("a"))
        with no_room_beyond(64_000), pytest.raises(StoreUnavailable, match=r"disk|room"):
            await db.write(put("x" * 200_000))
        await db.write(put("b"))
        return await db.read(notes)

    assert running(file, scenario) == ["a", "b"]


def test_a_folder_in_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    async def scenario(db: Database) -> None:
        with pytest.raises(StoreUnavailable, match=r"tmp\.db: is a directory"):
            await db.read(notes)

    (tmp_path / "tmp.db").mkdir()
    running(tmp_path / "tmp.db", scenario)


def test_a_closed_database_says_so(tmp_path: Path) -> None:
    async def scenario(db: Database) -> None:
        await db.close()
        with pytest.raises(StoreUnavailable, match="was closed"):
            await db.read(notes)

    running(tmp_path / "notes.db", scenario)
