"""The call book: a row of each call, whatever happens to its file, and nothing private in it."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from ivr.errors import MisuseError, StoreError
from ivr.records import calls, tables
from ivr.records.calls import CallBook
from ivr.records.columns import NAME, WITHHELD
from ivr.records.reading import reading, recent
from ivr.records.rows import Values, of_call
from ivr.records.sweeping import Limits
from ivr.story.calls import CallOutcome, CallRow, Wait
from tests.records.stories import FULL_ROW, NINE
from tests.support.faults import locked, no_room_beyond


def with_book(
    file: Path, scenario: Callable[[CallBook], Coroutine[None, None, None]], patience: float = 5.0
) -> None:
    async def main() -> None:
        book = CallBook(file, patience=patience)
        await book.start()
        try:
            await scenario(book)
        finally:
            await book.close()

    asyncio.run(main())


def rows(file: Path) -> list[CallRow]:
    with reading(file) as connection:
        return list(recent(connection, 10_000))


async def written(book: CallBook) -> None:
    while not await book.recent(1):  # noqa: ASYNC110 - the file itself is what is waited for
        await asyncio.sleep(0.01)


async def all_written(book: CallBook) -> None:
    """Wait until nothing waits; a busy machine may take longer than a book's little patience."""
    while not await book.flush():
        continue


def call(number: int) -> CallRow:
    return CallRow(f"{number:08x}", NINE + timedelta(seconds=number), flow="main_menu")


def test_a_row_is_read_as_it_was_written(tmp_path: Path) -> None:
    async def scenario(book: CallBook) -> None:
        book.keep(FULL_ROW)

    with_book(tmp_path / "calls.db", scenario)
    assert rows(tmp_path / "calls.db") == [FULL_ROW]


def test_a_row_is_written_beside_the_call_without_being_waited_for(tmp_path: Path) -> None:
    async def scenario(book: CallBook) -> None:
        book.keep(call(1))
        await written(book)

    with_book(tmp_path / "calls.db", scenario)


def test_the_end_of_a_call_replaces_its_beginning(tmp_path: Path) -> None:
    async def scenario(book: CallBook) -> None:
        book.keep(call(1))
        await book.flush()
        book.keep(replace(call(1), outcome=CallOutcome.CONTAINED, turns=3))

    with_book(tmp_path / "calls.db", scenario)
    (row,) = rows(tmp_path / "calls.db")
    assert (row.outcome, row.turns) == (CallOutcome.CONTAINED, 3)


def test_the_last_calls_come_first(tmp_path: Path) -> None:
    async def scenario(book: CallBook) -> None:
        for number in (2, 1, 3):
            book.keep(call(number))
        await book.flush()
        assert [row.call for row in await book.recent(2)] == ["00000003", "00000002"]

    with_book(tmp_path / "calls.db", scenario)


def test_old_rows_are_deleted(tmp_path: Path) -> None:
    async def scenario(book: CallBook) -> None:
        for number in range(5):
            book.keep(call(number))
        await book.flush()
        assert await book.sweep(Limits(calls=NINE + timedelta(seconds=3))) == {"calls": 3}

    with_book(tmp_path / "calls.db", scenario)
    assert len(rows(tmp_path / "calls.db")) == 2


