"""
A made-up line behind a real socket, in the protocol of the live feed: `Hub` and all.

`python -m tests.support.feed_server FOLDER --calls 500` has one for whoever wants to look.
"""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ivr.settings import WATCH_SOCKET
from ivr.watch.asking import Askable, Given, Question, Stream, line_of, serve
from ivr.watch.hub import Hub, Look
from ivr.watch.reach import Reach
from ivr.watch.roles import Asker, Role
from tests.support.feed import MadeLine

EVERY = 0.1  # seconds between two steps of the made-up line


class FeedServer:
    """Tells of a made-up line, and notes what operators do to it."""

    def __init__(self, made: MadeLine, folder: Path, *, role: Role = Role.SUPERVISOR) -> None:
        self.made = made
        self.reach = Reach(folder.name, folder / WATCH_SOCKET)
        self.role = role
        self.done: list[tuple[str, Mapping[str, str]]] = []
        self.refusal = ""
        self.row: dict[str, Any] = {
            "cell": folder.name, "started": made.now.isoformat(), "legs": made.calls,
            "capacity": made.calls * 2, "taking": True, "draining": False, "common": False,
            "speech": "vosk, 2 processes", "refused": 0, "redirected": 0,
            "trunks": [{"name": "acme", "state": "registered", "status": 200}],
        }  # fmt: skip
        self.hub = Hub(Look(self._queues, self._agents, lambda: self.row))
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["FeedServer", None]:
        """Ring the callers and answer on the socket."""
        for fact in self.made.begin():
            self.hub.take(fact)
        looking = asyncio.ensure_future(self.hub.run())
        await self.open()
        try:
            yield self
        finally:
            await self.close()
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def open(self) -> None:
        """Answer, again."""
        self._server = await asyncio.start_unix_server(self._serve, path=self.reach.socket)

    async def close(self) -> None:
        """Break all connections and answer no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._connections):
            writer.transport.abort()
        if self.reach.socket is not None:
            self.reach.socket.unlink(missing_ok=True)

    def go_on(self, seconds: float, events: int) -> None:
        """Let the calls go on."""
        for fact in self.made.go_on(seconds, events):
            self.hub.take(fact)

    # ------------------------------------------------------------ answers

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            await serve(reader, writer, self._answers(), self._admit)
        finally:
            self._connections.discard(writer)

    async def _admit(self, _request: Mapping[str, Any]) -> Asker:
        return Asker("alex", self.role)

    def _answers(self) -> dict[str, Askable]:
        return {
            **self.hub.answers,
            "hand_off": Question(self._note("hand_off"), ("call",), ("queue",)),
            "hang_up": Question(self._note("hang_up"), ("call",)),
            "drain": Question(self._drain, ("on",)),
            "words": Stream(self._words, ("call",), role=Role.SUPERVISOR),
            "listen": Stream(self._listen, ("call",), ("phone",), role=Role.SUPERVISOR),
        }

    def _note(self, what: str) -> Callable[[Given, Asker], Any]:
        async def answer(given: Given, _asker: Asker) -> Mapping[str, Any]:
            self.done.append((what, dict(given)))
            return {"error": self.refusal} if self.refusal else {"done": f"Done: {what}."}

        return answer

    async def _drain(self, given: Given, _asker: Asker) -> Mapping[str, Any]:
        self.done.append(("drain", dict(given)))
        self.row = self.row | {"draining": given["on"] == "yes"}
        return {"done": "Done: drain."}

    async def _words(self, given: Given, _asker: Asker) -> AsyncGenerator[bytes, None]:
        self.done.append(("words", dict(given)))
        yield line_of({"event": "words", "call": given["call"], "said": "my refill please"})
        await asyncio.Event().wait()

    async def _listen(self, given: Given, _asker: Asker) -> AsyncGenerator[bytes, None]:
        self.done.append(("listen", dict(given)))
        yield line_of({"event": "ringing", "phone": "Alex"})
        yield line_of({"event": "listening"})
        try:
            await asyncio.Event().wait()
        finally:
            self.done.append(("listened", dict(given)))

    async def _queues(self) -> Mapping[str, Any]:
        return {"queues": self.made.queues(), "callers": self.made.waiters()}

    async def _agents(self) -> Mapping[str, Any]:
        return {"agents": self.made.agents()}


async def _run(folder: Path, calls: int, rate: int, seed: int) -> None:
    async with FeedServer(MadeLine(calls, seed), folder).running() as server:
        while True:
            await asyncio.sleep(EVERY)
            server.go_on(EVERY, round(rate * EVERY))


def main() -> None:
    """Tell of a made-up line until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rate", type=int, default=100, help="events a second")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_run(options.folder, options.calls, options.rate, options.seed))


if __name__ == "__main__":
    main()
