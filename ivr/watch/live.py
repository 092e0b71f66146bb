"""
The calls of this moment, and the local socket that tells of them.

The protocol is one JSON object a line: a request `{"ask": "calls"}` is answered by one
line, `{"calls": [...]}` or `{"error": "..."}`. Some take arguments, which are texts:
`{"ask": "move_up", "with": {"call": "00c0ffee"}}`. The socket is readable by its owner only.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.errors import IvrError, SettingsError, StoreUnavailable

_log = logging.getLogger(__name__)
REQUEST_LIMIT = 4096  # bytes; a request is one short line
SOCKET_PATH_LIMIT = 107  # bytes; struct sockaddr_un on Linux
ANSWER_LIMIT = 1 << 20
ANSWER_WITHIN = 5.0  # seconds a client waits for the line
TELL_WITHIN = 4.0  # seconds the line takes for an answer; a client hears why there is none

Answer = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with arguments."""

    answer: Callable[[Mapping[str, str]], Awaitable[Mapping[str, Any]]]
    """Is given all of `needs`, and those of `takes` that were given."""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One call as an operator may see it; holds nothing a caller said or keyed."""

    call: str
    phase: str
    """`talking`, `handoff`, `bridged` or `message`."""
    state: str
    """`flow.state`."""
    prompt: str
    """The prompt's template."""
    words: str
    """How much was heard last, masked."""
    slots: Mapping[str, str]
    """Names of the slots that are set, values masked."""
    patience: int
    turn: int
    seconds: float
    reason: str = ""
    """Why they go to a person (`ivr.dialog.actions.HandoffReason`); `` as long as they do not."""


class LiveCalls:
    """The calls of one cell; views are taken when somebody looks."""

    def __init__(self) -> None:
        self._views: dict[str, Callable[[], LiveCall]] = {}

    def add(self, call: str, view: Callable[[], LiveCall]) -> None:
        """Show *call* from now on as *view* tells."""
        self._views[call] = view

    def remove(self, call: str) -> None:
        """Stop to show *call*."""
        self._views.pop(call, None)

    def reason(self, call: str) -> str:
        """Tell why the caller of *call* goes to a person; `` when they do not."""
        view = self._views.get(call)
        return "" if view is None else view().reason

    def __len__(self) -> int:
        """Count the calls."""
        return len(self._views)

    def snapshot(self) -> list[dict[str, Any]]:
        """Look at every call now, the oldest first."""
        return [_as_json(view()) for view in self._views.values()]


def _as_json(call: LiveCall) -> dict[str, Any]:
    return {
        "call": call.call,
        "phase": call.phase,
        "state": call.state,
        "prompt": call.prompt,
        "words": call.words,
        "slots": dict(call.slots),
        "patience": call.patience,
        "turn": call.turn,
        "seconds": round(call.seconds, 1),
    }


class WatchSocket:
    """Answers operators on this machine."""

    def __init__(self, path: Path, answers: Mapping[str, Answer | Question]) -> None:
        self._path = path
        self._answers = answers
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """
        Open the socket.

        Raises:
            SettingsError: The data folder's path is too long for a socket, or not writable.
        """
        if len(str(self._path).encode()) > SOCKET_PATH_LIMIT:
            raise SettingsError(
                "data",
                found=f"a path of {len(str(self._path))} characters",
                accepted=f"one that leaves sockets under {SOCKET_PATH_LIMIT}",
            )
        try:
            self._path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(
                self._serve, path=self._path, limit=REQUEST_LIMIT
            )
            self._path.chmod(0o600)
        except OSError as error:
            raise SettingsError(
                "data", found=error.strerror or "an error", accepted="a folder we can write"
            ) from error

    async def stop(self) -> None:
        """Close the socket."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer_in_time(reader)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass  # whoever asked is gone, or the line closes
        finally:
            writer.close()

    async def _answer_in_time(self, reader: asyncio.StreamReader) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(TELL_WITHIN):
                return await self._answer(reader)
        except TimeoutError:
            return {"error": f"the line took more than {TELL_WITHIN:g} seconds to answer"}
        except IvrError as error:
            return {"error": str(error)}

    async def _answer(self, reader: asyncio.StreamReader) -> Mapping[str, Any]:
        try:
            request = json.loads(await reader.readline())
            asked = self._answers[request["ask"]]
        except (ValueError, KeyError, TypeError):
            return {"error": f"ask one of: {', '.join(sorted(self._answers))}"}
        if not isinstance(asked, Question):
            return await asked()
        given = request.get("with", {})
        if trouble := _trouble(asked, given):
            return {"error": trouble}
        return await asked.answer(given)


def _trouble(asked: Question, given: object) -> str:
    """Tell what is wrong with the arguments; `` when nothing is."""
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        return "arguments are texts"
    missing = [name for name in asked.needs if name not in given]
    unknown = given.keys() - {*asked.needs, *asked.takes}
    if missing or unknown:
        return f"arguments: {', '.join((*asked.needs, *asked.takes))}"
    return ""


async def ask(path: Path, what: str, **given: str) -> dict[str, Any]:
    """
    Ask the line whose socket is *path*.

    Args:
        path: Its socket.
        what: The question.
        **given: Its arguments; empty ones are left out.

    Raises:
        StoreUnavailable: No line answers there.
    """
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            reader, writer = await asyncio.open_unix_connection(path, limit=ANSWER_LIMIT)
            request = {"ask": what, "with": {name: one for name, one in given.items() if one}}
            writer.write(json.dumps(request).encode() + b"\n")
            line = await reader.readline()
            writer.close()
        answer = json.loads(line)
    except (OSError, TimeoutError, ValueError) as error:
        raise StoreUnavailable(f"no line answers at {path}: start it with `ivr serve`") from error
    if not isinstance(answer, dict):
        raise StoreUnavailable(f"{path} is not the socket of a line")
    return answer
