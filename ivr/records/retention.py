"""How long things are kept: a pure decision, and the little it takes to carry it out."""

import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.errors import StoreUnavailable

_RECORDING = re.compile(r"[0-9a-f]{32}\.wav")


def limit(days: int, *, now: datetime) -> datetime | None:
    """Return the moment before which things go; None when nothing goes."""
    return now - timedelta(days=days) if days > 0 else None


def due(made: Mapping[str, datetime], *, days: int, now: datetime) -> list[str]:
    """Return the names of what is older than *days*, oldest first."""
    before = limit(days, now=now)
    if before is None:
        return []
    return sorted((name for name, at in made.items() if at < before), key=lambda n: (made[n], n))


def sweep_recordings(folder: Path, *, days: int, now: datetime) -> int:
    """
    Delete the recordings in *folder* that are older than *days*; return how many.

    Only plain files are touched that bear a name that the line gives.

    Raises:
        StoreUnavailable: The folder cannot be read or a file in it cannot be deleted.
    """
    old = due_recordings(folder, days=days, now=now)
    with _translated(folder):
        for name in old:
            (folder / name).unlink(missing_ok=True)
    return len(old)


def due_recordings(folder: Path, *, days: int, now: datetime) -> list[str]:
    """
    Name the recordings that `sweep_recordings` would delete.

    Raises:
        StoreUnavailable: The folder cannot be read.
    """
    with _translated(folder):
        return due(_recordings(folder), days=days, now=now)


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"recordings folder {folder}: {error.strerror}") from error


def _recordings(folder: Path) -> dict[str, datetime]:
    if not folder.is_dir():
        return {}
    return {
        path.name: datetime.fromtimestamp(found.st_mtime, UTC)
        for path in folder.iterdir()
        if _RECORDING.fullmatch(path.name) and stat.S_ISREG((found := path.lstat()).st_mode)
    }
