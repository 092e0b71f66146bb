"""`ivr calls --notes` lists what agents wrote; the text of it only for one call, and on record."""

import argparse
import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.cli import calls
from ivr.records.audit import Audit, Deed
from ivr.records.notes import KeptNote, NoteBook

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TEXT = "Refill is due on [bold]Thursday.\n\x1b[2JSaid so twice."


def run(data: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    calls.add_parser(parser.add_subparsers())
    options = parser.parse_args(["calls", "--data", str(data), *arguments])
    return int(options.func(options))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    async def write() -> None:
        book = NoteBook(tmp_path / "notes.db")
        await book.keep(KeptNote("00c0ffee", "Dana", AT, "follow_up", TEXT, finished=True))
        await book.keep(KeptNote("00facade", "Kim", AT, "", "Half a", finished=False))
        await book.close()

    asyncio.run(write())
    return tmp_path


def test_without_notes_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--notes") == run(tmp_path, "--notes", "00c0ffee") == 0
    assert capsys.readouterr().out == "No notes.\nNobody wrote about call 00c0ffee.\n"


def test_the_list_shows_how_calls_came_out_but_no_text(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "--notes") == run(data, "--notes", "--json") == 0
    shown = capsys.readouterr().out
    assert "Refill" not in shown
    rows = [(row["call"], row["outcome"]) for row in json.loads(shown.splitlines()[-1])]
    assert rows == [("00c0ffee", "follow up"), ("00facade", "")]
    assert Audit(data / "audit.log").entries() == ()


def test_the_text_of_a_call_is_shown_as_it_is_and_noted_first(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "--notes", "00c0ffee") == 0
    shown = capsys.readouterr().out
    assert "Refill is due on [bold]Thursday." in " ".join(shown.split())
    assert "\x1b" not in shown
    assert "Half a" not in shown
    assert run(data, "--notes", "00c0ffee", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["note"], row["finished"]) == (TEXT, "yes")
    noted = [(entry.did, entry.what) for entry in Audit(data / "audit.log").entries()]
    assert noted == [(Deed.SAW_NOTES, "00c0ffee")] * 2
