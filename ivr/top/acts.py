"""What an operator does to calls and lines: asked first where it matters, and told how it went."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from ivr.errors import StoreUnavailable
from ivr.top.asking import Answer, numbered, yes
from ivr.top.ink import Ink
from ivr.top.sights import Key
from ivr.watch.board import SeenLine
from ivr.watch.follow import Event, Follower

SHOWN = 6  # hex digits of a call
ALL = "all lines"

Asked = Callable[[Sequence[str], Sequence[Answer]], Awaitable[str]]
"""Puts lines of text and answers before the operator; gives the value of theirs."""
Said = Callable[[str, Ink], None]


class Acts:
    """Each act runs until the line has answered, or for as long as it lasts."""

    def __init__(self, follower: Follower, *, ask: Asked, say: Said) -> None:
        self._follower = follower
        self._ask = ask
        self._say = say
        self._listening: asyncio.Task[object] | None = None

    async def hand_off(self, key: Key) -> None:
        """Send the caller to a person of the queue their flow names."""
        await self._do(f"hand off {key[1][:SHOWN]}", key[0], "hand_off", call=key[1])

    async def move(self, key: Key) -> None:
        """Send the caller to a person of a queue that is asked for."""
        line, call = key
        queues = [row.queue for row in self._follower.board.lines[line].queues]
        if not queues:
            self._say("this line has told of no queues yet", Ink.WARN)
            return
        question = [f"To which queue should the caller of {call[:SHOWN]} go?"]
        queue = await self._ask(question, numbered(queues))
        if queue:
            what = f"send {call[:SHOWN]} to {queue}"
            await self._do(what, line, "hand_off", call=call, queue=queue)

    async def hang_up(self, key: Key) -> None:
        """Hang up on the caller, after a question."""
        line, call = key
        question = [f"Hang up on the caller of {call[:SHOWN]}?", "They do not reach a person."]
        if await self._ask(question, yes("Yes, hang up")):
            await self._do(f"hang up {call[:SHOWN]}", line, "hang_up", call=call)

    async def drain(self) -> None:
        """Have one line, or all, take no new callers, or take them again; after a question."""
        lines = list(self._follower.board.lines.values())
        chosen = lines
        if len(lines) > 1:
            names = numbered([ALL, *(line.name for line in lines)])
            name = await self._ask(["Which line?"], names)
            chosen = [line for line in lines if name in (ALL, line.name)]
        if chosen:
            await self._drain(chosen)

    async def _drain(self, lines: Sequence[SeenLine]) -> None:
        on = not all(line.row.draining for line in lines)
        question = (
            ["Take no new callers?", "Calls that are up go on. New ones are refused."]
            if on
            else ["Take new callers again?"]
        )
        if await self._ask(question, yes("Yes, drain" if on else "Yes, take callers")):
            what = "drain" if on else "take callers"
            for line in lines:
                await self._do(f"{what} {line.name}", line.name, "drain", on="yes" if on else "no")

    async def listen(self, key: Key) -> None:
        """Have the supervisor's phone ring and hear the call, until told again."""
        if self._listening is not None:
            self._listening.cancel()
            return
        line, call = key
        question = [
            f"Listen to call {call[:SHOWN]}?",
            "Your phone rings. Nobody hears you, and no one is told;",
            "it is written in the audit log that you listened.",
        ]
        if not await self._ask(question, yes("Yes, listen")):
            return
        self._listening = asyncio.current_task()
        try:
            async for event in self._follower.stream(line, "listen", call=call):
                self._say(_listening(event), Ink.STRONG)
        except StoreUnavailable as error:
            self._say(f"listen {call[:SHOWN]}: {error}", Ink.BAD)
        except asyncio.CancelledError:
            self._say(f"you no longer listen to {call[:SHOWN]}", Ink.PLAIN)
        finally:
            self._listening = None

    async def reveal(self, key: Key) -> None:
        """Show the words of a call as they were heard, until it is over or cancelled."""
        line, call = key
        question = [
            f"See the words of call {call[:SHOWN]} as they were heard?",
            "It is written in the audit log that you did.",
        ]
        if not await self._ask(question, yes("Yes, show them")):
            return
        try:
            await self._follower.reveal(line, call)
        except StoreUnavailable as error:
            self._say(f"words of {call[:SHOWN]}: {error}", Ink.BAD)

    async def _do(self, what: str, line: str, act: str, **given: str) -> None:
        self._say(f"{what} …", Ink.PLAIN)
        try:
            answer = await self._follower.ask(line, act, **given)
        except StoreUnavailable as error:
            self._say(f"{what}: {error}", Ink.BAD)
            return
        if "error" in answer:
            self._say(f"{what}: refused, {answer['error']}", Ink.BAD)
        else:
            self._say(f"{datetime.now().astimezone():%H:%M:%S} {answer.get('done')}", Ink.GOOD)


def _listening(event: Event) -> str:
    match event.get("event"):
        case "ringing":
            return f"ringing {event.get('phone', 'your phone')}"
        case "listening":
            return "you listen; any key of that phone ends it, and so does l here"
        case "over":
            return f"you no longer listen: {event.get('why', '')}"
    return ""
