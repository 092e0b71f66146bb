"""The rules in `tests/conftest.py` hold: seen by running pytest on a few tests of our own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.need import ROOT

EXAMPLES = """
import subprocess
import pytest
from tests.support.need import need_program, need_shared_data

def test_lacks_a_program():
    need_program("no-such-program", package="no-such-package")

def test_lacks_data(monkeypatch, tmp_path):
    monkeypatch.setattr("tests.support.need.SHARED_DATA", tmp_path / "none")
    monkeypatch.setattr("tests.conftest.SHARED_DATA", tmp_path / "none")
    need_shared_data()

def test_skips_for_no_good_reason():
    pytest.skip("not today")
"""
LONG = str(6_000_000 + os.getpid())  # seconds; a number nobody else sleeps for
LEAK = f"""
import subprocess

def test_forgets_a_process():
    subprocess.Popen(["sh", "-c", "sleep {LONG} & exec true"])
"""


def run(folder: Path, text: str, *, ci: bool) -> tuple[int, str]:
    (folder / "test_example.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-rA", "-q", str(folder)],
        cwd=ROOT,
        env=os.environ | {"CI": "true" if ci else "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )
    return done.returncode, done.stdout


def test_in_ci_only_data_beside_the_project_may_be_missing(tmp_path: Path) -> None:
    status, told = run(tmp_path, EXAMPLES, ci=True)
    assert (status, "2 failed, 1 skipped" in told) == (1, True), told
    assert "apt-get install no-such-package" in told
    assert "in CI a skipped test is a failure" in told


def test_elsewhere_what_is_missing_is_skipped_with_the_reason(tmp_path: Path) -> None:
    status, told = run(tmp_path, EXAMPLES, ci=False)
    assert (status, "3 skipped" in told) == (0, True), told
    assert "needs no-such-program: apt-get install no-such-package" in told


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")
def test_a_forgotten_process_fails_the_run_and_is_ended(tmp_path: Path) -> None:
    status, told = run(tmp_path, LEAK, ci=False)
    assert (status, f"sleep {LONG}" in told) == (1, True), told
    assert not [
        process
        for process in Path("/proc").glob("[0-9]*/cmdline")
        if process.exists() and process.read_bytes() == f"sleep\0{LONG}\0".encode()
    ]
