"""The queue of several cells, on Redis."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar

import redis.exceptions as trouble
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ivr.errors import SettingsError, StoreError, StoreUnavailable
from ivr.handoff.agents import AgentStatus, PresenceChange
from ivr.handoff.tickets import Ticket
from ivr.store.bell import Bell
from ivr.store.keys import name_of
from ivr.store.memory import WAITS_KEPT, refuse_reserved
from ivr.store.scripts import SCRIPTS
from ivr.store.tasks import end
from ivr.store.wire import (
    Fields,
    number,
    read_status,
    read_ticket,
    read_wait,
    status_values,
    ticket_values,
)

T = TypeVar("T")
_log = logging.getLogger(__name__)
ANSWER_WITHIN = 0.6  # seconds a caller can be kept waiting: two attempts of half of it
ATTEMPT = 0.3
CONNECTIONS = 8  # that ask at the same time
LOOKS = 3  # at the head of a queue, while what stands there is spoilt and thrown out
POLL = 1.0  # seconds; a notification that got lost costs no more
_VERSION = "return redis.REDIS_VERSION or 'older than 7.0'"
ACCEPTED = "redis://host:port/db, rediss://host:port/db or unix:///path"

_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (trouble.BusyLoadingError, "is still loading its data"),
    (trouble.AuthenticationError, "refuses our name or password"),
    (trouble.NoPermissionError, "does not allow us this"),
    (trouble.ReadOnlyError, "is a replica and takes no changes"),
    (trouble.OutOfMemoryError, "has no memory left"),
    (trouble.TimeoutError, "does not answer"),
    (TimeoutError, "does not answer"),
    (trouble.ConnectionError, "cannot be reached"),
    (OSError, "cannot be reached"),
    (trouble.ResponseError, "refuses what we ask"),
    (trouble.RedisError, "is in trouble"),
)


class RedisStore:
    """
    `QueueStore` on a Redis server (7.0) that all cells share.

    Every method is one script and one round trip, and may be cancelled. Beyond the contract it
    keeps what `MemoryStore` keeps; what stands in Redis and is not of our making is thrown
    out, never believed. Use one instance a cell; its methods belong to one event loop.
    """

    def __init__(self, url: str, *, prefix: str = "clinic-line") -> None:
        """
        Name the server; nothing is sent before the first use.

        Raises:
            SettingsError: *url* is not one of Redis.
        """
        self._pool = _pool(url)
        self._client: Redis = Redis(connection_pool=self._pool)
        scripts = {**SCRIPTS, "version": _VERSION}
        self._scripts = {name: self._client.register_script(lua) for name, lua in scripts.items()}
        self._prefix = prefix
        self._turns = asyncio.Semaphore(CONNECTIONS)  # in turn, which no pool of redis-py is
        self._bell = Bell()
        self._watching: asyncio.Task[None] | None = None
        self._askings = 0  # for orphans; the ones of the last answer need not be told again
        self._answered = 0

    # ------------------------------------------------------------ tickets

    async def put(self, ticket: Ticket) -> None:
        """As in `QueueStore`."""
        await self._run("put", *ticket_values(ticket))

    async def drop(self, key: str, *, now: float) -> None:
        """As in `QueueStore`."""
        await self._run("drop", key, number(now))

    async def ticket(self, key: str) -> Ticket | None:
        """As in `QueueStore`."""
        found = await self._run("ticket", key)
        tickets = await self._tickets([found] if found else [])
        return tickets[0] if tickets else None

    async def head(self, queue: str, *, now: float, limit: int) -> tuple[Ticket, ...]:
        """As in `QueueStore`; *now* must not go back."""
        tickets: list[Ticket] = []
        for _ in range(LOOKS):
            found = await self._run("head", queue, number(now), str(limit))
            tickets = await self._tickets(found)
            if len(tickets) == len(found):
                break
        return tuple(tickets)

    async def ahead(self, key: str) -> int | None:
        """As in `QueueStore`; those whose time has not come keep their place and count."""
        ahead = await self._run("ahead", key)
        return None if ahead is None else int(ahead)

    async def sizes(self) -> dict[str, int]:
        """As in `QueueStore`; an empty queue is left out."""
        return {_text(queue): int(size) for queue, size in await self._run("sizes")}

    # ------------------------------------------------------------ agents

    async def register(self, status: AgentStatus) -> None:
        """As in `QueueStore`."""
        await self._run("register", *status_values(status))

    async def forget(self, agent: str) -> None:
        """As in `QueueStore`."""
        await self._run("forget", agent)

    async def agents(self) -> tuple[AgentStatus, ...]:
        """As in `QueueStore`."""
        found = []
        for name, flat in await self._run("roster"):
            status = self._believe(name, flat, read_status)
            if status is None:
                await self._run("forget", name)
            else:
                found.append(status)
        return tuple(sorted(found, key=lambda status: status.agent.name))

    async def set_presence(self, agent: str, change: PresenceChange, *, now: float) -> bool:
        """As in `QueueStore`."""
        refuse_reserved(change)
        return bool(await self._run("presence", agent, *_change_values(change), number(now)))

    # ------------------------------------------------------------ offers

    async def claim(self, key: str, agent: str, *, node: str, now: float, until: float) -> bool:
        """As in `QueueStore`; False too while the ticket's time has not come."""
        return bool(await self._run("claim", key, agent, node, number(now), number(until)))

    async def release(self, key: str, agent: str, change: PresenceChange, *, now: float) -> None:
        """As in `QueueStore`."""
        refuse_reserved(change)
        await self._run("release", key, agent, *_change_values(change), number(now))

    async def settle(self, key: str, agent: str, *, now: float) -> None:
        """As in `QueueStore`; somebody else who was reserved for it is READY."""
        await self._run("settle", key, agent, number(now))

    # ------------------------------------------------------------ cells

    async def beat(self, node: str, *, now: float, until: float) -> None:
        """As in `QueueStore`."""
        del now
        await self._run("beat", node, number(until))

    async def orphans(self, *, node: str, now: float) -> tuple[Ticket, ...]:
        """As in `QueueStore`; an answer that gets lost is given again at the next asking."""
        self._askings += 1
        asking = self._askings
        found = await self._run("orphans", node, number(now), str(asking), str(self._answered))
        self._answered = asking
        tickets = await self._tickets(found)
        return tuple(sorted(tickets, key=lambda ticket: (ticket.rank, ticket.key)))

    # ------------------------------------------------------------ the rest

    async def note_wait(self, queue: str, waited: float, *, now: float) -> None:
        """As in `QueueStore`."""
        await self._run("note_wait", queue, number(waited), number(now), str(WAITS_KEPT))

    async def waits(self, queue: str) -> tuple[tuple[float, float], ...]:
        """As in `QueueStore`."""
        found = []
        for member in await self._run("waits", queue):
            with suppress(StoreError):  # a wait less is no harm, and the next ones push it out
                found.append(read_wait(queue, _text(member)))
        return tuple(sorted(found))

    def changes(self) -> AsyncIterator[None]:
        """As in `QueueStore`, and at least every second; ends at `close`."""
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        return self._bell.listen()

    async def version(self) -> str:
        """
        Ask the server for its version.

        Raises:
            StoreUnavailable: It does not answer.
        """
        return _text(await self._run("version"))

    async def close(self) -> None:
        """As in `QueueStore`."""
        self._bell.close()
        await end(self._watching)
        with suppress(trouble.RedisError, OSError):
            await self._client.aclose()
            await self._pool.disconnect()

    async def _watch(self) -> None:
        while True:
            with suppress(trouble.RedisError, OSError):
                async with self._client.pubsub() as channel:
                    await channel.subscribe(name_of(self._prefix, "CHANGES"))
                    while True:
                        await channel.get_message(timeout=POLL)
                        self._bell.ring()
            self._bell.ring()
            await asyncio.sleep(POLL)

    # ------------------------------------------------------------ talking to Redis

    async def _run(self, script: str, *values: str | bytes) -> Any:  # noqa: ANN401 - what Lua answers
        try:
            async with asyncio.timeout(ANSWER_WITHIN), self._turns:
                return await self._scripts[script](keys=[self._prefix], args=list(values))
        except (trouble.RedisError, OSError) as error:
            what = next(text for kind, text in _TROUBLES if isinstance(error, kind))
            raise StoreUnavailable(f"redis {self._prefix}: {what} ({script})") from error

    async def _tickets(self, found: Iterable[tuple[bytes, list[bytes]]]) -> list[Ticket]:
        tickets = []
        for key, flat in found:
            ticket = self._believe(key, flat, read_ticket)
            if ticket is None:
                await self._run("purge", key)
            else:
                tickets.append(ticket)
        return tickets

    @staticmethod
    def _believe(name: bytes, flat: list[bytes], read: Callable[[str, Fields], T]) -> T | None:
        texts = [_text(one) for one in flat]
        try:
            return read(_text(name), dict(zip(texts[::2], texts[1::2], strict=True)))
        except StoreError as error:
            _log.warning("threw out a bad entry of the store", extra={"error": str(error)})
            return None


def _pool(url: str) -> ConnectionPool:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("store.url", found="another kind of address", accepted=ACCEPTED)
    try:
        return ConnectionPool.from_url(
            url,
            socket_connect_timeout=ATTEMPT,
            socket_timeout=ATTEMPT,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise SettingsError("store.url", found="a malformed address", accepted=ACCEPTED) from error


def _change_values(change: PresenceChange) -> tuple[str, str, str]:
    return change.presence, change.reason, number(change.until)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
