"""Call books of earlier versions become ones of this version, whole or not at all."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.records import upgrading
from ivr.records.calls import CallBook, kept_calls
from ivr.records.engines import Location, engine_of
from ivr.records.reading import reading
from ivr.records.upgrading import LATEST, bring_up_to_date, version_of
from ivr.story.calls import CallOutcome, CallRow
from tests.records.stories import FULL_ROW, at

EARLIER = Path(__file__).with_name("earlier_call_book.sql").read_text(encoding="utf-8")
"""What the line wrote before it knew of versions."""

ABANDONED = CallRow(
    "000000aa",
    at(90),
    answered=at(91),
    ended=at(95.25),
    flow="main_menu",
    path=("main_menu.menu",),
    outcome=CallOutcome.ABANDONED,
    turns=1,
)
SERVED = replace(FULL_ROW, cell="", trunk="", caller="", about="", score=None)
OPEN = CallRow("000000bb", at(100), answered=at(101), flow="main_menu")


def earlier(file: Path, *more: str) -> Path:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(EARLIER)
        for statement in more:
            connection.executescript(statement)
    return file


def upgraded(where: Location) -> bool:
    engine = engine_of(where, timeout=5.0)
    with engine.connect() as connection:
        return bring_up_to_date(connection, "database")


def test_no_call_of_an_earlier_version_is_lost(tmp_path: Path) -> None:
    file = earlier(tmp_path / "calls.db")
    assert upgraded(file)
    assert kept_calls(file, most=9) == (OPEN, ABANDONED, SERVED)


def test_a_line_that_starts_brings_its_call_book_up_to_date(tmp_path: Path) -> None:
    file = earlier(tmp_path / "calls.db")

    async def main() -> None:
        book = CallBook(file)
        await book.start()
        await book.close()

    asyncio.run(main())
    crashed = replace(OPEN, outcome=CallOutcome.CRASHED, ended=OPEN.answered)
    assert kept_calls(file, most=9) == (crashed, ABANDONED, SERVED)


def test_the_oldest_call_books_had_no_table_of_waits(tmp_path: Path) -> None:
    file = earlier(tmp_path / "calls.db", "drop table waits")
    assert upgraded(file)
    assert kept_calls(file, most=9) == (OPEN, ABANDONED, replace(SERVED, wait=None))


def test_a_row_that_is_none_stays_behind_and_keeps_nothing_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damage = "update calls set started = 'yesterday' where call = '000000aa'"
    file = earlier(tmp_path / "calls.db", damage)
    assert upgraded(file)
    assert kept_calls(file, most=9) == (OPEN, SERVED)
    assert [(r.message, r.__dict__["rows"]) for r in caplog.records] == [
        ("rows of calls that are none were left behind", 1)
    ]


def test_it_is_done_once(where: Location) -> None:
    assert upgraded(where)
    assert not upgraded(where)
    with reading(where) as connection:
        assert version_of(connection) == LATEST


def test_two_that_start_at_once_do_it_one_after_the_other(where: Location) -> None:
    done: list[bool] = []
    threads = [threading.Thread(target=lambda: done.append(upgraded(where))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert kept_calls(where, most=1) == ()


def test_a_step_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    file = earlier(tmp_path / "calls.db", "create table turns (mine text)")
    before = dump(file)
    with pytest.raises(Exception, match="turns already exists"):
        upgraded(file)
    assert dump(file) == before


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def test_the_version_of_the_tables_is_that_of_the_last_step() -> None:
    assert max(upgrading._known()) == LATEST
