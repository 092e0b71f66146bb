"""
The versions of the flows: every one that took calls or was published, whole, and who put it live.

A version is named by what its files hold, so the same files are the same version wherever and
whenever they are read. What is kept is never changed.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from ivr.database import Book
from ivr.errors import StoreError

EVERYBODY = 1.0
_SCHEMA = """
create table if not exists files (
    version text not null, name text not null, content text not null,
    primary key (version, name)
);
create table if not exists publications (
    number integer primary key, version text not null, at real not null,
    who text not null, note text not null, share real not null
);
"""
_DRAW = 1 << 32


@dataclass(frozen=True, slots=True)
class Publication:
    """Somebody put a version live."""

    version: str
    at: datetime
    """With time zone."""
    who: str
    """Their name on this machine."""
    note: str = ""
    share: float = EVERYBODY
    """Which part of new calls uses it, 0 to 1; below 1 it is a trial."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What new calls use."""

    main: Publication | None = None
    """None: nothing was ever published to everybody."""
    trial: Publication | None = None
    """What a share of calls tries."""


def in_force(published: Sequence[Publication]) -> InForce:
    """Tell what the *published*, oldest first, come to: a publication to everybody ends a trial."""
    main = next((one for one in reversed(published) if one.share >= EVERYBODY), None)
    trial = published[-1] if published and published[-1].share < EVERYBODY else None
    return InForce(main, trial)


def before(published: Sequence[Publication]) -> str:
    """
    Name the version to go back to; `` when there is none.

    During a trial that is what everybody else has; else what everybody had before.
    """
    now = in_force(published)
    if now.main is None:
        return ""
    if now.trial is not None:
        return now.main.version
    whole = [one.version for one in published if one.share >= EVERYBODY]
    return next((one for one in reversed(whole) if one != now.main.version), "")


def tries(call: str, share: float) -> bool:
    """
    Draw whether *call* belongs to a *share* of calls, 0 to 1.

    The same call always draws the same, and who tries a small share tries a larger one too.
    """
    return int.from_bytes(sha256(call.encode()).digest()[:4]) < share * _DRAW


class VersionBook(Book):
    """Versions and publications in a SQLite file."""

    SCHEMA = _SCHEMA

    def __init__(self, database: Path, *, timeout: float = 3.0) -> None:
        """Name the file; *timeout* leaves the line time to tell a publisher what went wrong."""
        super().__init__(database, timeout=timeout)

    async def keep(self, version: str, files: Mapping[str, str]) -> None:
        """
        Keep what *version* holds; nothing happens when it is kept already.

        Raises:
            StoreError: It could not be written.
        """
        await self._database.write(partial(_keep, version, files))

    async def publish(self, new: Sequence[Publication]) -> None:
        """
        Note that versions, which are kept, were put live, the newest last.

        Raises:
            StoreError: It could not be written; none was noted.
        """
        await self._database.write(partial(_publish, new))

    async def published(self) -> tuple[Publication, ...]:
        """
        Return every publication, the oldest first; a row that is none is left out.

        Raises:
            StoreError: They cannot be read.
        """
        return await self._database.read(_published)

    async def find(self, beginning: str) -> tuple[str, Mapping[str, str]]:
        """
        Return the version whose name has this *beginning*, and its files.

        Raises:
            StoreError: They cannot be read, or there is none, or more than one.
        """
        found = await self._database.read(partial(_find, beginning))
        if not found:
            raise StoreError(f"no version {beginning!r} is kept: `ivr flow versions` lists them")
        if len(found) > 1:
            raise StoreError(f"several versions begin with {beginning!r}: {', '.join(found)}")
        return next(iter(found.items()))


# ---------------------------------------------------------------- in the database's thread


def _keep(version: str, files: Mapping[str, str], connection: sqlite3.Connection) -> None:
    rows = [(version, name, content) for name, content in files.items()]
    connection.executemany("insert or ignore into files values (?, ?, ?)", rows)


def _publish(new: Sequence[Publication], connection: sqlite3.Connection) -> None:
    connection.executemany(
        "insert into publications (version, at, who, note, share) values (?, ?, ?, ?, ?)",
        [(one.version, one.at.timestamp(), one.who, one.note, one.share) for one in new],
    )


def _published(connection: sqlite3.Connection) -> tuple[Publication, ...]:
    rows = connection.execute(
        "select version, at, who, note, share from publications order by number"
    ).fetchall()
    return tuple(one for row in rows if (one := _read(row)) is not None)


def _read(row: tuple[object, ...]) -> Publication | None:
    version, at, who, note, share = row
    if not all(isinstance(text, str) for text in (version, who, note)):
        return None
    if not isinstance(at, float) or not isinstance(share, float) or not 0 <= share <= EVERYBODY:
        return None
    try:
        moment = datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return Publication(str(version), moment, str(who), str(note), share)


def _find(beginning: str, connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        "select version, name, content from files where substr(version, 1, ?) = ? order by 1, 2",
        (len(beginning), beginning),
    )
    found: dict[str, dict[str, str]] = {}
    for version, name, content in rows:
        found.setdefault(str(version), {})[str(name)] = str(content)
    return found