CRASHING = """
import asyncio, sys
from datetime import datetime, UTC
from pathlib import Path
from ivr.records.calls import CallBook
from ivr.story.calls import CallOutcome, CallRow

async def main():
    book = CallBook(Path(sys.argv[1]))
    await book.start()
    now = datetime.now(UTC)
    book.keep(CallRow("000000aa", now, ended=now, outcome=CallOutcome.CONTAINED))
    book.keep(CallRow("000000bb", now, answered=now))
    await book.flush()
    print("kept", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_calls_of_a_process_that_was_killed_are_marked_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "calls.db"
    with subprocess.Popen(
        [sys.executable, "-c", CRASHING, str(file)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"kept\n"
        os.kill(child.pid, signal.SIGKILL)
    assert {row.call: row.outcome for row in rows(file)} == {
        "000000aa": CallOutcome.CONTAINED,
        "000000bb": None,
    }

    async def scenario(book: CallBook) -> None:
        book.keep(call(1))
        await book.flush()

    with_book(file, scenario)
    assert {row.call: row.outcome for row in rows(file)} == {
        "000000aa": CallOutcome.CONTAINED,
        "000000bb": CallOutcome.CRASHED,
        "00000001": None,
    }


# ---------------------------------------------------------------- trouble


def test_trouble_is_logged_once_and_so_is_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "calls.db"

    async def scenario(book: CallBook) -> None:
        with locked(file):
            for number in range(3):
                book.keep(call(number))
                assert not await book.flush()
        await all_written(book)

    caplog.set_level("INFO", logger="ivr")
    with_book(file, scenario, patience=0.1)
    assert [record.message for record in caplog.records] == [
        "call book in trouble, rows wait in memory",
        "call book works again",
    ]
    assert caplog.records[1].__dict__["rows"] == 3
    assert len(rows(file)) == 3


def test_a_lock_at_the_start_does_not_stop_the_line(tmp_path: Path) -> None:
    file = tmp_path / "calls.db"
    with_book(file, _keep_one)

    async def main() -> None:
        book = CallBook(file, patience=0.1)
        with locked(file):
            await book.start()
            book.keep(call(2))
        await book.close()

    asyncio.run(main())
    assert [row.outcome for row in rows(file)] == [None, CallOutcome.CRASHED]


async def _keep_one(book: CallBook) -> None:
    book.keep(call(1))


def test_a_file_that_vanishes_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "calls.db"

    async def scenario(book: CallBook) -> None:
        book.keep(call(1))
        await book.flush()
        file.unlink()
        book.keep(call(2))

    with_book(file, scenario)
    assert [row.call for row in rows(file)] == ["00000002"]


def test_a_damaged_file_is_left_alone_and_rows_wait(tmp_path: Path) -> None:
    file = tmp_path / "calls.db"
    file.write_bytes(b"rubble" * 2000)

    async def scenario(book: CallBook) -> None:
        book.keep(call(1))
        assert not await book.flush()
        assert file.read_bytes() == b"rubble" * 2000
        file.unlink()
        assert await book.flush()

    with_book(file, scenario)
    assert len(rows(file)) == 1


def test_a_writer_that_met_trouble_tries_again_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "RETRY", 0.02)
    file = tmp_path / "calls.db"

    async def scenario(book: CallBook) -> None:
        with locked(file):
            book.keep(call(1))
            await asyncio.sleep(0.2)
            assert await book.recent(1) == ()
        await written(book)

    with_book(file, scenario, patience=0.1)


def test_the_backlog_is_bounded_and_says_what_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(calls, "BACKLOG", 10)
    file = tmp_path / "calls.db"

    async def scenario(book: CallBook) -> None:
        with locked(file):
            for number in range(15):
                book.keep(call(number))
            assert not await book.flush()
        await all_written(book)

    caplog.set_level("INFO", logger="ivr")
    with_book(file, scenario, patience=0.1)
    assert [row.call for row in rows(file)] == [f"{n:08x}" for n in range(14, 4, -1)]
    assert caplog.records[-1].__dict__["lost"] == 5


STEPS = st.lists(
    st.sampled_from(["open", "close", "close", "flush", "lock", "unlock", "full", "room"]),
    max_size=20,
)


@settings(max_examples=20)
@given(STEPS)
def test_no_row_is_lost_whatever_happens_to_the_disk(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    file = tmp_path_factory.mktemp("book") / "calls.db"
    model: dict[str, CallRow] = {}

    async def scenario(book: CallBook) -> None:
        with ExitStack() as lock, ExitStack() as full:
            for step in steps:
                match step:
                    case "open":
                        row = call(len(model))
                        model[row.call] = row
                        book.keep(row)
                    case "close" if model:
                        row = next(reversed(model.values()))
                        model[row.call] = replace(row, turns=row.turns + 1)
                        book.keep(model[row.call])
                    case "flush":
                        await book.flush()
                    case "lock":
                        lock.close()
                        full.close()
                        lock.enter_context(locked(file))
                    case "unlock":
                        lock.close()
                    case "full":
                        lock.close()
                        full.close()
                        full.enter_context(no_room_beyond(file.stat().st_size))
                    case _:
                        full.close()
        await all_written(book)

    with_book(file, scenario, patience=0.02)
    assert {row.call: row for row in rows(file)} == model


# ---------------------------------------------------------------- privacy


def bound(values: Values) -> list[str]:
    """Return the values as they go to the database."""
    dialect = sqlite.dialect()
    processors = {name: tables.calls.c[name].type.bind_processor(dialect) for name in values}
    return [str(p(values[name]) if p else values[name]) for name, p in processors.items()]


@given(st.text(max_size=40))
def test_no_free_text_reaches_a_row(text: str) -> None:
    row = CallRow("00c0ffee", NINE, flow=text, path=(text,), queue=text, recording=text)
    written = bound(of_call(row, run="00c0ffee"))
    if text and not NAME.fullmatch(text):
        assert written.count(WITHHELD) == 4
        assert f'["{WITHHELD}"]' in written


@pytest.mark.parametrize(
    "private", ["Alex Sample", "2125550142", "x2125550142", "March 3", "my chest hurts", "10001"]
)
def test_what_a_patient_is_or_says_is_withheld(tmp_path: Path, private: str) -> None:
    file = tmp_path / "calls.db"

    async def scenario(book: CallBook) -> None:
        row = replace(FULL_ROW, flow=private, version=private, queue=private, path=(private,))
        book.keep(replace(row, recording=private))

    with_book(file, scenario)
    with closing(sqlite3.connect(file)) as database:
        assert private not in str(database.execute("select * from calls").fetchall())


@pytest.mark.parametrize("name", ["Alex", "212 555 0142", "", "c0ffee 1"])
def test_an_id_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(MisuseError):
        CallRow(name, NINE)


def test_nonsense_in_the_file_is_a_store_error(tmp_path: Path) -> None:
    file = tmp_path / "calls.db"
    with_book(file, _keep_one)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("update calls set started = 'yesterday'")
    with pytest.raises(StoreError, match=r"calls\.db holds rows that are none"):
        rows(file)


def test_an_agents_name_that_may_be_a_number_is_withheld(tmp_path: Path) -> None:
    file = tmp_path / "calls.db"

    async def scenario(book: CallBook) -> None:
        book.keep(CallRow("00c0ffee", NINE, wait=Wait(1.0, agent="2125550142")))
        await book.flush()

    with_book(file, scenario)
    (row,) = rows(file)
    assert row.wait == Wait(1.0, agent=WITHHELD)
