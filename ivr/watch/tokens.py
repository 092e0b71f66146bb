"""Tokens: how operators on other machines prove who they are. Kept as hashes only."""

import hashlib
import hmac
import re
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from ivr.database import Book
from ivr.errors import MisuseError
from ivr.watch.roles import Asker, Role

NAME = re.compile(r"[^\W_](?:[\w.' -]{0,38}\w)?\Z")
LONG = 32  # bytes of chance in a token: nothing that could be guessed, so a plain hash is enough


@dataclass(frozen=True, slots=True)
class Token:
    """One token, without what it is."""

    name: str
    """Whose it is."""
    role: Role
    made: datetime
    expires: datetime | None = None
    """None: never."""


class TokenBook(Book):
    """The tokens of one line, in a SQLite file."""

    SCHEMA = """
    create table if not exists tokens (
        name text primary key, role text not null, made text not null, expires text,
        hash blob not null
    );
    """

    async def add(self, token: Token) -> str:
        """
        Keep a token, in the place of an older one of that name.

        Returns:
            What is to be shown, told this once.

        Raises:
            MisuseError: The name is none.
            StoreError: It could not be written.
        """
        if not NAME.match(token.name):
            raise MisuseError("a token's name is up to forty letters, digits and spaces")
        secret = secrets.token_urlsafe(LONG)
        await self._database.write(partial(_add, token, _hash(secret)))
        return secret

    async def remove(self, name: str) -> bool:
        """
        Forget a token; False when there is none.

        Raises:
            StoreError: It could not be removed.
        """
        return await self._database.write(partial(_remove, name))

    async def tokens(self) -> tuple[Token, ...]:
        """
        Return all of them, by name.

        Raises:
            StoreError: They cannot be read.
        """
        return tuple(token for token, _ in await self._database.read(_all))

    async def check(self, secret: str, *, now: datetime) -> Asker | None:
        """
        Tell who shows *secret*; None: it is no token, or one that has expired.

        Raises:
            StoreError: They cannot be read.
        """
        shown, found = _hash(secret), None
        for token, kept in await self._database.read(_all):
            if hmac.compare_digest(shown, kept):
                found = token
        if found is None or (found.expires is not None and found.expires <= now):
            return None
        return Asker(found.name, found.role)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


# ---------------------------------------------------------------- in the database's thread


def _add(token: Token, hashed: bytes, connection: sqlite3.Connection) -> None:
    expires = token.expires.astimezone(UTC).isoformat() if token.expires else None
    connection.execute(
        "insert or replace into tokens values (?, ?, ?, ?, ?)",
        (token.name, token.role, token.made.astimezone(UTC).isoformat(), expires, hashed),
    )


def _remove(name: str, connection: sqlite3.Connection) -> bool:
    return connection.execute("delete from tokens where name = ?", (name,)).rowcount > 0


def _all(connection: sqlite3.Connection) -> list[tuple[Token, bytes]]:
    """Read every row; one that is none opens no door."""
    rows = connection.execute("select name, role, made, expires, hash from tokens order by name")
    found = []
    for name, role, made, expires, hashed in rows:
        try:
            until = datetime.fromisoformat(expires) if expires is not None else None
            token = Token(str(name), Role(role), datetime.fromisoformat(made), until)
            found.append((token, bytes(hashed)))
        except (ValueError, TypeError):
            continue
    return found
