"""`ivr callbacks` shows who will be rung back, private parts only on purpose and on record."""

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from ivr.cli import callbacks
from ivr.handoff.tickets import Ticket
from ivr.records.audit import Audit, Deed
from ivr.records.callbacks import CallbackBook, KeptCall
from tests.cli.line import answering


def run(data: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    callbacks.add_parser(parser.add_subparsers())
    command, *others = arguments
    options = parser.parse_args(["callbacks", command, "--data", str(data), *others])
    return int(options.func(options))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    async def keep() -> None:
        book = CallbackBook(tmp_path / "callbacks.db")
        ticket = Ticket("00c0ffee", "pharmacy", 1_767_800_000.0, callback=True)
        await book.keep(KeptCall(ticket, "2125550142", "a refill", tries=1))
        await book.close()

    asyncio.run(keep())
    return tmp_path


def test_an_empty_book_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "list") == 0
    assert capsys.readouterr().out == "Nobody waits to be rung back.\n"


def test_numbers_and_matters_are_masked(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kept, "list") == run(kept, "list", "--json") == 0
    shown = capsys.readouterr().out
    assert "00c0ffee" in shown
    assert "2125550142" not in shown
    assert "a refill" not in shown
    assert Audit(kept / "audit.log").entries() == ()


def test_showing_them_is_noted(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kept, "list", "--json", "--show") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["number"], row["about"], row["tries"]) == ("2125550142", "a refill", 1)
    assert [entry.did for entry in Audit(kept / "audit.log").entries()] == [Deed.SAW_CALLBACK]


@pytest.mark.parametrize("command", ["done", "drop"])
def test_without_a_line_one_is_taken_off_the_disk(
    kept: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kept, command, "00c0ffee") == 0
    assert run(kept, "list") == 0
    assert "Nobody waits" in capsys.readouterr().out
    assert [entry.did for entry in Audit(kept / "audit.log").entries()] == [Deed.ENDED_CALLBACK]


def test_a_running_line_takes_it_off_itself(kept: Path) -> None:
    with answering(kept) as asked:
        assert run(kept, "done", "00c0ffee") == 0
    assert asked == [("callback_end", {"call": "00c0ffee"})]


def test_what_is_not_there_cannot_be_ended(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kept, "done", "00facade") == 1
    assert "There is no call-back 00facade" in capsys.readouterr().out
