"""Call-backs on the disk: what was kept is there after a restart, whatever stands beside it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

from ivr.handoff.tickets import Priority, Ticket
from ivr.records.callbacks import CallbackBook, KeptCall

FIRST = KeptCall(
    Ticket("c1", "pharmacy", 1000.5, "es", Priority.NURSE, callback=True, moved_up=60.0),
    "2125550142",
    "a refill",
    tries=1,
)
SECOND = KeptCall(Ticket("c2", "billing", 800.0, callback=True, not_before=2000.0), "2125550143")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[CallbackBook]:
    book = CallbackBook(folder / "callbacks.db")
    try:
        yield book
    finally:
        await book.close()


def test_what_was_kept_is_there_after_a_restart_in_the_order_of_the_queue(tmp_path: Path) -> None:
    async def story() -> tuple[KeptCall, ...]:
        async with opened(tmp_path) as book:
            await book.keep(SECOND)
            await book.keep(FIRST)
        async with opened(tmp_path) as book:
            return await book.waiting()

    assert asyncio.run(story()) == (FIRST, SECOND)


def test_keeping_twice_is_keeping_once_with_what_is_known_last(tmp_path: Path) -> None:
    later = replace(FIRST, tries=2)

    async def story() -> tuple[KeptCall, ...]:
        async with opened(tmp_path) as book:
            await book.keep(FIRST)
            await book.keep(later)
            return await book.waiting()

    assert asyncio.run(story()) == (later,)


def test_who_was_removed_is_gone(tmp_path: Path) -> None:
    async def story() -> tuple[bool, bool, tuple[KeptCall, ...]]:
        async with opened(tmp_path) as book:
            await book.keep(FIRST)
            return await book.remove("c1"), await book.remove("c1"), await book.waiting()

    assert asyncio.run(story()) == (True, False, ())


def test_a_row_that_is_none_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    rows = [
        ("bad1", "q", "soon", "en", "routine", 0.0, "1", "", 0, 0.0),
        ("bad2", "q", 1.0, "en", "at once", 0.0, "1", "", 0, 0.0),
        ("bad3", "q", float("inf"), "en", "routine", 0.0, "1", "", 0, 0.0),
        ("bad4", "q", 1.0, "en", "routine", 0.0, "1", "", "many", 0.0),
        (b"\xff", "q", 1.0, "en", "routine", 0.0, "1", "", 0, 0.0),
    ]

    async def story() -> tuple[KeptCall, ...]:
        async with opened(tmp_path) as book:
            await book.keep(FIRST)
            with closing(sqlite3.connect(tmp_path / "callbacks.db")) as other:
                places = ",".join("?" * 10)
                other.executemany(f"insert into callbacks values ({places})", rows)  # noqa: S608 - marks only
                other.commit()
            return await book.waiting()

    assert asyncio.run(story()) == (FIRST,)
