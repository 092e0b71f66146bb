"""Find the processes a test run started and left behind."""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = "IVR_TEST_RUN"
PAUSE = 0.1  # seconds
GRACE = 3.0  # seconds; children told to stop in the last test may still be leaving
HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""Children of the interpreter itself, which end with it."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A process that should be gone."""

    pid: int
    command: str


def mark_this_run() -> str:
    """Put a mark into the environment that every program started from now on inherits."""
    mark = uuid.uuid4().hex
    os.environ[MARK] = mark
    return mark


def still_running(mark: str) -> list[Leftover]:
    """Wait a moment for the last ones to leave; return those that stay."""
    give_up = time.monotonic() + GRACE
    while (found := _found(mark)) and time.monotonic() < give_up:
        time.sleep(PAUSE)
    return found


def _found(mark: str) -> list[Leftover]:
    """Look again when nobody is there: one may have started another while we looked."""
    found = list(_ours(mark))
    if not found:
        time.sleep(PAUSE)
        found = list(_ours(mark))
    return found


def end(leftovers: list[Leftover]) -> None:
    """Kill them, so that a run which failed for them does not hang on them as well."""
    for leftover in leftovers:
        try:
            os.kill(leftover.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _ours(mark: str) -> Iterator[Leftover]:
    parents = _parents()
    for pid in parents:
        command = _read(pid, "cmdline").replace("\0", " ").strip()
        if not command or pid == os.getpid() or any(helper in command for helper in HELPERS):
            continue
        marked = f"{MARK}={mark}" in _read(pid, "environ").split("\0")
        if marked or os.getpid() in _ancestors(pid, parents):
            yield Leftover(pid, command)


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        # The name in brackets may hold spaces and brackets: count from the last one.
        rest = _read(pid, "stat").rpartition(")")[2].split()
        if rest:
            found[pid] = int(rest[1])
    return found


def _ancestors(pid: int, parents: dict[int, int]) -> Iterator[int]:
    while pid := parents.get(pid, 0):
        yield pid


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # gone meanwhile, or somebody else's
