"""Flows go live under a running line: calls end on the version they began with."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.line.conftest import NewLine
from tests.support.agent_phone import AgentPhone
from tests.support.line_process import LineProcess
from tests.support.need import ROOT
from tests.support.phone import Phone
from tests.support.waiting import until

pytestmark = pytest.mark.line


@pytest.fixture
def line(new_line: NewLine, tmp_path: Path, agent: AgentPhone) -> Iterator[LineProcess]:
    """A line with flows of its own beside its data, which begins by asking for a birthday."""
    shutil.copytree(ROOT / "flows", tmp_path / "flows")
    flows = {"folder": str(tmp_path / "flows"), "start": "verify_identity"}
    with new_line({"flows": flows}, agents=[agent.uri]) as line:
        yield line


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "flows" / "verify_identity.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def version_of_a_new_call(line: LineProcess) -> str:
    with Phone(line.port):
        line.await_call(state="verify_identity.ask_birth")
    return str(line.await_last_row()["version"])


def published(line: LineProcess) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(line.ivr("flow", "versions", "--json"))
    return found


def test_versions_are_published_refused_tried_and_taken_back_under_calls(
    line: LineProcess, tmp_path: Path
) -> None:
    line.ivr("flow", "publish", "--note", "as it comes")
    with Phone(line.port) as early:
        line.await_call(state="verify_identity.ask_birth")
        edit(tmp_path, "ask_birth", "ask_birthday")
        assert "verify_identity.ask_birthday is new" in line.ivr("flow", "diff")
        assert "Calls under way end as they began" in line.ivr("flow", "publish")
        with Phone(line.port) as late:
            line.await_call(state="verify_identity.ask_birthday")
            early.press_all("03031982")
            line.await_call(state="verify_identity.ask_phone")
            late.press("0")
            until(lambda: line.calls[-1]["phase"] != "talking", every=0.1, what="a handoff")
    first, second = (row["version"] for row in line.await_rows(2))
    assert first != second
    assert [(one["version"], one["now"]) for one in published(line)] == [
        (second, "live"),
        (first, ""),
    ]

    edit(tmp_path, "next: ask_phone", "next: ask_phon")
    assert "did you mean" in line.ivr("flow", "publish", status=1)
    edit(tmp_path, "next: ask_phon\n", "next: ask_phone\n")

    assert f"version {first}" in line.ivr("flow", "rollback")
    assert version_of_a_new_call(line) == first
    assert "0% of new calls try" in line.ivr("flow", "publish", "--share", "0%")
    assert version_of_a_new_call(line) == first
    line.ivr("flow", "publish", "--share", "100%")
    with Phone(line.port):
        line.await_call(state="verify_identity.ask_birthday")
    assert line.await_last_row()["version"] == second
    assert "hung up before" in line.ivr("flow", "compare", first, second)


def test_calls_of_a_line_are_replayed_and_hold_nothing_of_the_caller(
    line: LineProcess, tmp_path: Path
) -> None:
    with Phone(line.port) as phone:
        line.await_call(state="verify_identity.ask_birth")
        phone.press_all("03031982")
        line.await_call(state="verify_identity.ask_phone")
        phone.press_all("2125550142")
        until(lambda: line.rows()[-1]["outcome"], every=0.1, what="the end of the call")
    call = line.await_last_row()["call"]
    unchanged = line.ivr("replay", call, "--against", "live")
    assert "1 of 1 conversations go as they went" in unchanged
    edit(tmp_path, "verified: found, not_found: ask_zip", "verified: proved, not_found: ask_zip")
    told = line.ivr("replay", call, status=1)
    assert (
        f"call {call}: at verify_identity.check_phone, identity.verify came out as verified" in told
    )
    kept = b"".join(path.read_bytes() for path in line.data.glob("accounts.db*"))
    assert b"verify_identity.check_phone" in kept
    for secret in (b"03031982", b"2125550142", b"1982-03-03", b"Alex", b"a1e50001"):
        assert secret not in kept
