"""
What operators may ask of a running line, and one connection that asks.

The protocol is in `docs/reference/live-feed.md`: a request is one line of JSON, and so is the
answer, or it is a stream of lines.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from ivr.errors import IvrError
from ivr.watch.roles import Asker, Role

_log = logging.getLogger(__name__)
REQUEST_LIMIT = 4096  # bytes; a request is one short line
TELL_WITHIN = 4.0  # seconds for the request to come, and for its answer; clients wait five
STALLED = 30.0  # seconds without room to send: nobody reads any more

Given = Mapping[str, str]
Answer = Callable[[], Awaitable[Mapping[str, Any]]]
"""A question without arguments, that everybody may ask."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with arguments, or not for everybody."""

    answer: Callable[[Given, Asker], Awaitable[Mapping[str, Any]]]
    """Is given all of `needs`, and those of `takes` that were given."""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    role: Role = Role.OPERATOR
    """Who may ask."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A question whose answer goes on until one side ends it."""

    serve: Callable[[Given, Asker], AsyncGenerator[bytes, None]]
    """Yields whole lines; what it raises as `IvrError` is told as the last line."""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    role: Role = Role.VIEWER


Askable = Answer | Question | Stream
Admit = Callable[[Mapping[str, Any]], Awaitable[Asker | None]]
"""Tells who sent a request; None: nobody we know."""
UNKNOWN = "this token opens nothing here: `ivr watch token add` makes one"


async def serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    answers: Mapping[str, Askable],
    admit: Admit,
) -> None:
    """
    Answer the one request of a connection, then close it; never fails.

    Args:
        reader: What comes; made with `REQUEST_LIMIT`.
        writer: What goes.
        answers: What may be asked.
        admit: Who asks.
    """
    try:
        found = await _in_time(_understand(reader, answers, admit))
        if isinstance(found, tuple):
            await _send(found[0].serve(found[1], found[2]), reader, writer)
        else:
            await _write(writer, line_of(found))
    except (OSError, TimeoutError, asyncio.CancelledError):
        pass  # whoever asked is gone, or the line closes
    except Exception as error:  # noqa: BLE001 - the line goes on, whatever was asked
        _log.error("a question broke", extra={"kind": type(error).__name__})
    finally:
        writer.close()


def line_of(message: Mapping[str, Any]) -> bytes:
    """Write *message* as one line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


async def _in_time(
    answer: Awaitable[Mapping[str, Any] | tuple[Stream, Given, Asker]],
) -> Mapping[str, Any] | tuple[Stream, Given, Asker]:
    try:
        async with asyncio.timeout(TELL_WITHIN):
            return await answer
    except TimeoutError:
        return {"error": f"the line took more than {TELL_WITHIN:g} seconds to answer"}
    except IvrError as error:
        return {"error": str(error)}


async def _understand(
    reader: asyncio.StreamReader, answers: Mapping[str, Askable], admit: Admit
) -> Mapping[str, Any] | tuple[Stream, Given, Asker]:
    """Give the answer, or the stream that is to be sent with what it takes."""
    request = _read(await _line(reader))
    asker = await admit(request)
    if asker is None:
        return {"error": UNKNOWN}
    if "as" in request:
        asker = Asker(asker.who, asker.role.lowered(Role.named(request["as"])))
    name = request.get("ask")
    asked = answers.get(name) if isinstance(name, str) else None
    if asked is None:
        return {"error": f"ask one of: {', '.join(sorted(answers))}"}
    if not isinstance(asked, Question | Stream):
        return await asked()
    if not asker.role.may(asked.role):
        return {"error": f"'{name}' takes the role {asked.role}; yours is {asker.role}"}
    given = request.get("with", {})
    if trouble := _trouble(asked, given):
        return {"error": trouble}
    if isinstance(asked, Stream):
        return asked, given, asker
    return await asked.answer(given, asker)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # longer than the limit
        return b""


def _read(line: bytes) -> Mapping[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}


def _trouble(asked: Question | Stream, given: object) -> str:
    """Tell what is wrong with the arguments; `` when nothing is."""
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        return "arguments are texts"
    missing = [name for name in asked.needs if name not in given]
    unknown = given.keys() - {*asked.needs, *asked.takes}
    if missing or unknown:
        return f"arguments: {', '.join((*asked.needs, *asked.takes)) or 'none'}"
    return ""


async def _send(
    lines: AsyncGenerator[bytes, None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Send a stream until it ends, or the other side closes."""
    sending = asyncio.ensure_future(_write_all(lines, writer))
    closing = asyncio.ensure_future(_closed(reader))
    try:
        await asyncio.wait({sending, closing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        closing.cancel()
        with suppress(OSError, TimeoutError, asyncio.CancelledError):
            await sending
        with suppress(OSError, asyncio.CancelledError):
            await closing


async def _closed(reader: asyncio.StreamReader) -> None:
    """Wait until the other side closes; what it says is of no interest any more."""
    while await reader.read(REQUEST_LIMIT):
        pass


async def _write_all(lines: AsyncGenerator[bytes, None], writer: asyncio.StreamWriter) -> None:
    try:
        async with aclosing(lines):
            async for line in lines:
                await _write(writer, line)
    except IvrError as error:
        await _write(writer, line_of({"error": str(error)}))


async def _write(writer: asyncio.StreamWriter, line: bytes) -> None:
    async with asyncio.timeout(STALLED):
        writer.write(line)
        await writer.drain()
