"""
The speech process: `python -m ivr.speech.server --socket PATH --engine NAME`.

It loads the engine once, listens on the Unix socket and forks one worker a core, which share
the socket and the loaded models' memory. A worker that dies is forked again in milliseconds;
whoever calls meanwhile waits in the socket's backlog. When the engine is ready one line of
JSON is printed: `{"ready": true}`, or `{"error": "…"}` and the process ends.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, TypeVarTuple, assert_never

from websockets.asyncio.server import ServerConnection, unix_serve
from websockets.exceptions import ConnectionClosed

from ivr import log
from ivr.audio.pcm import SAMPLE_BYTES, duration
from ivr.errors import SpeechError
from ivr.speech.engines import ENGINES, Decoding, Engine, load
from ivr.speech.forks import keep_forked
from ivr.speech.wire import (
    MAX_AUDIO_BYTES,
    MAX_SECONDS,
    MAX_TEXT_BYTES,
    Configure,
    Finish,
    Pause,
    TellSoFar,
    WireError,
    error_frame,
    partial_frame,
    read_control,
    result_frame,
)

Given = TypeVarTuple("Given")
Result = TypeVar("Result")

_log = log.get(__name__)

MAX_CONNECTIONS = 256  # of one worker; a call has one or two
CONFIG_WITHIN = 10.0  # seconds from connecting to the question
PROTOCOL_BROKEN = 1008  # RFC 6455 §7.4.1, policy violation
BACKLOG = 128


class SpeechServer:
    """Serves one engine; decodes in one thread, for an engine uses one core anyway."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="decoder")
        self._connections = 0

    async def serve(self, listener: socket.socket, stop: asyncio.Event) -> None:
        """Serve until *stop*."""
        server = unix_serve(
            self._handle,
            sock=listener,
            compression=None,  # audio does not shrink, and the peer is on this machine
            max_size=MAX_TEXT_BYTES,
            ping_interval=None,  # the kernel tells when a local peer is gone
            close_timeout=1,
        )
        async with server:
            await stop.wait()

    async def _handle(self, connection: ServerConnection) -> None:
        self._connections += 1
        try:
            await self._utterance(connection)
        except ConnectionClosed:
            pass
        except (WireError, SpeechError) as error:
            _log.warning("speech connection refused", extra={"error": error})
            await _refuse(connection, str(error))
        except TimeoutError:
            await _refuse(connection, "no question came")
        except Exception:  # noqa: BLE001 - one caller's trouble must stay theirs
            _log.exception("decoding failed")
            await _refuse(connection, "the engine failed")
        finally:
            self._connections -= 1

    async def _utterance(self, connection: ServerConnection) -> None:
        if self._connections > MAX_CONNECTIONS:
            raise WireError("too many connections")
        first = read_control(_text(await asyncio.wait_for(connection.recv(), CONFIG_WITHIN)))
        if not isinstance(first, Configure):
            raise WireError("the first message must be the configuration")
        decoding = await self._decode(self._engine.open, first.question)
        heard, shown = 0.0, ""
        early = EarlyDecoding(decoding, self._pool, connection.send)
        try:
            async for message in connection:
                if isinstance(message, str):
                    if await self._control(connection, decoding, early, message):
                        return
                    continue
                heard += _seconds(message)
                if heard > MAX_SECONDS:
                    raise WireError("the utterance is too long")
                await early.give_up()
                text = await self._decode(decoding.feed, message)
                if text and text != shown:
                    shown = text
                    await connection.send(partial_frame(text))
        finally:
            await early.give_up()

    async def _control(
        self, connection: ServerConnection, decoding: Decoding, early: "EarlyDecoding", text: str
    ) -> bool:
        """Do what a text frame asks; tell whether the utterance is over."""
        match read_control(text):
            case Pause():
                await early.give_up()
                early.begin()
                return False
            case TellSoFar(number=number):
                await early.give_up()
                early.begin(tell=number)
                return False
            case Finish():
                await early.end()
                readings = await self._decode(decoding.finish)
                await connection.send(result_frame(readings))
                return True
            case Configure():
                raise WireError("a connection carries one question")
            case other:
                assert_never(other)

    async def _decode(self, work: Callable[[*Given], Result], *given: *Given) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)


class EarlyDecoding:
    """Decoding during a pause, given up when the caller goes on; one at a time."""

    def __init__(
        self,
        decoding: Decoding,
        pool: ThreadPoolExecutor,
        send: Callable[[str], Coroutine[object, object, None]],
    ) -> None:
        self._decoding = decoding
        self._pool = pool
        self._send = send
        self._wanted = False
        self._running: asyncio.Task[None] | None = None

    def begin(self, *, tell: int = 0) -> None:
        """Start, in the decoder's thread; *tell* what comes out under that number, if any."""
        self._wanted = True
        work = self._tell(tell) if tell else self._decode(self._decoding.pause)
        self._running = asyncio.get_running_loop().create_task(work)

    async def end(self) -> None:
        """Wait until it is done and told, if it was begun."""
        running, self._running = self._running, None
        if running is not None:
            await running

    async def give_up(self) -> None:
        """Stop it, if it runs."""
        self._wanted = False
        await self.end()

    async def _tell(self, number: int) -> None:
        readings = await self._decode(self._decoding.so_far)
        if self._wanted:
            await self._send(result_frame(readings, so_far=number))

    async def _decode(self, work: Callable[[Callable[[], bool]], Result]) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, work, self._is_wanted)

    def _is_wanted(self) -> bool:
        return self._wanted


def _text(message: str | bytes) -> str:
    if isinstance(message, bytes):
        raise WireError("audio before the configuration")
    return message


def _seconds(audio: bytes) -> float:
    if len(audio) > MAX_AUDIO_BYTES or len(audio) % SAMPLE_BYTES:
        raise WireError(f"audio must be whole samples, at most {MAX_AUDIO_BYTES} bytes at once")
    return duration(audio)


async def _refuse(connection: ServerConnection, reason: str) -> None:
    with contextlib.suppress(ConnectionClosed):
        await connection.send(error_frame(reason))
        await connection.close(PROTOCOL_BROKEN)


# ---------------------------------------------------------------- the process


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the speech process until it is told to stop; return its exit status."""
    options = _options(arguments)
    log.setup("warning")
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # strangers' handshakes are no news
    try:
        engine = load(options.engine, model=options.model, data=options.data)
        listener = _listen(options.socket)
    except (SpeechError, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201 - read by the parent
        return 1
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201 - read by the parent
    try:
        return keep_forked(
            lambda lifeline: asyncio.run(_work(engine, listener, lifeline)),
            count=options.processes,
            watch_stdin=options.until_stdin_closes,
        )
    finally:
        options.socket.unlink(missing_ok=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ivr.speech.server", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to serve at")
    parser.add_argument("--engine", choices=ENGINES, required=True)
    parser.add_argument("--model", type=Path, help="folder of a Vosk model, or a script")
    parser.add_argument("--data", type=Path, default=Path(".data"), help="for derived models")
    parser.add_argument("--processes", type=int, default=1, help="workers; one a core is right")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with whoever holds our input"
    )
    return parser.parse_args(arguments)


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # only this user may hear what callers say
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    return listener


async def _work(engine: Engine, listener: socket.socket, lifeline: int) -> None:
    """Serve until the parent is gone or tells us to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(lifeline, stop.set)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await SpeechServer(engine).serve(listener, stop)


if __name__ == "__main__":
    sys.exit(main())
