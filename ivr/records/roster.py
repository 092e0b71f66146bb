"""The roster: people who take calls, and how they prove who they are at the console."""

import hashlib
import hmac
import json
import os
import re
import secrets
import sqlite3
from collections.abc import Iterable
from functools import partial

from ivr.database import Book
from ivr.errors import MisuseError
from ivr.handoff.agents import BROWSER, Agent, Role

NAME = re.compile(r"[^\W_](?:[\w.' -]{0,38}\w)?\Z")
"""Callers hear it: letters, digits, spaces and what stands in names, up to forty."""
WORDS = 4  # groups of four signs in a password
LONGEST_PASSWORD = 200  # characters; more is nobody's, and hashing it costs
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that looks like a digit
_COST = {"n": 2**14, "r": 8, "p": 1}  # scrypt, RFC 7914 §2: 16 MB and some 50 ms a try

_SCHEMA = """
create table if not exists agents (
    name text primary key, address text not null, queues text not null, skills text not null,
    languages text not null, role text not null, salt blob not null, password blob not null
);
create table if not exists told (name text primary key);
"""


class Roster(Book):
    """Agents in a SQLite file. Passwords are kept as scrypt hashes only."""

    SCHEMA = _SCHEMA

    async def add(self, agent: Agent) -> str:
        """
        Add *agent*, or change what is known of them.

        Returns:
            A new password, told this once; `` for a SIP phone, where there is nothing to log in to.

        Raises:
            MisuseError: The name is none (`is_name`).
            StoreError: It could not be written.
        """
        if not is_name(agent.name):
            raise MisuseError("an agent's name is up to forty letters, digits and spaces")
        password = _new_password() if agent.in_browser else ""
        salt = secrets.token_bytes(16)
        await self._database.write(partial(_add, agent, salt, password))
        return password

    async def remove(self, name: str) -> bool:
        """
        Remove an agent; False when there is none.

        Raises:
            StoreError: They could not be removed.
        """
        return await self._database.write(partial(_remove, name))

    async def agents(self) -> tuple[Agent, ...]:
        """
        Return everybody, by name. A row that is none is left out.

        Raises:
            StoreError: They cannot be read.
        """
        return await self._database.read(_all)

    async def told(self) -> frozenset[str]:
        """
        Name those whom this line's queue was last told of, whoever was removed since included.

        Raises:
            StoreError: They cannot be read.
        """
        return await self._database.read(_told)

    async def note_told(self, names: Iterable[str]) -> None:
        """
        Note whom the queue was told of, and nobody else.

        Raises:
            StoreError: It could not be written.
        """
        await self._database.write(partial(_note_told, tuple(names)))

    async def check(self, name: str, password: str) -> Agent | None:
        """
        Tell who logs in; None: no such name and password.

        Takes as long for a wrong name as for a wrong password.

        Raises:
            StoreError: The roster cannot be read.
        """
        return await self._database.read(partial(_check, name, password[:LONGEST_PASSWORD]))


def is_name(name: str) -> bool:
    """Whether an agent can be called that."""
    return NAME.match(name) is not None


def _new_password() -> str:
    """Choose one of 31^16: sixteen signs in four groups, which can be read to somebody."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(WORDS))
    return "-".join(groups)


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, dklen=32, maxmem=2**26, **_COST)


# ---------------------------------------------------------------- in the database's thread


def _add(agent: Agent, salt: bytes, password: str, connection: sqlite3.Connection) -> None:
    hashed = _hash(password, salt) if password else b""
    connection.execute(
        "insert or replace into agents values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(agent.name, agent.address, _list(agent.queues), _list(sorted(agent.skills))),
            *(_list(agent.languages), agent.role, salt, hashed),
        ),
    )


def _list(words: Iterable[str]) -> str:
    return json.dumps(list(words))


def _remove(name: str, connection: sqlite3.Connection) -> bool:
    return connection.execute("delete from agents where name = ?", (name,)).rowcount > 0


def _all(connection: sqlite3.Connection) -> tuple[Agent, ...]:
    rows = connection.execute("select * from agents order by name").fetchall()
    return tuple(agent for row in rows if (agent := _read(row)) is not None)


def _told(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(str(row[0]) for row in connection.execute("select name from told"))


def _note_told(names: Iterable[str], connection: sqlite3.Connection) -> None:
    connection.execute("delete from told")
    connection.executemany("insert or ignore into told values (?)", ((name,) for name in names))


def _check(name: str, password: str, connection: sqlite3.Connection) -> Agent | None:
    row = connection.execute("select * from agents where name = ?", (name,)).fetchone()
    agent = None if row is None else _read(row)
    salt, hashed = (os.urandom(16), b"") if row is None else (row[6], row[7])
    if not isinstance(salt, bytes) or not isinstance(hashed, bytes):
        return None
    tried = _hash(password, salt)
    # A SIP phone has no password: the empty hash is nobody's.
    return agent if hmac.compare_digest(tried, hashed) and hashed else None


def _read(row: tuple[object, ...]) -> Agent | None:
    name, address, queues, skills, languages, role, _, _ = row
    try:
        lists = [json.loads(str(words)) for words in (queues, skills, languages)]
        if not all(isinstance(word, str) for words in lists for word in words):
            return None
        agent = Agent(
            str(name),
            str(address),
            tuple(lists[0]),
            frozenset(lists[1]),
            tuple(lists[2]) or ("en",),
            Role(str(role)),
        )
    except (ValueError, TypeError):
        return None
    known = agent.address.startswith(("sip:", "sips:")) or agent.address == BROWSER + agent.name
    return agent if is_name(agent.name) and known else None
