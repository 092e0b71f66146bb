"""
The line's ears: `ports.Recogniser` over speech processes.

`SpeechClient` owns the speech process of this line (or knows the address of a vosk-server
elsewhere) and lends each question an ear. Whatever happens to an engine, a call sees only
`Restarted` or `Deaf`.
"""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import WebSocketException

from ivr import log
from ivr.dialog.actions import Listening
from ivr.errors import MisuseError
from ivr.ports import Hearing
from ivr.settings import Speech
from ivr.speech.detector import Detectors
from ivr.speech.engines import Question
from ivr.speech.hearing import DeafHearing, SpeechHearing
from ivr.speech.process import SpeechProcess
from ivr.speech.utterance import Connect, EngineGoneError, Tell, Utterance
from ivr.speech.wire import MAX_TEXT_BYTES, config_frame

_log = log.get(__name__)

STARTED_WITHIN = 30.0  # seconds `start` waits; a slower engine comes in later
RESTORED_WITHIN = 5.0  # seconds an open question waits for an engine that is started again
CONNECTED_WITHIN = 5.0  # seconds, to a server elsewhere
AGAIN_AFTER = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class EarStatus:
    """How well this line can hear, for `ivr doctor` and the operator."""

    ok: bool
    engine: str
    text: str
    """What works, or what does not and why."""


def engine_for(settings: Speech) -> str:
    """Tell which engine *settings* ask for, `auto` resolved."""
    if settings.engine != "auto":
        return settings.engine
    return "vosk" if settings.model else "embedded"


class SpeechClient:
    """
    Opens ears; an async context manager, or `start` and `stop`.

    Everything happens in one event loop, and nothing blocks it.
    """

    def __init__(self, settings: Speech, *, data: Path) -> None:
        """
        Prepare.

        Args:
            settings: Which engine, where.
            data: Folder for files derived from models.
        """
        self._settings = settings
        self._engine = engine_for(settings)
        self._data = data
        self._detectors = Detectors()
        self._hearings: set[SpeechHearing] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._process: SpeechProcess | None = None
        self._folder: Path | None = None
        self._started = False
        self._remote_text = ""

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Start the engine and wait until it is ready or has failed; never fails itself."""
        if self._started:
            raise MisuseError("this speech client is started already")
        self._started = True
        if self._engine == "none":
            return
        await asyncio.to_thread(self._detectors.fill)
        if self._engine == "remote":
            await self._try_remote()
            return
        # Not in the data folder: a Unix socket's path may have 107 bytes at most.
        self._folder = Path(tempfile.mkdtemp(prefix="ivr-speech-"))
        self._process = SpeechProcess(self._command(self._folder / "socket"), name=self._engine)
        self._spawn(self._process.run())
        if not await self._process.settled(within=STARTED_WITHIN):
            _log.error("hearing not available", extra={"engine": self._engine})

    async def stop(self) -> None:
        """Close every ear and end the engine; idempotent."""
        for hearing in tuple(self._hearings):
            await hearing.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        self._started = False

    @property
    def status(self) -> EarStatus:
        """How well this line can hear now."""
        if self._engine == "none":
            return EarStatus(ok=False, engine="none", text="hearing is switched off: keys only")
        if self._engine == "remote":
            text = self._remote_text
            return EarStatus(ok=not text, engine="remote", text=text or self._settings.address)
        if self._process is None:
            return EarStatus(ok=False, engine=self._engine, text="not started")
        health = self._process.health
        return EarStatus(ok=health.up, engine=self._engine, text=health.text)

    @property
    def listening(self) -> int:
        """Ears that are open now."""
        return len(self._hearings)

    @property
    def deaths(self) -> int:
        """Times the engine of this line died, and was started again."""
        return self._process.deaths if self._process is not None else 0

    def open(self, listening: Listening) -> Hearing:
        """Open an ear for *listening*; without an engine it yields `Deaf`."""
        if not self._started or not self._hopeful:
            return DeafHearing()
        question = Question(listening.jsgf, listening.words, listening.phrases)
        ours = self._engine != "remote"
        config = config_frame(question, ours=ours)
        reach: Connect = self._reach_here if ours else self._reach_remote

        def make(tell: Tell) -> Utterance:
            return Utterance(reach, config, tell=tell, pauses=ours)

        hearing = SpeechHearing(
            listening,
            detector=self._detectors.lend(),
            make=make,
            lost=self._replace,
            closed=self._put_away,
        )
        self._hearings.add(hearing)
        if self._detectors.short:
            self._spawn(asyncio.to_thread(self._detectors.fill))
        return hearing

    # ------------------------------------------------------------ engines

    @property
    def _hopeful(self) -> bool:
        match self._engine:
            case "none":
                return False
            case "remote":
                return True
            case _:
                return self._process is not None and self._process.may_come_back

    def _command(self, socket: Path) -> list[str]:
        command = ["--socket", str(socket), "--engine", self._engine, "--data", str(self._data)]
        command += ["--processes", str(max(1, self._settings.processes)), "--until-stdin-closes"]
        return [*command, "--model", self._settings.model] if self._settings.model else command

    @asynccontextmanager
    async def _reach_here(self) -> AsyncIterator[ClientConnection]:
        process, folder = self._process, self._folder
        if process is None or folder is None:
            raise EngineGoneError
        try:
            async with asyncio.timeout(RESTORED_WITHIN):
                connection = await _connected(process, folder / "socket")
        except TimeoutError as error:
            raise EngineGoneError(process.health.text) from error
        async with _left_politely(connection):
            yield connection

    @asynccontextmanager
    async def _reach_remote(self) -> AsyncIterator[ClientConnection]:
        try:
            async with asyncio.timeout(CONNECTED_WITHIN):
                connection = await connect(
                    self._settings.address, compression=None, max_size=MAX_TEXT_BYTES
                )
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            self._remote_text = f"{self._settings.address}: {type(error).__name__}"
            raise EngineGoneError(self._remote_text) from error
        self._remote_text = ""
        async with _left_politely(connection):
            yield connection

    async def _try_remote(self) -> None:
        with contextlib.suppress(EngineGoneError, WebSocketException):
            async with self._reach_remote():
                pass

    def _replace(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _put_away(self, hearing: SpeechHearing) -> None:
        self._hearings.discard(hearing)
        self._detectors.take_back(hearing.detector)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _connected(process: SpeechProcess, socket: Path) -> ClientConnection:
    while True:
        await process.restored()
        try:
            return await unix_connect(
                str(socket),
                compression=None,
                ping_interval=None,
                open_timeout=None,
                close_timeout=1,
                max_size=MAX_TEXT_BYTES,
            )
        except (OSError, WebSocketException):
            # It died a moment ago, which nobody has noticed yet.
            await asyncio.sleep(AGAIN_AFTER)


@asynccontextmanager
async def _left_politely(connection: ClientConnection) -> AsyncIterator[None]:
    try:
        yield
    finally:
        # When the peer is gone in the middle of a message, websockets 17.4 aborts a transport
        # that asyncio has closed already, which ends in an AttributeError.
        with contextlib.suppress(OSError, WebSocketException, AttributeError):
            await connection.close()
