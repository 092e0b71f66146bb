"""
One view of the line as numbered events, made once and shared by everybody who follows it.

The last events are kept in a ring; a follower is a place in it. Whoever falls out of the ring
begins again with a snapshot, so that nobody who reads slowly costs more than one who reads fast.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from ivr.watch.asking import line_of
from ivr.watch.wire import told

RING = 10_000  # events
BEAT = 5.0  # seconds without an event until followers are told that the line lives
GATHER = 0.05  # seconds; events of so long go out together, which a person does not notice
AT_ONCE = 500  # events in one piece
LINGER = 60.0  # seconds events are still made for a follower whose connection broke


class Feed:
    """The events of one view. Every method is called in the event loop."""

    def __init__(self, snapshot: Callable[[], Mapping[str, Any]]) -> None:
        """
        Begin to count.

        Args:
            snapshot: Tells all there is to know now; a role and a number are added.
        """
        self.run = secrets.token_hex(4)
        self.seq = 0
        self._snapshot = snapshot
        self._taken = (-1, b"")
        self._ring: dict[int, bytes] = {}
        self._bells: set[asyncio.Event] = set()
        self._awake_until = 0.0

    @property
    def awake(self) -> bool:
        """Whether somebody follows, or did until just now; else events need not be made."""
        return bool(self._bells) or asyncio.get_running_loop().time() < self._awake_until

    def tell(self, kind: str, members: bytes) -> None:
        """
        Make an event and let everybody have it.

        Args:
            kind: Its name.
            members: As JSON, without the braces.
        """
        self.seq += 1
        self._ring[self.seq] = b'{"event":"%s","seq":%d,%s}\n' % (kind.encode(), self.seq, members)
        self._ring.pop(self.seq - RING, None)
        for bell in self._bells:
            bell.set()

    def fall_asleep(self) -> None:
        """Forget the events: from here on some are missing. The next follower gets a snapshot."""
        self._ring.clear()
        self.seq += 1  # or who has the last event would go on as if none were missing

    async def follow(self, run: str, after: str, *, role: str) -> AsyncGenerator[bytes, None]:
        """Yield what a follower who has event *after* of *run* is to be sent, for ever."""
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            at = int(after) if run == self.run and after.isdecimal() else -1
            known = at == self.seq or at + 1 in self._ring
            if not known:
                at = self.seq
            yield self._beat() if known and at == self.seq else b"" if known else self._all(role)
            while True:
                if at == self.seq:
                    yield await self._pause(bell, at)
                elif at + 1 in self._ring:
                    last = min(self.seq, at + AT_ONCE)
                    piece, at = b"".join(self._ring[n] for n in range(at + 1, last + 1)), last
                    yield piece
                    await asyncio.sleep(GATHER)
                else:
                    at = self.seq
                    yield line_of({"event": "behind"}) + self._all(role)
        finally:
            self._bells.discard(bell)
            self._awake_until = asyncio.get_running_loop().time() + LINGER

    async def _pause(self, bell: asyncio.Event, at: int) -> bytes:
        """Wait for an event; give a beat when there is none for too long."""
        bell.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(BEAT):
                await bell.wait()
        return self._beat() if at == self.seq else b""

    def _beat(self) -> bytes:
        return line_of({"event": "beat", "seq": self.seq, "at": told(datetime.now(UTC))})

    def _all(self, role: str) -> bytes:
        """Give a snapshot; those who come at the same moment share one."""
        if self._taken[0] != self.seq:
            members = json.dumps(dict(self._snapshot()), separators=(",", ":"))[1:].encode()
            self._taken = (self.seq, members)
        head = {"event": "snapshot", "run": self.run, "seq": self.seq, "role": role}
        at = {"at": told(datetime.now(UTC))}
        return line_of(head | at)[:-2] + b"," + self._taken[1] + b"\n"
