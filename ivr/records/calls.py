"""
The call book: what happened in calls, for the practice's figures and for who asks why.

It says what the line did. What the caller said, keyed or is has no column here.
"""

import asyncio
import secrets
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from ivr import log
from ivr.errors import StoreError
from ivr.records import reading, sweeping, writing
from ivr.records.choosing import Backlog, Choosing, Entry
from ivr.records.engines import Location, Refused
from ivr.records.store import Store
from ivr.story.calls import CallRow
from ivr.story.facts import Fact
from ivr.story.story import Story

_log = log.get(__name__)

BACKLOG = 20_000
"""Facts held in memory while the database is in trouble: some 20 MB, rows of calls at last."""
RETRY = 5.0  # seconds between two attempts while the database is in trouble
GATHER = 0.2  # seconds facts wait for others to be written with
AT_ONCE = 1000  # facts in one transaction, so that none takes long


class CallBook:
    """
    Rows in SQLite or PostgreSQL.

    `take` neither waits nor fails: facts are written beside the calls, and while the database
    is gone, locked, damaged or without room they wait in memory and are tried again.
    """

    def __init__(self, where: Location, *, cell: str = "", patience: float = 5.0) -> None:
        """
        Name the database; nothing is touched before `start`.

        Args:
            where: SQLite file, made when it is not there and again when it vanishes; or URL.
            cell: Name of this process among those that write there; `` for this machine's.
            patience: Seconds one attempt to write may take.

        Raises:
            SettingsError: The URL is not one of PostgreSQL, or its driver is not installed.
        """
        self._store = Store(where, timeout=patience)
        host = socket.gethostname()
        self._run = writing.Run(secrets.token_hex(4), cell or host, host, self._store.alone)
        self._choosing = Choosing()
        self._backlog = Backlog(BACKLOG)
        self._open: dict[str, CallRow] = {}
        self._refused = 0
        self._told = (0, 0)
        self._in_trouble = False
        self._beaten: float | None = None
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()
        self._writer: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Facts that are not written yet."""
        return len(self._backlog)

    @property
    def lost(self) -> int:
        """Facts that will never be written: there was no room for them, or they were none."""
        return self._backlog.lost + self._refused

    async def start(self) -> None:
        """Begin to write, and mark the calls of processes that crashed; never fails."""
        self._writer = asyncio.create_task(self._write_for_ever())
        await self.flush()

    async def close(self) -> None:
        """Write what waits, if it can be written, and let go of the database; never fails."""
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        if self._writer is not None or self._backlog.rows:
            await self.flush()
        if self._backlog.rows:
            rows = self._backlog.rows + self._backlog.lost_rows
            _log.error("calls without a row", extra={"rows": rows})
        await self._store.close()

    def keep(self, row: CallRow) -> None:
        """Keep *row*, in place of an earlier one of the same call; never waits, never fails."""
        if row.outcome is None:
            self._open[row.call] = row
        else:
            self._open.pop(row.call, None)
        self._put(row)

    def take(self, fact: Fact) -> None:
        """Keep what there is a table for; never waits, never fails."""
        if isinstance(fact, CallRow):
            self.keep(fact)
        else:
            self._put(fact)

    async def flush(self) -> bool:
        """Try to write what waits; tell whether nothing waits any more. Never fails."""
        async with self._writing:
            written = 0
            try:
                await self._beat()
                while part := self._backlog.first(AT_ONCE):
                    await self._write(part)
                    written += sum(entry.rank == 0 for entry in part)
            except StoreError as error:
                self._note_trouble(error)
                return False
            self._note_recovery(written)
            return True

    # ------------------------------------------------------------ reading

    async def recent(self, count: int) -> tuple[CallRow, ...]:
        """
        Return the last *count* rows that were written, newest first.

        Raises:
            StoreError: They cannot be read.
        """
        return await self._store.read(lambda connection: reading.recent(connection, count))

    async def story(self, call: str) -> Story | None:
        """
        Return what was written of *call*; None when nothing was.

        Raises:
            StoreError: It cannot be read.
        """
        return await self._store.read(lambda connection: reading.story(connection, call))

    async def due(self, limits: sweeping.Limits) -> Mapping[str, int]:
        """
        Count what is older than *limits*, by table.

        Raises:
            StoreError: It cannot be read.
        """
        found = {}
        for table, before in limits.by_table():
            found[table.name] = await self._store.read(partial(sweeping.due, table, before))
        return found

    async def sweep(self, limits: sweeping.Limits) -> Mapping[str, int]:
        """
        Delete what is older than *limits*, a little at a time; return how much, by table.

        Raises:
            StoreError: It could not be deleted.
        """
        gone: Counter[str] = Counter()
        for table, before in limits.by_table():
            while part := await self._store.write(partial(sweeping.delete_some, table, before)):
                gone[table.name] += part
        return gone

    # ------------------------------------------------------------ writing

    def _put(self, fact: Fact) -> None:
        for entry in self._choosing.entries(fact):
            self._backlog.put(entry)
        self._wake.set()

    async def _write_for_ever(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(writing.BEAT):
                    await self._wake.wait()
                    await asyncio.sleep(GATHER)
            self._wake.clear()
            if not await self.flush():
                await asyncio.sleep(RETRY)
                self._wake.set()

    async def _beat(self) -> None:
        """Be known as alive; after a long absence tell of all open calls anew."""
        now = asyncio.get_running_loop().time()
        if self._beaten is None:
            marked = await self._store.write(partial(writing.register, self._run))
            if marked:
                _log.warning("calls of a process that crashed", extra={"rows": marked})
        elif now - self._beaten < writing.BEAT:
            return
        elif not await self._store.write(partial(writing.beat, self._run)):
            for row in self._open.values():
                self._put(row)
        self._beaten = now

    async def _write(self, entries: Sequence[Entry]) -> None:
        """Write *entries*; one that the database refuses for what it is stands in nobody's way."""
        try:
            await self._store.write(partial(writing.put, entries, self._run))
        except Refused as error:
            if len(entries) > 1:
                middle = len(entries) // 2
                await self._write(entries[:middle])
                await self._write(entries[middle:])
                return
            _log.error("a fact is none, and not kept", extra={"error": error})
            self._refused += 1
        self._backlog.done(entries)

    def _note_trouble(self, error: StoreError) -> None:
        if not self._in_trouble:
            self._in_trouble = True
            extra = {"error": error, "backlog": BACKLOG}
            _log.error("call book in trouble, rows wait in memory", extra=extra)

    def _note_recovery(self, rows: int) -> None:
        if self._in_trouble:
            self._in_trouble = False
            lost = (self._backlog.lost_rows, self._backlog.lost)
            new = (lost[0] - self._told[0], lost[1] - self._told[1])
            extra = {"rows": rows, "lost": new[0], "facts_lost": new[1]}
            _log.warning("call book works again", extra=extra)
            self._told = lost


def kept_calls(where: Location, *, most: int) -> tuple[CallRow, ...]:
    """
    Return the last *most* rows of a call book that a running line may be writing, newest first.

    Raises:
        StoreError: They cannot be read.
    """
    if isinstance(where, Path) and not where.exists():
        return ()
    with reading.reading(where) as connection:
        return reading.recent(connection, most)
