import argparse
import shutil
from pathlib import Path

import pytest

from ivr.cli import flow
from ivr.errors import SettingsError
from ivr.flow.schema import schema_text

SHIPPED = Path(__file__).parents[2] / "flows"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    flow.add_parser(parser.add_subparsers())
    options = parser.parse_args(["flow", *arguments])
    status: int = options.func(options)
    return status


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """Settings of a line with a copy of the shipped flows."""
    (tmp_path / "flows").mkdir()
    for path in SHIPPED.glob("*.yaml"):
        shutil.copy(path, tmp_path / "flows")
    file = tmp_path / "line.toml"
    file.write_text('[flows]\nfolder = "flows"\n', encoding="utf-8")
    return str(file)


def test_a_new_flow_passes_the_strict_check_beside_the_others(
    settings: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("new", "opening_hours", "--settings", settings) == 0
    said = capsys.readouterr().out
    assert "opening_hours.yaml is there" in said
    assert "call: opening_hours" in said
    assert run("check", "--strict", "--escape", "--settings", settings) == 0
    assert "opening_hours.tell" in capsys.readouterr().out
    text = (tmp_path / "flows" / "opening_hours.yaml").read_text(encoding="utf-8")
    assert "title: Opening hours\n" in text
    assert text.count("  # ") >= 6


def test_it_is_called_as_the_line_was_told_to(
    settings: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lines that are printed make the flow reachable, as they stand."""
    run("new", "parking", "--settings", settings)
    state = capsys.readouterr().out.split("write\n\n")[1].split("\n\nwith")[0]
    menu = tmp_path / "flows" / "main_menu.yaml"
    text = menu.read_text(encoding="utf-8").replace(
        "        next: insurance\n",
        "        next: insurance\n      parking: {key: '4', says: [parking], next: parking}\n",
    )
    menu.write_text(f"{text}\n{state}\n", encoding="utf-8")
    assert run("check", "--strict", "--settings", settings) == 0, capsys.readouterr().out


def test_another_queue_can_be_named(settings: str, tmp_path: Path) -> None:
    assert run("new", "vaccines", "--queue", "nurse_line", "--settings", settings) == 0
    text = (tmp_path / "flows" / "vaccines.yaml").read_text(encoding="utf-8")
    assert "handoff: nurse_line\n" in text


def test_a_flow_that_is_there_is_never_written_over(
    settings: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (tmp_path / "flows" / "main_menu.yaml").read_bytes()
    assert run("new", "main_menu", "--settings", settings) == 1
    assert run("new", "queues", "--settings", settings) == 1
    assert "there already" in capsys.readouterr().out
    assert (tmp_path / "flows" / "main_menu.yaml").read_bytes() == before


@pytest.mark.parametrize("name", ["../evil", "Opening Hours", "", "a/b", "9to5"])
def test_a_name_that_is_none_writes_nothing(settings: str, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert run("new", name, "--settings", settings) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "line.toml"
    file.write_text('[flows]\nfolder = "nowhere"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="nowhere"):
        run("new", "parking", "--settings", str(file))


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    assert capsys.readouterr().out == schema_text()
