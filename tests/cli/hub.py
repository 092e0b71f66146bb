"""A line of which operators see everything, without telephones: a hub behind a real socket."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ivr.settings import WATCH_SOCKET
from ivr.story.facts import Fact
from ivr.watch.asking import Given, Question, Stream, line_of
from ivr.watch.doors import WatchSocket
from ivr.watch.hub import Hub
from ivr.watch.roles import Asker, Role
from tests.watch.facts import look

Asked = tuple[str, dict[str, str]]


@contextmanager
def watched(
    data: Path, facts: Sequence[Fact], *, later: Sequence[Fact] = ()
) -> Iterator[list[Asked]]:
    """
    Answer at the socket of the data folder *data*; yields what was done.

    Args:
        data: An empty folder.
        facts: What has happened.
        later: What happens over and over once somebody follows.
    """
    done: list[Asked] = []
    over, ready, loop = asyncio.Event(), threading.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        hub = Hub(look())
        for fact in facts:
            hub.take(fact)
        door = WatchSocket(data / WATCH_SOCKET, {**hub.answers, **_acts(done)})
        await door.start()
        ready.set()
        while not over.is_set():
            if hub._awake:
                for fact in later:
                    hub.take(fact)
            await asyncio.sleep(0.05)
        await door.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(timeout=10)
    try:
        yield done
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=10)
        loop.close()


def _acts(done: list[Asked]) -> Mapping[str, Any]:
    def act(name: str, *takes: str) -> Question:
        async def answer(given: Given, _asker: Asker) -> Mapping[str, Any]:
            done.append((name, dict(given)))
            if given.get("queue") == "nowhere":
                return {"error": "name one of the queues: pharmacy"}
            return {"done": f"{name} is done."}

        return Question(answer, takes=takes)

    async def listen(given: Given, _asker: Asker) -> AsyncGenerator[bytes, None]:
        done.append(("listen", dict(given)))
        yield line_of({"event": "ringing", "phone": given.get("phone", "you")})
        yield line_of({"event": "listening"})
        yield line_of({"event": "over", "why": "a key was pressed"})

    return {
        "hand_off": act("hand_off", "call", "queue"),
        "hang_up": act("hang_up", "call"),
        "drain": act("drain", "on"),
        "listen": Stream(listen, ("call",), ("phone",), role=Role.SUPERVISOR),
    }
