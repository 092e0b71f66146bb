"""Finished calls on changed flows: what would have gone another way, and where."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.caller.scenario import read_scenario
from ivr.cli.main import main
from ivr.dialog.account import Account
from ivr.errors import StoreError
from ivr.loading import load_practice
from ivr.records.accounts import AccountBook
from ivr.workbench.paper import PaperLine
from ivr.workbench.replay import replay, scenario_of
from ivr.workbench.suite import run_text
from ivr.workbench.writing import write_scenario
from tests.dialog.test_witness import witnessed
from tests.flows.shipped import ROOT, SCENARIOS, SETTINGS, book, today, wording

CALL = "00c0ffee"
READY = next(path for path in SCENARIOS if path.stem == "refill_ready")


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, tuple[Account, ...]]:
    """A call about a refill that was ready."""
    return {CALL: (witnessed(READY, monkeypatch),)}


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the flows in which a refill that is ready waits for the doctor."""
    folder = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", folder)
    file = folder / "refill_status.yaml"
    text = file.read_text(encoding="utf-8")
    assert "on: {ready: ready, in" in text
    file.write_text(
        text.replace("on: {ready: ready, in", "on: {ready: needs_approval, in", 1), "utf-8"
    )
    return folder


def test_calls_go_as_they_went_where_nothing_changed(
    ready: Mapping[str, tuple[Account, ...]],
) -> None:
    (found,) = replay(ready, book(), wording())
    assert (found.call, found.difference, found.gone) == (CALL, None, False)


def test_a_changed_flow_shows_where_a_call_goes_another_way(
    ready: Mapping[str, tuple[Account, ...]], edited: Path
) -> None:
    flows = replace(SETTINGS.flows, folder=str(edited))
    changed = load_practice(replace(SETTINGS, flows=flows)).book
    (found,) = replay(ready, changed, wording())
    assert found.difference is not None
    assert found.difference.place == "refill_status.look_up"
    assert found.difference.done == "refills.status came out as ready"
    assert found.difference.old == "refill_status.ready"
    assert found.difference.new == "refill_status.needs_approval"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_made_of_a_call_comes_true_and_goes_the_same_way(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = witnessed(path, monkeypatch)
    line = PaperLine(book(), wording(), today=today())
    text = write_scenario(scenario_of(CALL, account, line))
    run = run_text(read_scenario(text, file="made.call"), line)
    line.close()
    assert run.failure is None
    assert run.path == account.path


def keep(data: Path, kept: Mapping[str, tuple[Account, ...]]) -> None:
    async def write() -> None:
        book = AccountBook(data / "accounts.db")
        for call, accounts in kept.items():
            await book.keep(call, accounts)
        assert await book.kept((CALL,)) == kept
        await book.close()

    asyncio.run(write())


def test_calls_are_replayed_and_made_into_scenarios_from_the_command_line(
    ready: Mapping[str, tuple[Account, ...]],
    edited: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    data = tmp_path / "data"
    keep(data, ready)
    assert main(["replay", "--data", str(data), "--against", str(ROOT / "flows")]) == 0
    assert "1 of 1 conversations go as they went" in capsys.readouterr().out
    assert main(["replay", CALL, "--data", str(data), "--against", str(edited)]) == 1
    told = capsys.readouterr().out
    assert f"call {CALL}: at refill_status.look_up, refills.status came out as ready" in told
    assert main(["scenario", "from", CALL, "--data", str(data)]) == 0
    assert read_scenario(capsys.readouterr().out, file="made.call").steps
    assert main(["replay", "facade00", "--data", str(data)]) == 2


@pytest.mark.parametrize("rubble", ["", "[", "[1]", '[{"acts": 1}]', "{}"])
def test_rows_that_are_none_are_left_out(tmp_path: Path, rubble: str) -> None:
    async def scene() -> None:
        book = AccountBook(tmp_path / "accounts.db")
        await book.kept()
        statement = "insert into accounts values ('00c0ffee', 1, ?)"
        await book._database.write(lambda connection: connection.execute(statement, (rubble,)))
        assert await book.kept() == {}
        await book.close()

    asyncio.run(scene())


def test_a_file_that_is_none_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "accounts.db").write_bytes(b"rubble" * 1000)

    async def scene() -> None:
        book = AccountBook(tmp_path / "accounts.db")
        try:
            with pytest.raises(StoreError, match="damaged"):
                await book.kept()
        finally:
            await book.close()

    asyncio.run(scene())
