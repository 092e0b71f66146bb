"""SIPp rings the whole line: no call is stuck, each has its row, the fourth goes elsewhere."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.line.conftest import NewLine
from tests.sip.peers import need_raw_sockets, sipp
from tests.support.agent_phone import AgentPhone
from tests.support.line_process import LineProcess
from tests.support.phone import Phone, RefusedError
from tests.support.sip_text import contact

pytestmark = pytest.mark.line

CALLS = 60
OVERFLOW = "sip:5550199@overflow.invalid"


@pytest.fixture(scope="module")
def office() -> Iterator[AgentPhone]:
    with AgentPhone() as phone:
        yield phone


@pytest.fixture(scope="module")
def line(new_line: NewLine, office: AgentPhone) -> Iterator[LineProcess]:
    with new_line({"line": {"overflow": OVERFLOW}}, agents=[office.uri]) as running:
        yield running


def test_sixty_calls_three_at_once_each_end_and_have_a_row(
    line: LineProcess, tmp_path: Path
) -> None:
    before = len(line.rows())
    run = asyncio.run(sipp("call", line.port, tmp_path, calls=CALLS))
    assert (run.status, run.successful) == (0, CALLS), run.output
    rows = line.await_rows(before + CALLS)[before:]
    line.await_no_call()
    assert {row["outcome"] for row in rows} == {"abandoned"}
    assert all(row["path"][0] == "main_menu.welcome" for row in rows)
    assert line.ivr("calls") == "No calls right now.\n"


def test_a_key_that_sipp_plays_reaches_a_person(
    line: LineProcess, office: AgentPhone, tmp_path: Path
) -> None:
    need_raw_sockets()
    run = asyncio.run(sipp("keys", line.port, tmp_path))
    assert (run.status, run.successful) == (0, 1), run.output
    row = line.await_last_row()
    assert (row["reason"], row["handoff"]) == ("asked", "served")
    assert office.await_call().over.wait(10)


def test_a_caller_who_changes_their_mind_leaves_nothing_behind(
    line: LineProcess, tmp_path: Path
) -> None:
    before = len(line.rows())
    run = asyncio.run(sipp("cancel", line.port, tmp_path))
    assert run.status in {0, 1}, run.output  # 1: the line was quicker, and had answered
    line.await_no_call()
    assert all(row["outcome"] for row in line.await_rows(before))
    with Phone(line.port):
        line.await_call(state="main_menu.welcome")


def test_the_fourth_caller_is_sent_elsewhere_and_three_are_served(line: LineProcess) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(Phone(line.port))
        with pytest.raises(RefusedError, match="302") as refused, Phone(line.port):
            pass
        assert contact(refused.value.answer) == OVERFLOW
        assert len(line.calls) == 3
    line.await_no_call()
    with Phone(line.port):
        line.await_call(state="main_menu.welcome")
