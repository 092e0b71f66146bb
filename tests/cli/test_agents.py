"""`ivr agents` keeps the roster, with and without a running line."""

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from ivr.cli import agents
from ivr.errors import SettingsError, StoreUnavailable
from ivr.handoff.agents import Agent, Role
from ivr.records.roster import Roster
from tests.cli.line import answering


def run(data: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    agents.add_parser(parser.add_subparsers())
    command, *others = arguments
    options = parser.parse_args(["agents", command, "--data", str(data), *others])
    return int(options.func(options))


async def logged_in(data: Path, name: str, password: str) -> Agent | None:
    roster = Roster(data / "agents.db")
    try:
        return await roster.check(name, password)
    finally:
        await roster.close()


def test_who_is_added_can_log_in_with_what_was_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "add", "Dana", "--queue", "pharmacy", "--role", "supervisor") == 0
    password = capsys.readouterr().out.splitlines()[0].rpartition(" ")[2]
    assert asyncio.run(logged_in(tmp_path, "Dana", password)) == Agent(
        "Dana", "browser:Dana", ("pharmacy",), role=Role.SUPERVISOR
    )


def test_without_a_line_those_who_are_known_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "add", "Kim", "--sip", "sip:kim@127.0.0.1", "--language", "es")
    assert "password" not in capsys.readouterr().out
    assert run(tmp_path, "list", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["agent"], row["where"], row["languages"]) == ("Kim", "sip", ["es"])
    assert (row["presence"], row["reason"]) == ("offline", "no line runs")


def test_who_has_not_logged_in_yet_is_listed_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "add", "Alice")
    capsys.readouterr()
    with answering(tmp_path):
        assert run(tmp_path, "list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["agent"], row["reason"]) for row in rows] == [
        ("Alice", "not signed in"),
        ("Kim", "lunch"),
    ]


def test_an_empty_roster_says_how_to_fill_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "list") == 0
    assert "`ivr agents add NAME`" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["a/b"], ["Kim", "--sip", "tel:2125550142"]])
def test_what_cannot_be_is_refused(tmp_path: Path, wrong: list[str]) -> None:
    with pytest.raises(SettingsError):
        run(tmp_path, "add", *wrong)


def test_who_is_not_there_cannot_be_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "add", "Kim")
    assert (run(tmp_path, "remove", "Kim"), run(tmp_path, "remove", "Kim")) == (0, 1)
    assert "Kim is not on the roster." in capsys.readouterr().out


def test_who_stands_in_the_settings_is_changed_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[[handoff.agents]]\nname = "Dana"\nuri = "sip:dana@127.0.0.1"\n')
    for command in ("add", "remove"):
        assert run(tmp_path, command, "Dana", "--settings", str(settings)) == 1
        assert "Dana stands in the settings" in capsys.readouterr().out


def test_a_line_that_cannot_read_the_roster_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(tmp_path, trouble="database agents.db is damaged"):
        assert run(tmp_path, "add", "Kim") == 1
        assert run(tmp_path, "list") == 1
    assert capsys.readouterr().out.count("database agents.db is damaged") == 2


def test_pausing_needs_a_line_and_tells_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="start it with `ivr serve`"):
        run(tmp_path, "pause", "Kim")


def test_a_running_line_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(tmp_path) as asked:
        assert run(tmp_path, "pause", "Kim", "--reason", "lunch") == 0
        assert run(tmp_path, "ready", "Pat") == 1
        assert run(tmp_path, "list") == 0
    assert asked[0] == ("agent_set", {"name": "Kim", "presence": "paused", "reason": "lunch"})
    shown = capsys.readouterr().out
    assert "Kim is paused." in shown
    assert "nobody called Pat" in shown
    assert "lunch, back in 1:05" in " ".join(shown.split())
