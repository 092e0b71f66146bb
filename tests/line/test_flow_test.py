"""`ivr flow test --sip`: scenarios as real calls, to a line of their own."""

import subprocess
from pathlib import Path

import pytest

from tests.support.line_process import PROGRAM
from tests.support.need import ROOT

pytestmark = pytest.mark.line

RUNG = """\
title: Straight to a person
flow: keep_my_place
steps:
  - hears: Which number should we call
  - keys: "0"
ends: agent
"""
ONLY_TEXT = "title: t\nflow: keep_my_place\nsteps: [clinic: down, keys: '0']\nends: agent\n"


@pytest.mark.timeout(240)
def test_scenarios_are_rung_and_a_person_answers(tmp_path: Path) -> None:
    (tmp_path / "rung.call").write_text(RUNG, encoding="utf-8")
    (tmp_path / "wrong.call").write_text(
        RUNG.replace("Which number should we call", "{text: good morning, within: 1}"),
        encoding="utf-8",
    )
    (tmp_path / "text.call").write_text(ONLY_TEXT, encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, "flow", "test", str(tmp_path), "--sip", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert told[0].split() == ["--", "text", "clinic:", "not", "on", "a", "telephone"]
    assert any(line.startswith("ok    rung") for line in told), done.stdout
    assert any(line.startswith("FAIL  wrong") for line in told), done.stdout
    assert told[-1].startswith("1 of 2 scenarios came true")
    assert told[-1].endswith("1 left out")
