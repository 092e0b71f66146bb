"""What holds of the records wherever they are: in SQLite, and in a real PostgreSQL."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import DBAPIError

from ivr.errors import StoreError
from ivr.records import reading, sweeping, writing
from ivr.records.calls import CallBook, kept_calls
from ivr.records.engines import Location, engine_of
from ivr.records.store import Store
from ivr.records.sweeping import Limits
from ivr.records.tables import calls, metadata, runs, turns
from ivr.story.calls import CallOutcome
from ivr.story.facts import Fact, Glimpse
from ivr.story.story import Story
from tests.records.stories import CALL, FULL, FULL_ROW, FULL_TURN, NINE, at, call


async def with_book(
    where: Location, scenario: Callable[[CallBook], Awaitable[None]], **options: object
) -> None:
    book = CallBook(where, **options)  # type: ignore[arg-type] # its keywords
    await book.start()
    try:
        await scenario(book)
    finally:
        await book.close()


def kept(where: Location, *stories: Story) -> None:
    async def scenario(book: CallBook) -> None:
        for story in stories:
            tell(book, story)

    asyncio.run(with_book(where, scenario))


def tell(book: CallBook, story: Story) -> None:
    facts: tuple[Fact, ...] = (*story.turns, *story.steps, *story.media, *story.messages)
    for fact in (story.row, *facts):
        book.take(fact)


def found(where: Location, call: str) -> Story | None:
    with reading.reading(where) as connection:
        return reading.story(connection, call)


def test_a_story_is_read_as_it_was_told(where: Location) -> None:
    kept(where, FULL, Story(call(1)))
    assert found(where, CALL) == FULL
    assert found(where, "00000001") == Story(call(1))
    assert found(where, "0badcafe") is None


def test_a_line_reads_its_own_stories(where: Location) -> None:
    async def scenario(book: CallBook) -> None:
        tell(book, Story(FULL.row, FULL.turns))
        book.take(Glimpse(CALL, NINE, NINE))
        await book.flush()
        assert await book.story(CALL) == Story(FULL.row, FULL.turns)
        assert await book.recent(5) == (FULL.row,)

    asyncio.run(with_book(where, scenario))


def test_what_is_told_again_replaces_what_was_told(where: Location) -> None:
    first = Story(replace(FULL_ROW, outcome=None, ended=None), (replace(FULL_TURN, latency=None),))
    kept(where, first)
    kept(where, Story(FULL_ROW, (FULL_TURN,)))
    assert found(where, CALL) == Story(FULL_ROW, (FULL_TURN,))


def test_calls_are_found_by_the_beginning_of_their_id_by_caller_and_by_time(
    where: Location,
) -> None:
    ended = CallOutcome.CONTAINED
    kept(where, Story(call(1)), Story(call(2, outcome=ended)), Story(FULL_ROW))
    with reading.reading(where) as connection:
        assert reading.matching(connection, "000000") == ("00000002", "00000001")
        assert reading.matching(connection, "%") == ()
        assert [row.call for row in reading.ended_since(connection, most=9)] == ["00000002", CALL]
        assert [row.call for row in reading.ended_since(connection, at(1), most=9)] == ["00000002"]
        caller = connection.execute(calls.select().where(calls.c.caller == FULL_ROW.caller))
        assert [row.call for row in caller] == [CALL]
    assert kept_calls(where, most=1) == (call(2, outcome=ended),)


def test_the_tables_are_what_the_steps_make_them(where: Location) -> None:
    kept(where, Story(call(1)))
    with reading.reading(where) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


# ---------------------------------------------------------------- retention


def test_what_is_old_goes_by_its_kind_however_much_it_is(
    where: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    stories = [Story(call(n), (replace(FULL_TURN, call=f"{n:08x}", at=at(n)),)) for n in range(10)]
    kept(where, *stories)

    async def sweep(book: CallBook) -> None:
        limits = Limits(calls=at(3), details=at(6))
        assert (await book.due(limits))["turns"] == 6
        assert await book.sweep(limits) == {"calls": 3, "turns": 6}
        assert await book.sweep(limits) == await book.sweep(Limits()) == {}

    asyncio.run(with_book(where, sweep))
    with reading.reading(where) as connection:
        assert len(connection.execute(calls.select()).all()) == 7
        assert len(connection.execute(turns.select()).all()) == 4


def test_details_do_not_outlive_their_calls(where: Location) -> None:
    kept(where, Story(call(1), (replace(FULL_TURN, call="00000001", at=at(1)),)))

    async def sweep(book: CallBook) -> None:
        await book.sweep(Limits(calls=at(2)))

    asyncio.run(with_book(where, sweep))
    with reading.reading(where) as connection:
        assert connection.execute(turns.select()).all() == []


# ---------------------------------------------------------------- processes that end without a word

WRITING = """
import asyncio, sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
from ivr.records.calls import CallBook
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.turns import Turn

