import argparse
import json
from pathlib import Path

import pytest

from ivr.cli import flow
from ivr.errors import SettingsError

GOOD = """\
flow: main_menu
title: Main menu
queue: front_desk
start: welcome
states:
  welcome: {say: Welcome., next: menu}
  menu:
    prompt: Would you like to leave a message?
    choices: {leave: {says: [message], key: "1", next: person}}
  person: {handoff: front_desk}
"""
NOBODY = """\
flow: nobody_available
title: Nobody could pick up
queue: front_desk
start: sorry
states:
  sorry: {end: Please call again.}
"""


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    flow.add_parser(parser.add_subparsers())
    options = parser.parse_args(["flow", "check", *arguments])
    status: int = options.func(options)
    return status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main_menu.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "nobody_available.yaml").write_text(NOBODY, encoding="utf-8")
    keep = NOBODY.replace("nobody_available", "keep_my_place")
    (tmp_path / "keep_my_place.yaml").write_text(keep, encoding="utf-8")
    (tmp_path / "README.md").write_text("Not a flow: [", encoding="utf-8")
    return tmp_path


def test_good_flows_are_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder)) == 0
    assert capsys.readouterr().out.startswith("3 flows, 5 states, no mistakes")


def test_every_mistake_of_every_file_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "main_menu.yaml").write_text(GOOD.replace("next: menu", "next: manu"), "utf-8")
    (folder / "other.yml").write_text("flow: other\n", "utf-8")
    (folder / "latin.yaml").write_bytes(b"flow: caf\xe9\n")
    assert run(str(folder)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert f"{folder}/main_menu.yaml:6:34: unknown-state: there is no state manu" in lines[1]
    assert lines[0].startswith(f"{folder}/latin.yaml:1:10: encoding: ")
    assert [line.split(": ")[1] for line in lines[2:-1]] == ["missing-key"] * 4
    assert lines[-1] == "6 mistakes"


def test_a_phrase_of_the_line_cannot_be_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace("[message]", "[message, operator]")
    (folder / "main_menu.yaml").write_text(text, "utf-8")
    assert run(str(folder)) == 1
    assert "phrase-reserved" in capsys.readouterr().out


def test_the_flow_for_when_nobody_picks_up_must_be_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "nobody_available.yaml").unlink()
    assert run(str(folder)) == 1
    assert "the line needs a flow nobody_available" in capsys.readouterr().out


def test_the_escape_proof_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder), "--escape") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert 'main_menu.welcome 1 4 menu > "operator" or 0, then front_desk' in out
    assert "main_menu.person 0 0 front_desk" in out
    assert "the longest way, from main_menu.welcome, takes 4 s at most" in out


def test_scripts_get_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder), "--json", "--escape") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["errors"], len(found["escape"])) == (True, [], 5)
    (folder / "main_menu.yaml").write_text("flow: main_menu\n", "utf-8")
    assert run(str(folder), "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert {"file", "line", "column", "rule", "message", "hint", "severity"} == found["errors"][
        0
    ].keys()


def test_a_warning_fails_the_check_only_when_strict(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace("Welcome.", "Press 1 for a message.")
    (folder / "main_menu.yaml").write_text(text, "utf-8")
    assert run(str(folder)) == 0
    assert run(str(folder), "--strict") == 1
    lines = capsys.readouterr().out.splitlines()
    assert f"{folder}/main_menu.yaml:6:18: warning: key-first: " in lines[0]
    assert "no mistakes, 1 warning (version" in lines[1]
    assert run(str(folder), "--json", "--strict") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["errors"]) == (False, [])
    assert [one["severity"] for one in found["warnings"]] == ["warning"]


def test_errors_and_warnings_of_all_files_are_told_together(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace("Welcome.", "Press 1 for a message.").replace("next: menu", "next: manu")
    (folder / "main_menu.yaml").write_text(text, "utf-8")
    assert run(str(folder)) == 1
    rules = [line.split(": ")[1:3] for line in capsys.readouterr().out.splitlines()[:-1]]
    assert rules == [
        ["warning", "key-first"],
        ["unknown-state", "there is no state manu (did you mean menu?)"],
    ]


def test_a_queue_without_a_title_in_every_language_is_a_warning(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queues = "queues:\n  front_desk: {title: the front desk}\n"
    (folder / "queues.yaml").write_text(queues, "utf-8")
    assert run(str(folder), "--strict") == 1
    assert "queues.yaml:2:23: warning: untranslated: " in capsys.readouterr().out


def test_a_text_of_the_line_that_is_missing_in_one_language_is_told_with_the_flows(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = Path(__file__).parents[2] / "prompts"
    words = tmp_path / "words"
    words.mkdir()
    for path in shipped.glob("*.yaml"):
        text = path.read_text("utf-8")
        (words / path.name).write_text(text.replace("goodbye:", "good_by:"), "utf-8")
    (words / "en.yaml").write_text((shipped / "en.yaml").read_text("utf-8"), "utf-8")
    settings = tmp_path / "line.toml"
    settings.write_text('[flows]\nprompts = "words"\n', "utf-8")
    assert run(str(folder), "--settings", str(settings)) == 1
    out = capsys.readouterr().out
    assert "es.yaml:5:1: missing-key: goodbye is missing" in out
    assert out.splitlines()[-1] == "2 mistakes"


def test_the_slower_the_line_speaks_the_longer_is_a_prompt(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "This is a text of twenty words. " * 3
    (folder / "main_menu.yaml").write_text(GOOD.replace("Welcome.", words), "utf-8")
    assert run(str(folder), "--strict") == 0
    slow = folder / "slow.toml"
    slow.write_text("[speech]\nrate = 90\n", "utf-8")
    assert run(str(folder), "--strict", "--settings", str(slow)) == 1
    assert "long-prompt: this takes about 14 s" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        run(str(tmp_path / "nowhere"))


def test_the_shipped_flows_have_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    shipped = Path(__file__).parents[2] / "flows"
    assert run(str(shipped), "--strict", "--escape") == 0, capsys.readouterr().out
