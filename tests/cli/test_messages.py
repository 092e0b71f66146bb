"""`ivr messages` shows what waits, and private parts only on purpose and on record."""

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from ivr.cli import messages
from ivr.clinic.messages import MessageBox
from ivr.records.audit import Audit, Deed


def run(data: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    messages.add_parser(parser.add_subparsers())
    options = parser.parse_args(["messages", "--data", str(data), *arguments])
    return int(options.func(options))


async def leave_two(data: Path) -> None:
    box = MessageBox(data / "messages.db")
    await box.keep_callback("2125550142", call="", queue="billing", about="a bill")
    await box.keep_message(bytes(16_000), call="00c0ffee", queue="pharmacy", about="a refill")
    await box.close()


def test_an_empty_box_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == 0
    assert capsys.readouterr().out == "No messages.\n"


def test_numbers_and_matters_are_masked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(leave_two(tmp_path))
    assert run(tmp_path) == run(tmp_path, "--json") == 0
    shown = capsys.readouterr().out
    assert "2125550142" not in shown
    assert "a bill" not in shown
    assert {(m["kind"], m["number"]) for m in json.loads(shown.splitlines()[-1])} == {
        ("callback", "•••••42"),
        ("voice", ""),
    }
    assert Audit(tmp_path / "audit.log").entries() == ()


def test_showing_them_is_noted_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(leave_two(tmp_path))
    assert run(tmp_path, "--json", "--show") == 0
    shown = json.loads(capsys.readouterr().out)
    assert {(m["kind"], m["number"], m["about"]) for m in shown} == {
        ("callback", "2125550142", "a bill"),
        ("voice", "", "a refill"),
    }
    noted = {(entry.did, entry.what) for entry in Audit(tmp_path / "audit.log").entries()}
    assert noted == {(Deed.SAW_MESSAGE, m["message"]) for m in shown}


def test_a_message_somebody_saw_to_is_deleted_on_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(leave_two(tmp_path))
    run(tmp_path, "--json")
    key = json.loads(capsys.readouterr().out)[0]["message"]
    assert run(tmp_path, "--done", key) == 0
    assert run(tmp_path, "--done", key) == messages.EXIT_UNKNOWN
    run(tmp_path, "--json")
    left = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert key not in [message["message"] for message in left]
    (entry,) = Audit(tmp_path / "audit.log").entries()
    assert (entry.did, entry.what) == (Deed.DELETED_MESSAGE, key)
