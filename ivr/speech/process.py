"""Owning the speech process of this line: start it, watch it, start it again."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass

from ivr import log

_log = log.get(__name__)

READY_WITHIN = 90.0  # seconds; a model of two gigabytes on a slow disk
FIRST_RETRY = 0.2  # seconds; doubled after each failure
LAST_RETRY = 30.0
GIVES_UP_HOPE = 2.0  # a pause this long, and no question waits for the next try
STOPS_WITHIN = 3.0


@dataclass(frozen=True, slots=True)
class Health:
    """How the process is."""

    up: bool
    text: str
    """For people: what it does, or why it does not."""


class SpeechProcess:
    """
    One speech process, restarted with growing pauses for as long as `run` is not cancelled.

    Its standard input is our lifeline to it: when we die it ends.
    """

    def __init__(self, command: Sequence[str], *, name: str) -> None:
        self._command = (sys.executable, "-m", "ivr.speech.server", *command)
        self._name = name
        self._process: Process | None = None
        self._settled = asyncio.Event()
        self._up = asyncio.Event()
        self._retry = FIRST_RETRY
        self._ever_up = False
        self.deaths = 0
        """Times it was up and ended without being told to."""
        self.health = Health(up=False, text=f"{name}: starting")

    async def run(self) -> None:
        """Keep it running; cancel to stop it."""
        while True:
            try:
                if await self._start():
                    status = await self._wait()
                    self.deaths += 1
                    self._down(f"it ended with status {status} and is started again")
            finally:
                await _whole(self._end())
            _log.error("speech process down", extra={"engine": self._name, "retry_in": self._retry})
            await asyncio.sleep(self._retry)
            self._retry = min(LAST_RETRY, self._retry * 2)

    @property
    def may_come_back(self) -> bool:
        """Whether it is up, starting, or was up before: worth a short wait."""
        failed_before = self._settled.is_set() and not self._ever_up
        return self.health.up or not (failed_before or self._retry >= GIVES_UP_HOPE)

    async def settled(self, *, within: float) -> bool:
        """Wait until the process is up or has failed once; tell whether it is up."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), within)
        return self.health.up

    async def restored(self) -> None:
        """Wait until the process is up."""
        while not self.health.up:
            await self._up.wait()

    def kill(self) -> None:
        """End a process that hangs, and its workers; `run` starts another."""
        if self._process is not None:
            _kill_all(self._process)

    async def _start(self) -> bool:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                start_new_session=True,  # a group of its own, to be killed whole
                # A second thread per process would only fight for the core of the next one.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
            said = await asyncio.wait_for(self._first_line(), READY_WITHIN)
        except TimeoutError:
            return self._down(f"it was not ready within {READY_WITHIN:.0f} s")
        except OSError as error:
            return self._down(f"it cannot be started: {error.strerror}")
        if said.get("ready") is not True:
            return self._down(str(said.get("error", "it ended without a word")))
        self.health = Health(up=True, text=f"{self._name}: ready")
        self._ever_up = True
        self._retry = FIRST_RETRY
        self._up.set()
        self._settled.set()
        return True

    async def _first_line(self) -> dict[str, object]:
        assert self._process is not None  # noqa: S101 - set by the only caller
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe
        line = await self._process.stdout.readline()
        try:
            said = json.loads(line)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    async def _wait(self) -> int:
        assert self._process is not None  # noqa: S101 - set by `_start`
        return await self._process.wait()

    def _down(self, why: str) -> bool:
        self.health = Health(up=False, text=f"{self._name}: {why}")
        self._up.clear()
        self._settled.set()
        return False

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if self.health.up:
            self._down("stopped")
        assert process.stdin is not None  # noqa: S101 - opened as a pipe
        assert process.stdout is not None  # noqa: S101 - the same
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), STOPS_WITHIN)
        except TimeoutError:
            _log.warning("speech process did not stop when told", extra={"engine": self._name})
        finally:
            # A worker that hangs outlives its parent's farewell.
            _kill_all(process)
        await process.wait()
        await process.stdout.read()
        with contextlib.suppress(OSError):
            await process.stdin.wait_closed()


async def _whole(work: Coroutine[object, object, None]) -> None:
    """Let *work* come to its end also when we are cancelled meanwhile."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _kill_all(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
