"""
Keeping forked workers alive: fork, watch, fork again.

The parent does nothing else, so it survives whatever kills a worker. A worker ends when its
lifeline, a pipe whose other end only the parent holds, closes: also when the parent was
killed without a chance to say so.
"""

import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable
from types import FrameType

SOON = 10.0  # seconds
MAX_DEATHS = 8  # within `SOON`: forking again does not help
PATIENCE = 2.0  # seconds a worker has to end when told


def keep_forked(work: Callable[[int], object], *, count: int, watch_stdin: bool) -> int:
    """
    Keep *count* workers running until SIGTERM, SIGINT or (*watch_stdin*) the end of stdin.

    Args:
        work: Runs in a worker with the lifeline's descriptor; it must return when that
            becomes readable.
        count: How many.
        watch_stdin: Whether the end of standard input ends us.

    Returns:
        0 when told to stop, 1 when the workers died faster than forking again makes sense.
    """
    return _Parent(work, watch_stdin=watch_stdin).run(count)


class _Parent:
    def __init__(self, work: Callable[[int], object], *, watch_stdin: bool) -> None:
        self._work = work
        self._watch_stdin = watch_stdin
        self._workers: set[int] = set()
        self._deaths: deque[float] = deque(maxlen=MAX_DEATHS)
        self._stopping = False
        self._lifeline, self._hold = os.pipe()
        self._wake, waker = os.pipe()
        os.set_blocking(waker, False)
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)

    def run(self, count: int) -> int:
        try:
            while not self._stopping:
                self._bury()
                if len(self._deaths) == MAX_DEATHS and self._deaths[0] > time.monotonic() - SOON:
                    return 1
                while len(self._workers) < count:
                    self._fork()
                self._wait()
            return 0
        finally:
            self._end_workers()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _wait(self) -> None:
        watched = [self._wake, 0] if self._watch_stdin else [self._wake]
        readable, _, _ = select.select(watched, [], [])
        if self._wake in readable:
            os.read(self._wake, 4096)
        elif not os.read(0, 4096):
            self._stopping = True

    def _fork(self) -> None:
        pid = os.fork()
        if pid:
            self._workers.add(pid)
            return
        status = 1
        try:
            os.close(self._hold)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to pass on
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._work(self._lifeline)
            status = 0
        finally:
            # Whatever happened, a worker must never run on as a second parent.
            os._exit(status)

    def _bury(self) -> None:
        for pid in tuple(self._workers):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._workers.discard(pid)
                self._deaths.append(time.monotonic())

    def _end_workers(self) -> None:
        os.close(self._hold)
        deadline = time.monotonic() + PATIENCE
        while self._workers and time.monotonic() < deadline:
            self._bury()
            time.sleep(0.01)
        for pid in self._workers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Be woken: a signal that is ignored outright does not interrupt `select`."""
