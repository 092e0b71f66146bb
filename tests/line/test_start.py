"""Starting a line, two of them, and ending them, gently and not."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.line.conftest import NewLine
from tests.support.agent_phone import AgentPhone, Manner
from tests.support.line_process import PROGRAM, LineProcess
from tests.support.phone import Phone
from tests.support.rtp_stream import HERE
from tests.support.waiting import until

pytestmark = pytest.mark.line


def refused(line: LineProcess) -> str:
    """Start *line*, which must end with status 2; give what it says."""
    line.start()
    assert line.wait() == 2
    assert line.out_text == ""
    return line.log_text


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HERE, 0))
        yield int(other.getsockname()[1])


def test_a_taken_port_is_named(new_line: NewLine) -> None:
    with taken_port() as port:
        told = refused(new_line({"line": {"port": port}}))
    assert f"setting line.port: found {port}, which another program uses" in told
    assert "Traceback" not in told


def test_a_folder_where_another_line_runs_is_refused_and_that_line_undisturbed(
    new_line: NewLine,
) -> None:
    with new_line() as line:
        second = [str(PROGRAM), "serve", "--settings", str(line.settings)]
        done = subprocess.run(second, capture_output=True, check=False, text=True)
        assert done.returncode == 2
        assert "another line runs" in done.stderr
        assert "--data" in done.stderr
        with Phone(line.port):
            line.await_call(state="main_menu.welcome")


def test_missing_wording_is_named_file_by_file(new_line: NewLine, tmp_path: Path) -> None:
    told = refused(new_line({"flows": {"prompts": str(tmp_path / "none")}}))
    assert f"{tmp_path}/none/en.yaml" in told
    assert f"{tmp_path}/none/es.yaml" in told
    assert "Traceback" not in told


def test_missing_flows_are_named(new_line: NewLine, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        told = refused(new_line({"flows": {"folder": str(folder)}}))
        assert f"setting flows.folder: found {folder}" in told
        assert "Traceback" not in told


def test_a_wrong_setting_is_named(new_line: NewLine) -> None:
    told = refused(new_line({"line": {"colour": "blue"}}))
    assert "line.colour" in told
    assert "Traceback" not in told


def test_two_lines_do_not_touch_each_other(new_line: NewLine) -> None:
    with new_line() as one, new_line({"flows": {"start": "eligibility"}}) as other:
        assert one.port != other.port
        with Phone(one.port):
            here = one.await_call()
            assert other.calls == []
            with Phone(other.port) as phone:
                other.await_call(state="verify_identity.ask_birth")
                phone.press_all("03031982")
                other.await_call(state="verify_identity.ask_phone")
                assert [call["call"] for call in one.calls] == [here["call"]]
            other.await_last_row()
            assert [row["outcome"] for row in one.rows()] == [None]
            assert other.end() == 0
            assert [call["call"] for call in one.calls] == [here["call"]]
        assert (len(one.rows()), len(other.rows())) == (1, 1)


def test_a_line_that_is_told_to_end_says_goodbye_to_everybody(new_line: NewLine) -> None:
    with AgentPhone() as agent, new_line(agents=[agent.uri]) as line:
        with Phone(line.port) as bridged, Phone(line.port) as talking:
            bridged.press("0")
            line.await_call(phase="bridged")
            assert line.end() == 0
            bridged.await_hang_up()
            talking.await_hang_up()
        assert agent.await_call().over.wait(10)
        rows = line.rows()
        assert len(rows) == 2
        assert all(row["outcome"] and row["ended"] for row in rows)
        assert not line.children("ivr")


def test_an_agent_who_still_rings_is_released_when_the_line_ends(new_line: NewLine) -> None:
    with AgentPhone(Manner.RING) as agent, new_line(agents=[agent.uri]) as line:
        with Phone(line.port) as phone:
            phone.press("0")
            until(lambda: agent.rung, what="the ringing")
            assert line.end(signal.SIGINT) == 0
        until(lambda: agent.cancelled, what="CANCEL at the agent")


def test_a_line_that_was_killed_knows_its_calls_crashed(new_line: NewLine) -> None:
    with new_line({"speech": {"engine": "auto"}}) as line:
        helpers = line.children("ivr.speech")
        with Phone(line.port):
            line.await_call(state="main_menu.welcome")
            until(line.rows, every=0.05, what="the row of a call under way")
            assert line.end(signal.SIGKILL) == -signal.SIGKILL
        until(
            lambda: not any(Path(f"/proc/{pid}").exists() for pid in helpers),
            every=0.1,
            what="the end of its helpers",
        )
        line.start()
        line.await_start()
        (row,) = line.rows()
        assert row["outcome"] == "crashed"
        with Phone(line.port):
            line.await_call(state="main_menu.welcome")


def test_the_operator_sees_where_a_caller_is_and_nothing_of_what_they_keyed(
    new_line: NewLine,
) -> None:
    with new_line({"flows": {"start": "refill_status"}}) as line, Phone(line.port) as phone:
        line.await_call(state="verify_identity.ask_birth")
        phone.press_all("03031982")
        line.await_call(state="verify_identity.ask_phone")
        phone.press_all("2125550142")
        line.await_call(state="refill_status.ask_number")
        told = line.ivr("calls", "--json")
        (call,) = json.loads(told)
        assert call["places"][-1] == "refill_status.ask_number"
        assert {"date_of_birth", "phone", "caller_name"} <= call["slots"].keys()
        shown = told + line.ivr("calls") + line.log_text
        for private in ("1982", "2125550142", "0142", "Alex", "Sample", "5550101"):
            assert private not in shown
        assert "refill_status.ask_number" in line.ivr("calls")
        assert "1 calls" in line.ivr("doctor", "--quick")
