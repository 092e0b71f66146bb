"""`ivr report`: a page, a PDF, JSON, or one clear line."""

import json
import threading
from datetime import date
from pathlib import Path

import pytest

from bench.traffic import Plan, traffic
from ivr.cli.main import EXIT_MISUSE, main
from tests.report.store import keep, writing

PLAN = Plan(date(2026, 10, 1), 31, calls_a_day=20)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a line that took calls in October."""
    folder = tmp_path_factory.mktemp("data")
    keep(folder / "calls.db", traffic(PLAN))
    return folder


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = Path(__file__).parents[2]
    (tmp_path / "flows").symlink_to(shipped / "flows")
    monkeypatch.chdir(tmp_path)


def run(data: Path, *arguments: str) -> int:
    return main(["report", "--data", str(data), *arguments])


def test_a_month_is_a_page_named_after_it(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "--month", "2026-10") == 0
    assert capsys.readouterr().out == "report-2026-10.html\n"
    page = (tmp_path / "report-2026-10.html").read_text("utf-8")
    assert "<title>Cedar Street Clinic: calls in October 2026</title>" in page
    assert "Prescription refill" in page


def test_a_pdf_is_written_beside_it(data: Path, tmp_path: Path) -> None:
    arguments = ("--week", "2026-W41", "--out", "week.html", "--pdf", "week.pdf", "--paper", "a4")
    assert run(data, *arguments) == 0
    assert (tmp_path / "week.html").exists()
    assert (tmp_path / "week.pdf").read_bytes().startswith(b"%PDF-")


def test_scripts_get_json_and_no_file(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "--from", "2026-10-05", "--to", "2026-10-11", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["period"] == {"first": "2026-10-05", "last": "2026-10-11"}
    told = [
        story
        for story in traffic(PLAN)
        if date(2026, 10, 5) <= story.row.started.astimezone().date() <= date(2026, 10, 11)
    ]
    assert sum(found["totals"]["outcomes"].values()) == len(told)
    assert not list(tmp_path.glob("*.html"))


def test_flows_with_mistakes_still_leave_a_report(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "flows").unlink()
    assert run(data, "--month", "2026-10") == 0
    assert "names stand for words" in capsys.readouterr().err
    assert "Refill status" in (tmp_path / "report-2026-10.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--month", "October"), "--month: found 'October', accepted is a month such as 2026-10"),
        (("--week", "2026-W99"), "a week such as 2026-W41"),
        (("--to", "2026-10-11"), "--to: found no --from"),
        (("--from", "2026-10-11", "--to", "2026-10-01"), "1 to 366 days"),
        (("--from", "2020-10-11"), "1 to 366 days"),
        (("--month", "2026-10", "--out", "no/such/folder.html"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert run(data, *arguments) == EXIT_MISUSE
    assert told in capsys.readouterr().err


def test_a_line_that_took_no_call_yet_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "empty", "--month", "2026-10") == EXIT_MISUSE
    assert "no call was taken here" in capsys.readouterr().err


def test_records_that_are_damaged_are_told_so(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "calls.db").write_bytes((data / "calls.db").read_bytes())
    with writing(tmp_path / "calls.db") as connection, connection.begin():
        connection.exec_driver_sql("update calls set outcome = 'nonsense'")
    assert run(tmp_path, "--month", "2026-10") == EXIT_MISUSE
    assert "rows that are none" in capsys.readouterr().err


def test_whoever_writes_meanwhile_goes_on(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.db"
    file.write_bytes((data / "calls.db").read_bytes())
    over, wrote = threading.Event(), 0

    def write() -> None:
        nonlocal wrote
        with writing(file) as connection:
            while not over.is_set():
                with connection.begin():
                    connection.exec_driver_sql("update calls set turns = turns + 1")
                wrote += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not wrote:
            over.wait(0.01)
        before = wrote
        assert run(tmp_path, "--month", "2026-10") == 0
        assert wrote > before
    finally:
        over.set()
        writer.join()
