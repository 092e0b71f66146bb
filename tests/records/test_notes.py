"""Notes of agents on the disk."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.errors import StoreUnavailable
from ivr.records.notes import KeptNote, NoteBook

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NOTE = KeptNote("00c0ffee", "Dana", AT, "solved", "Refill is due on Thursday.", finished=True)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[NoteBook]:
    book = NoteBook(folder / "notes.db")
    try:
        yield book
    finally:
        await book.close()


def test_the_last_note_of_a_call_and_agent_counts_also_after_a_restart(tmp_path: Path) -> None:
    half = replace(NOTE, note="Refill", outcome="", finished=False, at=AT - timedelta(minutes=1))
    of_kim = replace(NOTE, agent="Kim", note="", at=AT + timedelta(minutes=1))

    async def story() -> tuple[tuple[KeptNote, ...], ...]:
        async with opened(tmp_path) as book:
            for note in (half, NOTE, of_kim, replace(NOTE, call="other")):
                await book.keep(note)
        async with opened(tmp_path) as book:
            return await book.kept("00c0ffee"), await book.kept(), await book.kept("none")

    of_call, everything, nothing = asyncio.run(story())
    assert of_call == (NOTE, of_kim)
    assert len(everything) == 3
    assert nothing == ()


def test_what_is_older_goes(tmp_path: Path) -> None:
    async def story() -> tuple[int, tuple[KeptNote, ...]]:
        async with opened(tmp_path) as book:
            await book.keep(replace(NOTE, call="old", at=AT - timedelta(days=90)))
            await book.keep(NOTE)
            return await book.delete_before(AT), await book.kept()

    assert asyncio.run(story()) == (1, (NOTE,))


@pytest.mark.parametrize(
    "spoil",
    [
        "update notes set at = 'yesterday' where call = 'spoilt'",
        "update notes set at = 9e999 where call = 'spoilt'",
        "update notes set at = 1e300 where call = 'spoilt'",
        "update notes set note = x'00ff' where call = 'spoilt'",
    ],
)
def test_a_row_that_is_none_is_left_out(tmp_path: Path, spoil: str) -> None:
    async def story() -> tuple[KeptNote, ...]:
        async with opened(tmp_path) as book:
            await book.keep(NOTE)
            await book.keep(replace(NOTE, call="spoilt"))
            with closing(sqlite3.connect(tmp_path / "notes.db")) as connection, connection:
                connection.execute(spoil)
            return await book.kept()

    assert asyncio.run(story()) == (NOTE,)


def test_a_note_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.db").mkdir()

    async def story() -> None:
        async with opened(tmp_path) as book:
            with pytest.raises(StoreUnavailable):
                await book.keep(NOTE)

    asyncio.run(story())
