"""
Following lines: their feeds as one stream of updates, through lost connections.

    async with Follower(lines) as follower:
        async for update in follower:
            draw(follower.board)
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from ivr.errors import StoreUnavailable
from ivr.watch.board import Board, OutOfStep
from ivr.watch.reach import Reach, ask, no_answer

SILENCE = 12.0  # seconds; a line beats every five
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds before each further try to connect, then the last
WAITING = 1000  # updates nobody took yet; beyond them the line's sending stops, and it says so

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """Something came from a line; the board has it already."""

    line: str
    event: Event
    """As in `docs/reference/live-feed.md`; `{"event": "lost", "why": …}` when the line is gone."""


class Follower:
    """
    Follows several lines; an async context manager, and an async iterator of `Update`.

    The driver's duty: iterate. Cancelling the iteration loses nothing.
    """

    def __init__(self, lines: Sequence[Reach], *, clock: Callable[[], float] = time.time) -> None:
        """
        Prepare to follow *lines*, whose names differ.

        Args:
            lines: How each is reached.
            clock: Unix time in seconds.
        """
        self._lines = {line.name: line for line in lines}
        self._clock = clock
        self._updates: asyncio.Queue[Update] = asyncio.Queue(WAITING)
        self._tasks: set[asyncio.Task[None]] = set()
        self.board = Board()
        for name in self._lines:
            self.board.add_line(name)

    async def __aenter__(self) -> Self:
        """Connect, as soon as the loop comes to it."""
        for reach in self._lines.values():
            self._spawn(self._follow(reach))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Follow no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def __aiter__(self) -> AsyncIterator[Update]:
        """Give the updates, one by one, for ever."""
        return self

    async def __anext__(self) -> Update:
        """Wait for the next update and put it on the board."""
        update = await self._updates.get()
        self.board.apply(update.line, update.event, now=self._clock())
        return update

    # ------------------------------------------------------------ asking

    async def ask(self, line: str, what: str, **given: str) -> dict[str, Any]:
        """
        Ask one of the lines, such as for an act.

        Raises:
            StoreUnavailable: It does not answer.
        """
        return await ask(self._lines[line], what, **given)

    async def stream(self, line: str, what: str, **given: str) -> AsyncGenerator[Event, None]:
        """
        Ask one of the lines something whose answer is a stream; closing the iterator ends it.

        Raises:
            StoreUnavailable: It does not answer, or refuses for the reason that is said.
        """
        async with aclosing(stream(self._lines[line], what, given)) as events:
            async for event in events:
                yield event

    async def open_story(self, line: str, call: str) -> bool:
        """
        Have the board keep the story of a call; False: the line does not know the call.

        Raises:
            StoreUnavailable: It does not answer.
        """
        for _ in PAUSES:
            answer = await self.ask(line, "story", call=call)
            if "error" in answer:
                return False
            if self.board.open_story(line, call, answer):
                return True
            await asyncio.sleep(PAUSES[0])  # the line was started again just now
        return False

    async def reveal(self, line: str, call: str) -> None:
        """
        Put the words of a call on the board as they are heard, until it is over or cancelled.

        Raises:
            StoreUnavailable: The line does not answer, or refuses for the reason that is said.
        """
        async with aclosing(self.stream(line, "words", call=call)) as events:
            async for event in events:
                if event.get("event") == "words":
                    await self._updates.put(Update(line, event))

    # ------------------------------------------------------------ one line

    def _spawn(self, work: Any) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, reach: Reach) -> None:
        """Connect again and again, each time going on after the last event that came whole."""
        place, failed = _Place(), 0
        while True:
            before = place.heard
            why = await self._read(reach, place)
            failed = 0 if place.heard > before else failed + 1
            await self._updates.put(Update(reach.name, {"event": "lost", "why": why}))
            await asyncio.sleep(PAUSES[min(failed, len(PAUSES) - 1)])

    async def _read(self, reach: Reach, place: "_Place") -> str:
        """Read one connection to its end; tell why it ended."""
        try:
            feed = stream(reach, "follow", place.asked, silence=SILENCE)
            async with aclosing(feed) as events:
                async for event in events:
                    place.take(event)
                    await self._updates.put(Update(reach.name, event))
        except StoreUnavailable as error:
            return str(error)
        except OutOfStep:
            place.forget()
            return "an event was missing"
        return "the line closed the connection"


class _Place:
    """Where in the feed of one line its reader stands."""

    def __init__(self) -> None:
        self.heard = 0
        """How many events came."""
        self._run = ""
        self._seq = 0

    @property
    def asked(self) -> dict[str, str]:
        """What to go on with."""
        return {"run": self._run, "after": str(self._seq)} if self._run else {}

    def take(self, event: Event) -> None:
        """
        Note that *event* came.

        Raises:
            OutOfStep: It is not the next one.
        """
        kind, seq = event.get("event"), event.get("seq")
        self.heard += 1
        if kind == "behind":
            return
        if not isinstance(seq, int):
            raise OutOfStep
        if kind == "snapshot":
            self._run = str(event.get("run", ""))
        elif seq != self._seq + (kind != "beat"):
            raise OutOfStep
        self._seq = seq

    def forget(self) -> None:
        """Begin with a snapshot next time."""
        self._run = ""


async def stream(
    reach: Reach, what: str, given: Mapping[str, str], *, silence: float | None = None
) -> AsyncGenerator[Event, None]:
    """
    Ask something whose answer is a stream; a last line that was cut short is dropped.

    Args:
        reach: The line.
        what: The question.
        given: Its arguments.
        silence: Seconds without a word after which the line is held for gone; None: for ever.

    Raises:
        StoreUnavailable: It does not answer, says no JSON, or refuses for the reason that is said.
    """
    try:
        async with reach.asked(what, given) as (reader, _):
            while (line := await _line(reader, silence)).endswith(b"\n"):
                event = json.loads(line)
                if not isinstance(event, dict):
                    raise StoreUnavailable(f"{reach.name} does not speak as a line does")
                if "error" in event:
                    raise StoreUnavailable(str(event["error"]))
                yield event
    except TimeoutError as error:
        raise StoreUnavailable(f"{reach.name} fell silent") from error
    except (OSError, ValueError) as error:
        raise StoreUnavailable(no_answer(reach, error)) from error


async def _line(reader: asyncio.StreamReader, silence: float | None) -> bytes:
    """Read a line; unlike `asyncio.wait_for` it can be cancelled in the moment one comes."""
    async with asyncio.timeout(silence):
        return await reader.readline()
