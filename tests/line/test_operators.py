"""People who run the line, at its commands: who takes calls, who waits and why, who is next."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from ivr.records.audit import Audit, Deed
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears
from tests.line.test_callbacks import NUMBERS, keep_a_place
from tests.support.agent_phone import AgentPhone, Manner
from tests.support.console_agent import free_port
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.rtp_stream import HERE
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.line

REFILLS = {"flows": {"start": "refill_status"}}
A_SECOND = 50  # packets


@pytest.fixture
def line(new_line: NewLine) -> Iterator[LineProcess]:
    """A line whose one person has another call, so that callers wait."""
    outbound = {"line": {"outbound": "sip:{number}@192.0.2.1"}}  # RFC 5737 §3: nobody is there
    with (
        AgentPhone(Manner.BUSY) as busy,
        new_line(REFILLS | outbound, agents=[busy.uri]) as line,
    ):
        yield line


def agents(line: LineProcess) -> dict[str, Any]:
    return {row["agent"]: row for row in json.loads(line.ivr("agents", "list", "--json"))}


def wait_for_a_person(line: LineProcess, phone: Phone, *, waiting: int) -> str:
    """Ask for a person; returns the call once it waits, with so many of them waiting."""
    phone.press("0")
    until(lambda: len(line.ask("queue")["callers"]) == waiting, every=0.05, what="a waiting caller")
    return str(line.ask("queue")["callers"][-1]["call"])


def test_who_is_added_gets_the_caller_who_was_moved_up_and_ends_the_talk_when_removed(
    line: LineProcess, agent: AgentPhone
) -> None:
    assert "Dana is rung at" in line.ivr("agents", "add", "Dana", "--sip", agent.uri)
    assert agents(line)["Dana"]["presence"] == "ready"
    assert line.ivr("agents", "pause", "Dana", "--reason", "lunch") == "Dana is paused.\n"
    with Phone(line.port) as first, Phone(line.port) as second:
        calls = [
            wait_for_a_person(line, phone, waiting=waiting)
            for waiting, phone in enumerate((first, second), start=1)
        ]
        shown = line.ivr("queue")
        assert shown.index(calls[0]) < shown.index(calls[1])
        assert "pharmacy" in shown
        assert "asked for a person" in " ".join(shown.split())
        assert line.ivr("queue", "--up", calls[1]) == f"Call {calls[1]} is next.\n"
        assert agent.rung == 0
        line.ivr("agents", "ready", "Dana")
        hears(second, AGENT_HZ)
        line.ivr("agents", "remove", "Dana")
        assert set(agents(line)) == {"Agent 1"}
        heard = len(second.packets)
        until(lambda: len(second.packets) > heard + A_SECOND, what="a second of the talk")
        hears(second, AGENT_HZ)
        assert [row["call"] for row in line.ask("queue")["callers"]] == [calls[0]]
    noted = [(entry.did, entry.what) for entry in Audit(line.data / "audit.log").entries()]
    assert (Deed.MOVED_UP, calls[1]) in noted
    assert (Deed.SET_PRESENCE, "Dana") in noted


def test_who_is_removed_is_sent_away_from_the_console_and_does_not_come_back(
    new_line: NewLine,
) -> None:
    port = free_port()
    with new_line({"console": {"port": port}}) as line:
        added = line.ivr("agents", "add", "Lee", "--queue", "pharmacy")
        password = added.splitlines()[0].rpartition(" ")[2]
        assert agents(line)["Lee"]["reason"] == "not signed in"
        with console(port) as page:
            log_in(page, password)
            until(lambda: "just logged in" in line.ivr("agents", "list", "--json"), what="Lee")
            line.ivr("agents", "remove", "Lee")
            assert goodbye(page) == "removed"
        assert agents(line) == {}
        with console(port) as page:
            log_in(page, password)
            assert goodbye(page) == "wrong_password"


def console(port: int) -> ClientConnection:
    return connect(f"ws://{HERE}:{port}/socket", origin=Origin(f"http://{HERE}:{port}"))


def log_in(page: ClientConnection, password: str) -> None:
    said = {"type": "log_in", "version": 1, "name": "Lee", "password": password}
    page.send(json.dumps(said))


def goodbye(page: ClientConnection) -> str:
    """Wait for the last message of the line; returns its reason."""
    while (told := json.loads(page.recv(timeout=PATIENCE)))["type"] != "goodbye":
        pass
    return str(told["reason"])


def test_who_does_not_want_to_be_called_back_is_not(line: LineProcess) -> None:
    keep_a_place(line, NUMBERS[0])
    (kept,) = json.loads(line.ivr("callbacks", "list", "--json"))
    assert [row["callback"] for row in line.ask("queue")["callers"]] == [True]
    assert "is not rung back" in line.ivr("callbacks", "drop", kept["call"])
    assert line.ask("queue")["callers"] == []
    assert line.ivr("callbacks", "list") == "Nobody waits to be rung back.\n"


def test_a_restarted_line_knows_who_was_added_while_it_was_down(
    new_line: NewLine, agent: AgentPhone
) -> None:
    line = new_line(REFILLS)
    assert "No line runs" in line.ivr("agents", "add", "Dana", "--sip", agent.uri)
    with line, Phone(line.port) as phone:
        phone.press("0")
        hears(phone, AGENT_HZ)
