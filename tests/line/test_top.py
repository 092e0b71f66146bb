"""`ivr top` over real lines with real calls: seen as they happen, and stepped into by keys."""

from pathlib import Path

import pytest

from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears
from tests.support.agent_phone import AgentPhone
from tests.support.line_process import PROGRAM, LineProcess
from tests.support.phone import Phone
from tests.support.tmux import Terminal
from tests.support.waiting import until

pytestmark = pytest.mark.line

UTF8 = {"LC_ALL": "C.UTF-8"}
REFILLS = {"flows": {"start": "refill_status"}}
BIRTH = "03031982"  # of a patient of the embedded clinic


def top(*lines: LineProcess) -> list[str]:
    return [str(PROGRAM), "top", *(part for one in lines for part in ("--line", str(one.data)))]


def test_a_call_is_seen_as_it_happens_and_stepped_into_by_keys(
    new_line: NewLine, agent: AgentPhone, tmp_path: Path
) -> None:
    with (
        new_line(REFILLS, agents=[agent.uri]) as line,
        Terminal(tmp_path, top(line), env=UTF8) as terminal,
    ):
        terminal.sees("0 calls", "1 of 1 people ready")
        with Phone(line.port) as phone:
            terminal.sees("1 call,", "ask_birth")
            terminal.press("j", "Enter")
            terminal.sees("What happened, call", "birth")
            for key in BIRTH:
                phone.press(key)
            terminal.sees("keyed")
            terminal.press("Tab", "Tab")
            terminal.sees("SIP, call", "INVITE", "200 INVITE", "ACK")
            terminal.press("h")
            terminal.sees("goes to a person of")
            terminal.press("Escape")
            terminal.sees("talks to Agent 1")
            hears(phone, AGENT_HZ)
        terminal.sees("over: handed off", "0 calls")
        with Phone(line.port) as phone:
            terminal.sees("1 call,")
            terminal.press("g", "x")
            terminal.sees("Hang up on the caller")
            terminal.press("y")
            until(lambda: phone.hung_up, within=20.0, what="the end of the call")
        terminal.press("d")
        terminal.sees("Take no new callers?")
        terminal.press("y")
        terminal.sees("DRAINING")


def test_calls_of_several_lines_are_one_list(new_line: NewLine, tmp_path: Path) -> None:
    with (
        new_line(REFILLS) as north,
        new_line(REFILLS) as south,
        Terminal(tmp_path, top(north, south), size=(200, 50), env=UTF8) as terminal,
        Phone(north.port),
        Phone(south.port),
    ):
        screen = terminal.sees("2 calls", "1-2 of 2", "Line")
        assert screen.count("ask_birth") >= 2
        assert f"{north.data} " in screen
        south.end()
        terminal.sees("reconnecting, last seen")
        north_call = str(north.calls[0]["call"])
        terminal.press("/", *north_call, "Enter")
        terminal.sees("1-1 of 1", f"only: {north_call}")
