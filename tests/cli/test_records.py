"""`ivr records`, as it is typed."""

import asyncio
import csv
import io
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyarrow import parquet
from sqlalchemy import text

from ivr.cli.doctor import records
from ivr.cli.main import main
from ivr.records import export
from ivr.records.calls import CallBook, kept_calls
from ivr.records.engines import engine_of
from ivr.settings import Records, Settings
from ivr.story.facts import Fact
from tests.records.stories import CALL, FULL, FULL_ROW, call

HERE_ON_THE_DAY = ["--from", "2031-05-05", "--to", "2031-05-07"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    keep(tmp_path, FULL.row, *FULL.turns, *FULL.steps, *FULL.media, *FULL.messages)
    return tmp_path


def keep(folder: Path, *facts: Fact) -> None:
    async def main_() -> None:
        book = CallBook(folder / "calls.db")
        await book.start()
        for fact in facts:
            book.take(fact)
        await book.close()

    asyncio.run(main_())


def ivr(data: Path, *words: str | Path) -> int:
    return main(["records", *map(str, words), "--data", str(data)])


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")))


def test_every_table_is_written_to_a_file_of_its_own(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "folder"
    assert ivr(data, "export", out) == 0
    assert f"{out / 'turns.csv'}: 2 rows" in capsys.readouterr().out
    assert {file.stem for file in out.iterdir()} == {"calls", "turns", "steps", "media", "messages"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in out.iterdir()} == {0o600}
    (row,) = rows_of(out / "calls.csv")
    assert row["started"] == "2031-05-06T09:00:00.000+00:00"
    assert row["path"] == "; ".join(FULL_ROW.path)
    assert (row["outcome"], row["recording_stopped"], row["score"]) == ("handed_off", "true", "4")
    assert rows_of(out / "turns.csv")[1]["speech_dbfs"] == "-23.5"
    assert rows_of(out / "turns.csv")[0]["speech_dbfs"] == ""


def test_parquet_keeps_kinds(data: Path, tmp_path: Path) -> None:
    assert ivr(data, "export", tmp_path / "out", "--format", "parquet") == 0
    (row,) = parquet.read_table(tmp_path / "out" / "calls.parquet").to_pylist()
    assert row["started"] == FULL_ROW.started
    assert row["path"] == list(FULL_ROW.path)
    assert row["latencies"] == list(FULL_ROW.latencies)
    assert row["reason"] == "asked"
    (sample,) = parquet.read_table(tmp_path / "out" / "media.parquet").to_pylist()
    assert (sample["received"], sample["jitter"]) == (3950, 0.004)


def test_days_limit_what_is_written(data: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    keep(data, call(86_400 * 30))
    assert ivr(data, "export", "-", *HERE_ON_THE_DAY) == 0
    told = list(csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert [row["call"] for row in told] == [CALL]


def test_rows_are_read_a_few_at_a_time(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 3)
    keep(data, *(call(number) for number in range(10)))
    assert ivr(data, "export", tmp_path / "a", "--table", "calls") == 0
    assert len(rows_of(tmp_path / "a" / "calls.csv")) == 11
    assert ivr(data, "export", tmp_path / "b", "--table", "calls", "--format", "parquet") == 0
    assert parquet.read_table(tmp_path / "b" / "calls.parquet").num_rows == 11


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_computed_by_a_spreadsheet(data: Path, tmp_path: Path, cell: str) -> None:
    with engine_of(data / "calls.db", timeout=5.0).begin() as connection:
        connection.execute(text("update calls set queue = :cell"), {"cell": cell})
    assert ivr(data, "export", tmp_path / "out", "--table", "calls") == 0
    (row,) = rows_of(tmp_path / "out" / "calls.csv")
    assert row["queue"] == f"'{cell}"


def test_where_no_call_was_taken_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ivr(tmp_path, "export", tmp_path / "out") == 2
    assert "there is no database calls.db yet: no call was taken" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ivr(data, "export", data / "calls.db" / "inside") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_without_pyarrow_it_is_told_what_to_install(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    assert ivr(data, "export", data / "out", "--format", "parquet") == 2
    assert "pip install 'clinic-line[parquet]'" in capsys.readouterr().err
    assert list((data / "out").iterdir()) == []


def test_a_sweep_tells_first_and_deletes_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = datetime.now(UTC) - timedelta(days=800)
    keep(tmp_path, call(1), call(2, started=old), call(3, started=old))
    assert ivr(tmp_path, "sweep", "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["calls"] == 2
    assert len(kept_calls(tmp_path / "calls.db", most=9)) == 3
    assert ivr(tmp_path, "sweep") == 0
    assert "Deleted." in capsys.readouterr().out
    assert [row.call for row in kept_calls(tmp_path / "calls.db", most=9)] == ["00000001"]


def test_tables_are_brought_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ivr(tmp_path, "upgrade") == 0
    assert ivr(tmp_path, "upgrade") == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "The database calls.db is now of this version.",
        "The database calls.db was already of this version.",
    ]


def test_the_doctor_looks_at_records(data: Path, tmp_path: Path) -> None:
    found = records(Settings(data=str(data)))
    assert found.ok
    assert found.found.startswith("database calls.db, last call 2031-05-0")
    (data / "calls.db").write_bytes(b"rubble" * 2000)
    found = records(Settings(data=str(data)))
    assert (found.ok, found.found) == (False, "database calls.db is damaged: not a database")
    assert records(Settings(data=str(tmp_path / "new"))).found == "no call was taken yet"


def test_the_doctor_asks_the_server_and_shows_no_password() -> None:
    found = records(Settings(records=Records(url="postgresql://ivr:s3cr3t@127.0.0.1:9/line")))
    assert not found.ok
    assert found.found == "database line on 127.0.0.1 cannot be reached, or does not let us in"
