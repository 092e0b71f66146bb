"""The roster: who may log in, and that nothing but a hash of their password is kept."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from ivr.errors import MisuseError
from ivr.handoff.agents import Agent, Role
from ivr.records.roster import Roster, is_name

DANA = Agent(
    "Dana",
    "browser:Dana",
    ("front_desk", "pharmacy"),
    frozenset({"nurse"}),
    ("en", "es"),
    Role.SUPERVISOR,
)
KIM = Agent("Kim", "sip:kim@127.0.0.1")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Roster]:
    roster = Roster(folder / "agents.db")
    try:
        yield roster
    finally:
        await roster.close()


def test_who_was_added_can_log_in_with_the_password_that_was_told_once(tmp_path: Path) -> None:
    async def story() -> tuple[Agent | None, Agent | None, Agent | None]:
        async with opened(tmp_path) as roster:
            password = await roster.add(DANA)
        async with opened(tmp_path) as roster:
            right = await roster.check("Dana", password)
            return right, await roster.check("Dana", password + "x"), await roster.check("Kim", "")

    assert asyncio.run(story()) == (DANA, None, None)


def test_a_new_password_ends_the_old_one(tmp_path: Path) -> None:
    async def story() -> tuple[Agent | None, Agent | None]:
        async with opened(tmp_path) as roster:
            old, new = await roster.add(DANA), await roster.add(DANA)
            return await roster.check("Dana", old), await roster.check("Dana", new)

    assert asyncio.run(story()) == (None, DANA)


def test_a_sip_phone_has_no_password_and_nobody_logs_in_as_it(tmp_path: Path) -> None:
    async def story() -> tuple[str, Agent | None]:
        async with opened(tmp_path) as roster:
            return await roster.add(KIM), await roster.check("Kim", "")

    assert asyncio.run(story()) == ("", None)


def test_no_password_is_on_the_disk(tmp_path: Path) -> None:
    async def story() -> str:
        async with opened(tmp_path) as roster:
            return await roster.add(DANA)

    password = asyncio.run(story())
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert password.encode() not in kept
    assert b"Dana" in kept


def test_who_was_removed_is_gone(tmp_path: Path) -> None:
    async def story() -> tuple[bool, bool, tuple[Agent, ...]]:
        async with opened(tmp_path) as roster:
            await roster.add(DANA)
            await roster.add(KIM)
            return await roster.remove("Dana"), await roster.remove("Dana"), await roster.agents()

    assert asyncio.run(story()) == (True, False, (KIM,))


def test_a_row_that_is_none_is_left_out(tmp_path: Path) -> None:
    rows = [
        ("x" * 80, "sip:a@b", "[]", "[]", "[]", "agent", b"", b""),
        ("Lee", "http://b", "[]", "[]", "[]", "agent", b"", b""),
        ("Pat", "sip:a@b", "{", "[]", "[]", "agent", b"", b""),
        ("Sam", "sip:a@b", "[1]", "[]", "[]", "agent", b"", b""),
        ("Max", "sip:a@b", "[]", "[]", "[]", "king", b"", b""),
        ("Joe", "browser:Dana", "[]", "[]", "[]", "agent", b"", b""),
    ]

    async def story() -> tuple[Agent, ...]:
        async with opened(tmp_path) as roster:
            await roster.add(KIM)
            with closing(sqlite3.connect(tmp_path / "agents.db")) as other:
                other.executemany("insert into agents values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
                other.commit()
            return await roster.agents()

    assert asyncio.run(story()) == (KIM,)


@pytest.mark.parametrize("name", ["Dana", "José", "Mary-Ann O'Neil", "Dr. Lee", "a", "Lee 2"])
def test_a_name_that_can_be_spoken_is_one(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", " Dana", "Dana ", "a:b", "a/b", "a\nb", "x" * 41, "_", "<b>"])
def test_a_name_that_could_be_anything_else_is_none(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as roster:
            await roster.add(Agent(name, "sip:a@b"))

    with pytest.raises(MisuseError):
        asyncio.run(story())
