"""`ivr queue` shows who waits, and moves a caller up on record."""

import argparse
import json
from pathlib import Path

import pytest

from ivr.cli import queue
from ivr.errors import StoreUnavailable
from tests.cli.line import QUEUE, answering


def run(data: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    queue.add_parser(parser.add_subparsers())
    options = parser.parse_args(["queue", "--data", str(data), *arguments])
    return int(options.func(options))


def test_who_waits_is_shown_with_how_long_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(tmp_path):
        assert run(tmp_path) == run(tmp_path, "--json") == 0
    shown, told = capsys.readouterr().out.rsplit("\n", 2)[:2]
    rows = [line.split() for line in shown.splitlines() if line.strip()]
    assert rows[1] == ["pharmacy", "2", "1:35", "1:00", "75%", "2", "0"]
    assert rows[3] == "1 00c0ffee pharmacy 1:35 asked offered to Kim".split()  # noqa: SIM905 - as it is read
    assert "moved up" in " ".join(rows[4])
    assert "00facade" in rows[4]
    assert json.loads(told) == QUEUE


def test_a_caller_is_moved_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(tmp_path) as asked:
        assert run(tmp_path, "--up", "00facade") == 0
    assert capsys.readouterr().out == "Call 00facade is next.\n"
    assert asked == [("move_up", {"call": "00facade"})]


def test_an_empty_queue_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(tmp_path, queue=QUEUE | {"callers": []}):
        assert run(tmp_path) == 0
    assert capsys.readouterr().out.endswith("\n\nNobody waits.\n")


def test_a_queue_that_cannot_be_looked_at_is_no_empty_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(tmp_path, trouble="redis clinic-line: does not answer"):
        assert run(tmp_path) == 1
    assert capsys.readouterr().out == "redis clinic-line: does not answer\n"


def test_without_a_line_it_tells_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="start it with `ivr serve`"):
        run(tmp_path)
