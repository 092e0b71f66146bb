"""What callers leave for a person: voice messages, and requests to be called back."""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from ivr.audio import wav
from ivr.audio.pcm import duration
from ivr.database import Database
from ivr.errors import StoreError

CAPACITY = 1000
"""Messages and requests kept at most; more than that nobody will ever work through."""

_SCHEMA = """
create table if not exists messages (
    key text primary key, kind text not null, at text not null, call text not null,
    queue text not null, about text not null, number text not null,
    file text not null, seconds real not null
);
"""


class Kind(StrEnum):
    """What was left."""

    VOICE = "voice"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a person must see to."""

    key: str
    """Opaque id, sixteen hex digits."""
    kind: Kind
    at: datetime
    """With time zone."""
    call: str
    """Opaque id of the call it was left in, or ``."""
    queue: str
    about: str
    """What it is about, in plain words; medical, never logged."""
    number: str = ""
    """Where to call back; personal, never logged."""
    file: str = ""
    """Name of the WAV file in the box's folder; `voice` only."""
    seconds: float = 0.0


def _now() -> datetime:
    return datetime.now(UTC)


class MessageBox:
    """
    Messages in a SQLite file, their sound in the folder `messages` beside it.

    A message that was kept is on the disk; one that could not be kept raises `StoreError`
    within the time limit. The caller may hang up meanwhile: cancelling does not undo it.
    """

    def __init__(
        self,
        database: Path,
        *,
        timeout: float = 5.0,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """
        Name the file; nothing is touched before the first use.

        Args:
            database: SQLite file; made when it is not there.
            timeout: Longest anything takes, in seconds.
            clock: The time.
        """
        self.folder = database.parent / "messages"
        self._clock = clock
        self._keeping: set[asyncio.Task[bool]] = set()
        self._database = Database(database, schema=_SCHEMA, timeout=timeout, recreate=True)

    async def keep_message(self, pcm: bytes, *, call: str, queue: str, about: str) -> None:
        """
        Keep a spoken message.

        Raises:
            StoreError: It could not be kept.
        """
        key = secrets.token_hex(8)
        file = self.folder / f"{secrets.token_hex(16)}.wav"
        message = Message(
            key, Kind.VOICE, self._clock(), call, queue, about, "", file.name, duration(pcm)
        )
        if not await self._keep(message, wav.encode(pcm)):
            raise StoreError(f"message box is full: {CAPACITY} messages wait for a person")

    async def keep_callback(self, number: str, *, call: str, queue: str, about: str) -> bool:
        """
        Keep a request to be called back; False when the box is full.

        Raises:
            StoreError: It could not be kept.
        """
        key = secrets.token_hex(8)
        message = Message(key, Kind.CALLBACK, self._clock(), call, queue, about, number)
        return await self._keep(message, b"")

    async def kept(self) -> tuple[Message, ...]:
        """
        Return everything that waits, oldest first.

        Raises:
            StoreError: It cannot be read.
        """
        try:
            return await self._database.read(_all)
        except ValueError as error:
            raise StoreError("message box: its database holds rows that are none") from error

    async def delete(self, key: str) -> bool:
        """
        Delete message *key* and its sound; False when there is none.

        Raises:
            StoreError: It could not be deleted.
        """
        return await self._database.write(partial(_delete, key, self.folder))

    async def delete_before(self, moment: datetime) -> int:
        """
        Delete what was left before *moment*, and sounds that belong to no message.

        Returns:
            How many messages that were.

        Raises:
            StoreError: They could not be deleted.
        """
        return await self._database.write(partial(_delete_before, moment, self.folder))

    async def close(self) -> None:
        """Finish what is being kept and let go of the file; never fails."""
        await asyncio.gather(*self._keeping, return_exceptions=True)
        await self._database.close()

    async def _keep(self, message: Message, sound: bytes) -> bool:
        task = asyncio.create_task(self._put(message, sound))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        return await asyncio.shield(task)

    async def _put(self, message: Message, sound: bytes) -> bool:
        try:
            return await self._database.write(partial(_keep, message, self.folder, sound))
        except StoreError:
            if message.file:
                with suppress(OSError):
                    (self.folder / message.file).unlink()
            raise


# ---------------------------------------------------------------- in the database's thread


def _keep(message: Message, folder: Path, sound: bytes, connection: sqlite3.Connection) -> bool:
    (waiting,) = connection.execute("select count(*) from messages").fetchone()
    if waiting >= CAPACITY:
        return False
    if message.file:
        _write(folder / message.file, sound)
    m = message
    at = m.at.astimezone(UTC).isoformat()
    connection.execute(
        "insert into messages values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (m.key, m.kind, at, m.call, m.queue, m.about, m.number, m.file, m.seconds),
    )
    return True


def _write(file: Path, sound: bytes) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(sound)
        stream.flush()
        os.fsync(descriptor)


def _all(connection: sqlite3.Connection) -> tuple[Message, ...]:
    rows = connection.execute("select * from messages order by at, key").fetchall()
    return tuple(
        Message(key, Kind(kind), datetime.fromisoformat(at), *rest) for key, kind, at, *rest in rows
    )


def _delete(key: str, folder: Path, connection: sqlite3.Connection) -> bool:
    found = connection.execute("select file from messages where key = ?", (key,)).fetchone()
    if found is None:
        return False
    if found[0]:
        (folder / found[0]).unlink(missing_ok=True)
    connection.execute("delete from messages where key = ?", (key,))
    return True


def _delete_before(moment: datetime, folder: Path, connection: sqlite3.Connection) -> int:
    at = moment.astimezone(UTC).isoformat()
    deleted = connection.execute("delete from messages where at < ?", (at,)).rowcount
    wanted = {file for (file,) in connection.execute("select file from messages")}
    for file in folder.glob("*.wav"):
        # A message that is being kept has its sound before its row, and a new sound.
        if file.name not in wanted and file.stat().st_mtime < moment.timestamp():
            file.unlink(missing_ok=True)
    return deleted
