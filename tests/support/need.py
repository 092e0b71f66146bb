"""What a test needs of the machine: a program of the system, or data beside the project."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = ROOT.parent / "shared" / "data"
IN_CI = os.environ.get("CI") == "true"
NO_SHARED_DATA = "needs the recordings in ../shared/data, which are not here"
"""The one reason to skip that is accepted in CI."""


def need_program(name: str, *, package: str, path: str | None = None) -> Path:
    """
    Find the program *name*, which Debian's *package* brings, in the folders of *path*.

    Without it the test is skipped, and in CI it fails.
    """
    found = shutil.which(name, path=path)
    if found is None:
        _lacking(f"needs {name}: apt-get install {package}")
    return Path(found)


def need_shared_data() -> Path:
    """Return the folder of recordings beside the project; skip the test where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip(NO_SHARED_DATA)
    return SHARED_DATA


def _lacking(reason: str) -> NoReturn:
    if IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
