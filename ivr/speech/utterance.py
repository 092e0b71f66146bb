"""One utterance on its way to a speech process, and the answer on its way back."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import assert_never

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, WebSocketException

from ivr.audio.pcm import FRAME
from ivr.dialog.events import Hypothesis
from ivr.speech.wire import (
    EOF,
    PAUSE,
    PartialText,
    Segment,
    SoFar,
    Trouble,
    WireError,
    joined,
    read_answer,
    so_far_frame,
)


class EngineGoneError(Exception):
    """No engine can be had, and none came back in time."""


Tell = Callable[[PartialText | SoFar], None]
"""Told what is heard before the utterance is over."""
Connect = Callable[[], AbstractAsyncContextManager[ClientConnection]]
"""Opens a connection to an engine; raises `EngineGoneError`, `OSError`, `WebSocketException`."""

MAX_WAITING = round(30.0 / FRAME)  # frames kept for an engine that is stuck
BATCH = 5  # frames a message: fewer messages, and 100 ms is nothing to a decoder
MAX_BATCH = 100  # frames; `wire.MAX_AUDIO_BYTES` holds twice as many
ANSWERS_WITHIN = 8.0  # seconds after the last audio; then the engine hangs


class UtteranceLostError(Exception):
    """The engine went away with the utterance."""


class EngineStuckError(UtteranceLostError):
    """The engine does not answer."""


class EngineRefusesError(Exception):
    """The engine cannot listen for this question; asking again would not help."""


class Outbox:
    """What waits to be sent: audio in order, of which the oldest gives way, and marks."""

    def __init__(self) -> None:
        self._items: deque[bytes | str] = deque()
        self._frames = 0
        self._news = asyncio.Event()
        self._urgent = False
        self.dropped = 0
        """Frames there was no time to send."""

    def audio(self, frame: bytes) -> None:
        """Add a frame of 20 ms."""
        self._items.append(frame)
        self._frames += 1
        if self._frames > MAX_WAITING:
            self._drop_oldest_frame()
        if self._frames >= BATCH:
            self._news.set()

    def mark(self, text: str) -> None:
        """Add a text message; it and all before it are sent without delay."""
        self._items.append(text)
        self._urgent = True
        self._news.set()

    async def next(self) -> bytes | str:
        """Take the next message: a mark, or all the audio before one."""
        await self._news.wait()
        taken = self._items.popleft()
        if isinstance(taken, bytes):
            self._frames -= 1
            audio = [taken]
            while self._items and len(audio) < MAX_BATCH:
                following = self._items[0]
                if isinstance(following, str):
                    break
                audio.append(following)
                self._items.popleft()
                self._frames -= 1
            taken = b"".join(audio)
        self._urgent = self._urgent and bool(self._items)
        if not self._urgent and self._frames < BATCH:
            self._news.clear()
        return taken

    def _drop_oldest_frame(self) -> None:
        for index, item in enumerate(self._items):
            if isinstance(item, bytes):
                del self._items[index]
                self._frames -= 1
                self.dropped += 1
                return


class Utterance:
    """
    One utterance; made before the caller speaks, so that the engine knows the question.

    `audio`, `pause`, `ask_so_far` and `finish` never block; `run` does the work and returns
    the answer.
    """

    def __init__(self, connect: Connect, config: str, *, tell: Tell, pauses: bool) -> None:
        """
        Prepare; nothing happens before `run`.

        Args:
            connect: Opens a connection to the engine.
            config: The question, as a frame.
            tell: Told what seems to have been said, and what `ask_so_far` asks for.
            pauses: Whether the engine decodes early when told to; a plain vosk-server cannot.
        """
        self.pauses = pauses
        self.text = ""
        """What seems to have been said; empty where the engine does not tell."""
        self._connect = connect
        self._config = config
        self._tell = tell
        self._asked = 0
        self._awaited = 0  # number of the pause that still lasts, 0 for none
        self._outbox = Outbox()
        self._connection: ClientConnection | None = None
        self._stuck = False
        self._finished_at: float | None = None
        self._limit: asyncio.TimerHandle | None = None

    @property
    def dropped(self) -> int:
        """Frames the engine had no time for."""
        return self._outbox.dropped

    @property
    def took(self) -> float:
        """Seconds since it was over."""
        now = asyncio.get_running_loop().time()
        return 0.0 if self._finished_at is None else now - self._finished_at

    def audio(self, frame: bytes) -> None:
        """Send a frame; what was asked before is out of date."""
        self._awaited = 0
        self._outbox.audio(frame)

    def pause(self) -> None:
        """Let the engine decode what it has, if it can."""
        if self.pauses:
            self._outbox.mark(PAUSE)

    def ask_so_far(self) -> None:
        """Pause, and be told what was understood, unless the caller goes on first."""
        if self.pauses:
            self._asked += 1
            self._awaited = self._asked
            self._outbox.mark(so_far_frame(self._asked))

    def finish(self) -> None:
        """That was all; the answer is due."""
        self._awaited = 0
        self._outbox.mark(EOF)
        loop = asyncio.get_running_loop()
        self._finished_at = loop.time()
        self._limit = loop.call_later(ANSWERS_WITHIN, self._give_up)

    async def run(self) -> tuple[Hypothesis, ...]:
        """
        Carry the utterance to the engine and return what it understood.

        Raises:
            UtteranceLostError: The engine went away or does not answer.
            EngineGoneError: There is none.
            EngineRefusesError: The engine cannot listen for this question.
        """
        try:
            return await self._carry()
        except (OSError, TimeoutError, WebSocketException, WireError) as error:
            raise (EngineStuckError if self._stuck else UtteranceLostError) from error
        finally:
            if self._limit is not None:
                self._limit.cancel()

    def _give_up(self) -> None:
        self._stuck = True
        if self._connection is not None:
            self._connection.transport.abort()

    async def _carry(self) -> tuple[Hypothesis, ...]:
        async with self._connect() as connection:
            self._connection = connection
            await connection.send(self._config)
            sending = asyncio.create_task(self._send(connection))
            try:
                return await self._receive(connection)
            finally:
                sending.cancel()

    async def _send(self, connection: ClientConnection) -> None:
        # The receiver sees the end of the connection too, and knows what it means.
        with contextlib.suppress(ConnectionClosed):
            while True:
                await connection.send(await self._outbox.next())

    async def _receive(self, connection: ClientConnection) -> tuple[Hypothesis, ...]:
        segments: list[tuple[Hypothesis, ...]] = []
        try:
            while True:
                match read_answer(_text(await connection.recv())):
                    case PartialText(text=text):
                        self.text = text
                        self._tell(PartialText(text))
                    case SoFar(number=number) as heard:
                        if number == self._awaited:
                            self._tell(heard)
                    case Segment(hypotheses=hypotheses, final=final):
                        segments.append(hypotheses)
                        if final:
                            return joined(segments)
                    case Trouble(what=what):
                        raise EngineRefusesError(what)
                    case other:
                        assert_never(other)
        except ConnectionClosedOK:
            # A plain vosk-server marks no answer as the last; it closes after it.
            if self._limit is None:
                raise
            return joined(segments)


def _text(message: str | bytes) -> str:
    if isinstance(message, bytes):
        raise WireError("binary data from an engine")
    return message