async def main():
    where, cell = sys.argv[1:]
    book = CallBook(where if "://" in where else Path(where), cell=cell)
    await book.start()
    now = datetime(2031, 5, 6, 9, 0, tzinfo=UTC)
    for number in range(1, 11):
        book.take(CallRow(f"{number:08x}", now, answered=now))
        book.take(Turn(f"{number:08x}", 1, now + timedelta(seconds=number), "main_menu.menu"))
    book.take(CallRow("0000000b", now, ended=now, outcome=CallOutcome.CONTAINED))
    await asyncio.sleep(1.0)
    print("told a second ago", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def written_and_killed(where: Location, cell: str) -> None:
    words = [sys.executable, "-c", WRITING, str(where), cell]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"told a second ago\n"
        os.kill(child.pid, signal.SIGKILL)


def test_every_call_of_a_killed_line_has_a_truthful_row(where: Location) -> None:
    written_and_killed(where, "cell-1")
    kept_open = {row.call: row for row in kept_calls(where, most=20)}
    assert [row.outcome for row in kept_open.values()].count(None) == 10
    asyncio.run(with_book(where, _nothing, cell="cell-1"))
    rows = {row.call: row for row in kept_calls(where, most=20)}
    assert rows["0000000b"] == kept_open["0000000b"]
    for number in range(1, 11):
        row, before = rows[f"{number:08x}"], kept_open[f"{number:08x}"]
        assert row == replace(before, outcome=CallOutcome.CRASHED, ended=at(number))
        story = found(where, row.call)
        assert story is not None
        assert len(story.turns) == 1


async def _nothing(book: CallBook) -> None:
    pass


def test_the_last_sign_of_life_is_the_end_of_a_call_that_said_nothing_more(
    where: Location,
) -> None:
    kept(where, Story(call(1)))
    asyncio.run(with_book(where, _nothing))
    (row,) = kept_calls(where, most=1)
    assert row.outcome is CallOutcome.CRASHED
    assert row.ended == row.started  # the beat was long before the call, which is of 2031


def test_a_cell_leaves_the_calls_of_living_ones_alone(postgres_url: str) -> None:
    async def scenario(one: CallBook) -> None:
        one.take(call(1))
        await one.flush()
        await with_book(postgres_url, _nothing, cell="cell-2")
        assert [row.outcome for row in await one.recent(1)] == [None]
        await with_book(postgres_url, _nothing, cell="cell-1")
        assert [row.outcome for row in await one.recent(1)] == [CallOutcome.CRASHED]

    asyncio.run(with_book(postgres_url, scenario, cell="cell-1"))


def test_a_cell_that_gave_no_sign_of_life_is_dead(postgres_url: str) -> None:
    store = Store(postgres_url, timeout=5.0)

    async def scenario(two: CallBook) -> None:
        async def crashing(one: CallBook) -> None:
            one.take(call(1))
            await one.flush()

        await with_book(postgres_url, crashing, cell="cell-1")
        two._beaten = -writing.BEAT
        await two.flush()
        assert [row.outcome for row in await two.recent(1)] == [None]
        await store.write(partial(_age, "cell-1"))
        two._beaten = -writing.BEAT
        await two.flush()
        assert [row.outcome for row in await two.recent(1)] == [CallOutcome.CRASHED]

    async def main() -> None:
        await with_book(postgres_url, scenario, cell="cell-2")
        await store.close()

    asyncio.run(main())


def _age(cell: str, connection: Connection) -> None:
    """Let a cell's last sign of life be longer ago than a living one's can be."""
    beat = connection.execute(select(runs.c.beat).where(runs.c.cell == cell)).scalar_one()
    earlier = beat - writing.DEAD_AFTER - timedelta(seconds=1)
    connection.execute(update(runs).where(runs.c.cell == cell).values(beat=earlier))


def test_a_cell_that_was_taken_for_dead_tells_its_calls_anew(postgres_url: str) -> None:
    async def scenario(one: CallBook) -> None:
        one.take(call(1))
        await one.flush()
        await with_book(postgres_url, _nothing, cell="cell-1")
        one._beaten = -writing.BEAT
        assert await one.flush()
        assert [row.outcome for row in await one.recent(1)] == [None]

    asyncio.run(with_book(postgres_url, scenario, cell="cell-1"))


# ---------------------------------------------------------------- trouble


def test_a_fact_that_is_none_stands_in_nobodys_way(
    where: Location, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(book: CallBook) -> None:
        for number in range(9):
            book.take(call(number))
        book.take(replace(call(20), turns=2**70))
        book.take(replace(call(21), started=NINE.replace(tzinfo=None)))
        for number in range(10, 15):
            book.take(replace(FULL_TURN, number=number))
        book.take(replace(FULL_TURN, number=9, prompt=None))  # type: ignore[arg-type] # our own mistake
        assert await book.flush()
        assert (book.waiting, book.lost) == (0, 3)

    asyncio.run(with_book(where, scenario))
    assert len(kept_calls(where, most=30)) == 9
    assert [r.message for r in caplog.records] == ["a fact is none, and not kept"] * 3
    with reading.reading(where) as connection:
        assert len(connection.execute(turns.select()).all()) == 5


def test_a_damaged_row_of_a_dead_process_is_marked_as_well_as_can_be(where: Location) -> None:
    kept(where, Story(call(1)), Story(call(2)))
    engine = engine_of(where, timeout=5.0)
    with engine.begin() as connection:
        damage = "update calls set started = :far, answered = :far where call = '00000001'"
        connection.execute(text(damage), {"far": 2**62})

    async def scenario(book: CallBook) -> None:
        book.take(call(3))
        assert await book.flush()

    asyncio.run(with_book(where, scenario))
    with reading.reading(where) as connection:
        found = connection.execute(text("select call, outcome from calls order by call"))
        assert [tuple(row) for row in found] == [
            ("00000001", "crashed"),
            ("00000002", "crashed"),
            ("00000003", None),
        ]


def test_tables_of_a_later_version_are_left_alone_and_facts_wait(
    where: Location, caplog: pytest.LogCaptureFixture
) -> None:
    kept(where, Story(call(1)))
    set_version(where, "9999")

    async def scenario(book: CallBook) -> None:
        book.take(call(2))
        assert not await book.flush()
        assert book.waiting == 1
        with pytest.raises(StoreError, match="later version of this program"):
            await book.recent(1)
        with pytest.raises(StoreError, match="later version of this program"):
            kept_calls(where, most=1)
        set_version(where, "0002")
        assert await book.flush()

    asyncio.run(with_book(where, scenario))
    assert [row.call for row in kept_calls(where, most=5)] == ["00000002", "00000001"]
    assert "call book in trouble" in caplog.text


def set_version(where: Location, version: str) -> None:
    engine = engine_of(where, timeout=5.0)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :to"), {"to": version})


def test_what_nobody_brought_up_to_date_is_not_read(where: Location) -> None:
    engine = engine_of(where, timeout=5.0)
    with engine.begin() as connection:
        connection.execute(text("create table calls (call text)"))
    with pytest.raises(StoreError, match="ivr records upgrade"):
        kept_calls(where, most=1)


def test_readers_cannot_write(where: Location) -> None:
    kept(where, Story(call(1)))
    with reading.reading(where) as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.execute(calls.delete())


def test_a_reader_holds_up_no_writer_and_sees_one_moment(where: Location) -> None:
    kept(where, Story(call(1)))
    with reading.reading(where) as connection:
        assert len(reading.recent(connection, 5)) == 1
        kept(where, Story(call(2)))
        assert len(reading.recent(connection, 5)) == 1
    assert len(kept_calls(where, most=5)) == 2


def test_rows_that_are_none_are_an_error(where: Location) -> None:
    kept(where, Story(call(1)))
    engine = engine_of(where, timeout=5.0)
    with engine.begin() as connection:
        connection.execute(text("update calls set outcome = 'enchanted'"))
    with pytest.raises(StoreError, match="holds rows that are none"):
        kept_calls(where, most=1)
