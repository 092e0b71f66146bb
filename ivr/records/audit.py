"""
The audit log: who looked at or deleted what was kept, or took part in a talk. Append only.

One JSON object a line. The line writes it and never reads it to decide anything.
"""

import errno
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from ivr.errors import StoreUnavailable


class Deed(StrEnum):
    """What somebody did."""

    HEARD_RECORDING = "heard_recording"
    HEARD_MESSAGE = "heard_message"
    SAW_MESSAGE = "saw_message"
    DELETED_MESSAGE = "deleted_message"
    SAW_NOTES = "saw_notes"  # of agents, about a call
    SAW_CALLBACK = "saw_callback"
    ENDED_CALLBACK = "ended_callback"  # by hand: somebody rang them, or it is not wanted any more
    DELETED_OLD = "deleted_old"
    LISTENED_IN = "listened_in"  # a supervisor, to a talk of others; what follows, too
    WHISPERED = "whispered"
    JOINED = "joined"
    TOOK_OVER = "took_over"
    MOVED_UP = "moved_up"  # a caller in their queue
    SET_PRESENCE = "set_presence"  # of somebody who takes calls
    HANDED_OFF = "handed_off"  # a caller, to a person
    HUNG_UP = "hung_up"  # on a caller
    SAW_WORDS = "saw_words"  # of a caller, as they were heard; what follows, too
    DRAINED = "drained"  # the line takes no new callers
    TOOK_AGAIN = "took_again"  # and does again


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed."""

    at: datetime
    who: str
    """Login name of a person of the practice, or `retention`."""
    did: Deed
    what: str
    """Opaque id of a message, call or ticket, name of a recording or of who takes calls; for
    `deleted_old` how many, for `drained` nothing."""


class Audit:
    """The audit log of one line."""

    def __init__(self, file: Path) -> None:
        """Name the file; it is made, for this user alone, when it is not there."""
        self._file = file

    def note(self, who: str, did: Deed, what: str) -> None:
        """
        Write a deed down before it is done, and have it on the disk.

        Raises:
            StoreUnavailable: It could not be written; then the deed must not be done.
        """
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "who": who, "did": did, "what": what})
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                _append(descriptor, line.encode() + b"\n")
            finally:
                os.close(descriptor)
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            raise StoreUnavailable(f"audit log {self._file.name}: {reason}") from error

    def entries(self) -> tuple[Entry, ...]:
        """
        Return everything, oldest first; a line that a crash cut short is left out.

        Raises:
            StoreUnavailable: It cannot be read.
        """
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            raise StoreUnavailable(f"audit log {self._file.name}: {reason}") from error
        return tuple(entry for line in lines if (entry := _read(line)) is not None)


def _append(descriptor: int, line: bytes) -> None:
    end = os.fstat(descriptor).st_size
    if end and os.pread(descriptor, 1, end - 1) != b"\n":
        line = b"\n" + line  # the last one was cut short by a crash or a full disk
    if os.write(descriptor, line) != len(line):
        raise OSError(errno.ENOSPC, "cut short")
    os.fsync(descriptor)


def _read(line: str) -> Entry | None:
    try:
        found = json.loads(line)
        at = datetime.fromisoformat(found["at"])
        return Entry(at, str(found["who"]), Deed(found["did"]), str(found["what"]))
    except (ValueError, KeyError, TypeError):
        return None
