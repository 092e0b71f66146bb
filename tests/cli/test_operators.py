"""What operators type: lines and calls shown in eighty columns, acts answered, tails followed."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ivr.cli import tail
from ivr.cli.lines import lines_of
from ivr.cli.main import main, parser
from tests.cli.hub import watched
from tests.watch.facts import CALLS, MASKED, VALUE, began, ended, glimpse, parts, told_words

FACTS = (
    began(),
    told_words(),
    began(CALLS[1]),
    glimpse(CALLS[1], phase="waiting", queue="pharmacy", places=("main_menu.menu", "refills.ask")),
    *parts(),
)
WIDTH = 80
A_WHILE = 1.0  # seconds; what happens meanwhile happens twenty times


@pytest.fixture
def line(tmp_path: Path) -> Path:
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(arguments) == status
    out = capsys.readouterr().out
    assert all(len(row.rstrip()) <= WIDTH for row in out.splitlines() if not row.startswith("["))
    return out


def test_calls_are_shown_masked_with_where_they_are(
    line: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with watched(line, FACTS):
        out = shown(capsys, "calls", "--data", str(line))
        viewed = shown(capsys, "calls", "--data", str(line), "--as", "viewer")
        rows: list[dict[str, Any]] = json.loads(
            shown(capsys, "calls", "--data", str(line), "--json")
        )
    assert CALLS[0] in out
    assert "refills.ask" in out
    assert "pharmacy" in out
    assert MASKED in " ".join(out.split())
    assert f"drug={VALUE[:4]}" in out  # the rest is on the next line
    assert VALUE[:4] not in viewed
    assert "refill •" not in viewed
    assert [row["call"] for row in rows] == list(CALLS[:2])


def test_several_lines_are_shown_together_and_one_that_is_gone_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    lines = ("--line", str(here), "--line", str(there))
    with watched(here, FACTS[:2]):
        assert main(("calls", *lines, "--json")) == 0
        told = capsys.readouterr()
        assert len(json.loads(told.out)) == 1
        assert "ivr serve" in told.err
        with watched(there, FACTS[2:4]):
            assert main(("calls", *lines, "--json")) == 0
            rows = json.loads(capsys.readouterr().out)
            assert [(row["line"], row["call"]) for row in rows] == [
                (str(here), CALLS[0]),
                (str(there), CALLS[1]),
            ]
            assert main(("hang-up", CALLS[1], *lines)) == 0


def test_cells_and_trunks_are_shown(line: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with watched(line, FACTS):
        cells = shown(capsys, "cells", "--data", str(line))
        trunks = shown(capsys, "trunks", "--data", str(line))
        (cell,) = json.loads(shown(capsys, "cells", "--data", str(line), "--json"))
    assert "front-1" in cells
    assert "0/4" in cells
    assert "0.31" in cells
    assert "acme" in trunks
    assert (cell["capacity"], cell["calls"]) == (4, 2)


def test_acts_name_a_call_by_its_beginning_and_say_what_came_of_it(
    line: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data", str(line))
    with watched(line, FACTS) as done:
        assert shown(capsys, "hand-off", CALLS[0], *data) == "hand_off is done.\n"
        refused = shown(capsys, "hand-off", CALLS[0], "--queue", "nowhere", *data, status=1)
        assert refused == "name one of the queues: pharmacy\n"
        assert main(("hang-up", CALLS[0][:6], *data)) == 2
        assert "2 calls begin with" in capsys.readouterr().err
        assert main(("hang-up", "ff", *data)) == 2
        assert "no living call begins with ff" in capsys.readouterr().err
        assert "drain is done." in shown(capsys, "drain", *data)
        assert "drain is done." in shown(capsys, "drain", "--off", *data)
        heard = shown(capsys, "listen", CALLS[1], "--phone", "Dana", *data)
    assert heard.splitlines()[-1] == "Over: a key was pressed."
    assert done == [
        ("hand_off", {"call": CALLS[0]}),
        ("hand_off", {"call": CALLS[0], "queue": "nowhere"}),
        ("drain", {"on": "yes"}),
        ("drain", {"on": "no"}),
        ("listen", {"call": CALLS[1], "phone": "Dana"}),
    ]


def test_a_viewer_is_refused_an_act_in_words(
    line: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with watched(line, FACTS):
        refused = shown(
            capsys, "hang-up", CALLS[0], "--as", "viewer", "--data", str(line), status=1
        )
    assert "takes the role operator" in refused


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], ["turn 1 at refill_status.ask_number", "wanted person asked", "over: contained"]),
        (["--kind", "message", "--kind", "media"], ["caller <- INVITE", "50 heard, 0 lost"]),
        (["--json", "--kind", "turn"], ['"event": "turn"']),
    ],
)
def test_a_tail_tells_what_happens(
    line: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], wanted: list[str]
) -> None:
    options = parser().parse_args(["tail", "--data", str(line), *arguments])
    with (
        watched(line, FACTS, later=(*parts(CALLS[2]), ended(CALLS[2]))),
        suppress(TimeoutError),
    ):
        asyncio.run(asyncio.wait_for(tail.follow(lines_of(options), options), A_WHILE))
    out = capsys.readouterr().out
    assert [one for one in wanted if one not in out] == []
    assert ("INVITE" in out) == ("message" in arguments)


def test_tokens_are_made_listed_and_removed(line: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ("--data", str(line))
    assert "ivr watch token add" in shown(capsys, "watch", "token", "list", *data)
    secret = shown(capsys, "watch", "token", "add", "Dana", "--role", "operator", *data).strip()
    assert len(secret) > 40
    again = shown(capsys, "watch", "token", "add", "Pat", "--days", "0", *data).strip()
    listed = shown(capsys, "watch", "token", "list", *data)
    assert secret not in listed
    assert again not in listed
    rows = json.loads(shown(capsys, "watch", "token", "list", "--json", *data))
    assert [(row["name"], row["role"]) for row in rows] == [("Dana", "operator"), ("Pat", "viewer")]
    assert rows[1]["opens"] == "for ever"
    assert "nothing any more" in shown(capsys, "watch", "token", "remove", "Dana", *data)
    assert "There is no token" in shown(capsys, "watch", "token", "remove", "Dana", *data, status=1)
    assert main(("watch", "token", "add", "\x1b", *data)) == 2
