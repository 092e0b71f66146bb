"""The ways to run things: the Makefile, its scripts and what CI runs."""

import re
import subprocess

import pytest

from tests.house.source import tracked
from tests.support.need import IN_CI, ROOT

SCRIPTS = [str(path) for path in tracked() if path.parts[0] in ("scripts", ".ci")]


def test_make_alone_lists_what_can_be_made() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    for target in ("setup", "run", "test", "lint", "bench", "bench-speech", "clean"):
        assert re.search(rf"^  make {target} +\S", listed, re.MULTILINE), target


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_executable_and_its_shell_can_read_it(script: str) -> None:
    path = ROOT / script
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert path.stat().st_mode & 0o111
    if first.endswith(("sh", "bash")):
        shell = first.removeprefix("#!").removeprefix("/usr/bin/env ")
        assert subprocess.run([*shell.split(), "-n", script], cwd=ROOT, check=False).returncode == 0


def test_every_target_names_files_that_are_there() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [
        name for name in re.findall(r"@(scripts/\S+)", text) if not (ROOT / name).is_file()
    ] == []


@pytest.mark.skipif(not IN_CI, reason="elsewhere pyproject.toml may be edited: it would install")
def test_setup_has_nothing_to_do_the_second_time() -> None:
    again = subprocess.run(
        ["make", "--no-print-directory", "setup"], cwd=ROOT, capture_output=True, check=True
    )
    assert again.stdout == b""
