"""A line that only answers on its watch socket, with an invented queue."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ivr.errors import StoreUnavailable
from ivr.watch.asking import Answer, Given, Question
from ivr.watch.doors import WatchSocket
from ivr.watch.roles import Asker

Asked = tuple[str, dict[str, str]]
QUEUE = {
    "queues": [
        {
            "queue": "pharmacy",
            "waiting": 2,
            "longest": 95,
            "target": 60.0,
            "in_time": 0.75,
            "working": 2,
            "ready": 0,
        }
    ],
    "callers": [
        {
            "call": "00c0ffee",
            "queue": "pharmacy",
            "waited": 95,
            "why": "asked",
            "priority": "routine",
            "moved_up": False,
            "callback": False,
            "language": "en",
            "offered_to": "Kim",
            "passed": [],
        },
        {
            "call": "00facade",
            "queue": "pharmacy",
            "waited": 5,
            "why": "",
            "priority": "nurse",
            "moved_up": True,
            "callback": True,
            "language": "en",
            "offered_to": "",
            "passed": ["Dana"],
        },
    ],
}
AGENTS = {
    "agents": [
        {
            "agent": "Kim",
            "presence": "paused",
            "seconds": 61,
            "reason": "lunch",
            "back_in": 65,
            "where": "sip",
            "queues": [],
            "skills": ["nurse"],
            "languages": ["en"],
            "role": "agent",
            "call": "",
        }
    ]
}


@contextmanager
def answering(
    data: Path, *, queue: Mapping[str, Any] = QUEUE, trouble: str = ""
) -> Iterator[list[Asked]]:
    """Answer at the socket of the data folder *data*, or tell *trouble*; yields what was asked."""
    asked: list[Asked] = []
    over = asyncio.Event()
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        socket = WatchSocket(data / "watch.sock", _answers(asked, queue, trouble))
        await socket.start()
        ready.set()
        await over.wait()
        await socket.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(timeout=10)
    try:
        yield asked
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=10)
        loop.close()


def _answers(asked: list[Asked], queue: Mapping[str, Any], trouble: str) -> Mapping[str, Any]:
    def telling(what: Mapping[str, Any]) -> Answer:
        async def answer() -> Mapping[str, Any]:
            if trouble:
                raise StoreUnavailable(trouble)
            return what

        return answer

    def question(name: str, *needs: str) -> Question:
        async def answer(given: Given, _asker: Asker) -> Mapping[str, Any]:
            asked.append((name, dict(given)))
            if given.get("name") == "Pat":
                return {"error": "nobody called Pat is signed in; known are: Kim"}
            return {"moved_up": True}

        return Question(answer, needs, ("reason",))

    return {
        "queue": telling(queue),
        "agents": telling(AGENTS),
        "roster": telling({"agents": 1}),
        "agent_set": question("agent_set", "name", "presence"),
        "move_up": question("move_up", "call"),
        "callback_end": question("callback_end", "call"),
    }
