"""Databases, disks and flow files in trouble: the caller reaches a person, the operator is told."""

import os
import re
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.flows.shipped import wording
from tests.line.conftest import NewLine
from tests.support.agent_phone import AgentPhone
from tests.support.faults import locked
from tests.support.line_process import LineProcess
from tests.support.need import ROOT
from tests.support.phone import Phone
from tests.support.sound import says
from tests.support.voice import Renderer
from tests.support.waiting import until

pytestmark = pytest.mark.line

QUICK_CLINIC = {"clinic": {"timeout": 1.0}, "flows": {"start": "eligibility"}}


@contextmanager
def deleted(database: Path) -> Iterator[None]:
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()
    yield


@contextmanager
def damaged(database: Path) -> Iterator[None]:
    for file in database.parent.glob(f"{database.name}*"):
        file.write_bytes(b"no database at all " * 5000)
    yield


def key_in_alex(phone: Phone, line: LineProcess) -> None:
    line.await_call(state="verify_identity.ask_birth")
    phone.press_all("03031982")
    line.await_call(state="verify_identity.ask_phone")
    phone.press_all("2125550142")


@pytest.mark.parametrize(
    "trouble", [locked, deleted, damaged], ids=lambda trouble: trouble.__name__
)
def test_a_clinic_in_trouble_is_excused_and_a_person_helps(
    trouble: Callable[[Path], AbstractContextManager[None]],
    new_line: NewLine,
    agent: AgentPhone,
    line_voice: Renderer,
) -> None:
    with ExitStack() as stack:
        line = stack.enter_context(new_line(QUICK_CLINIC, agents=[agent.uri]))
        phone = stack.enter_context(Phone(line.port))
        line.await_call(state="verify_identity.ask_birth")
        stack.enter_context(trouble(line.data / "clinic.db"))
        key_in_alex(phone, line)
        line.await_call(phase="bridged")
        assert says(phone.heard(), line_voice(wording()("en").clinic_down))
        phone.hang_up()
        row = line.await_last_row()
        assert (row["outcome"], row["reason"]) == ("handed_off", "clinic_down")
        (told,) = line.logged("clinic unavailable")
        assert told["operation"] == "identity.verify"


def test_a_clinic_that_is_there_again_is_asked_again(new_line: NewLine) -> None:
    with new_line(QUICK_CLINIC) as line:
        with locked(line.data / "clinic.db"), Phone(line.port) as phone:
            key_in_alex(phone, line)
            line.await_call(state="nobody_available.offer")
        with Phone(line.port) as phone:
            key_in_alex(phone, line)
            line.await_call(state="eligibility.active")


def test_a_locked_call_book_costs_no_call_and_no_row(new_line: NewLine, agent: AgentPhone) -> None:
    with new_line(agents=[agent.uri]) as line:
        with locked(line.data / "calls.db"):
            with Phone(line.port) as phone:
                phone.press("0")
                line.await_call(phase="bridged")
            line.await_no_call()
            trouble = "call book in trouble, rows wait in memory"
            until(lambda: line.logged(trouble), every=0.1, within=20.0, what=trouble)
        until(line.rows, every=0.1, within=30.0, what="the row of the call")
        (row,) = line.rows()
        assert row["outcome"] == "handed_off"


def test_a_full_disk_stops_the_recording_and_not_the_call(
    new_line: NewLine, agent: AgentPhone
) -> None:
    room = 200_000  # bytes a file; a recording fills them in six seconds
    settings = {"records": {"record": "announced"}}
    with new_line(settings, agents=[agent.uri]) as line:
        with Phone(line.port) as phone:
            line.await_call(state="main_menu.welcome")  # the notice has been said: it is recorded
            resource.prlimit(line.pid, resource.RLIMIT_FSIZE, (room, room))
            told = "recording stopped"
            until(lambda: line.logged(told), every=0.1, within=60.0, what=told)
            phone.press("0")
            line.await_call(phase="bridged")
        row = line.await_last_row()
        assert (row["outcome"], row["recording_stopped"]) == ("handed_off", 1)
        kept = line.data / "recordings" / row["recording"]
        assert 0 < kept.stat().st_size <= room


# ---------------------------------------------------------------- flow files

TEN_MISTAKES = """
flow: refill_status
title: Prescription refill
queue: pharmacy
start: no_such_state
colour: blue
slots:
  rx_number: {type: no_such_type, length: 7}
states:
  ask_number:
    ask: no_such_slot
    prompt: What is your prescription number?
    next: nowhere
  look_up:
    do: refills.no_such_operation
    with: {patient: "{patient}"}
    on: {ready: ready}
  ready:
    say: Your {no_such_field} is ready.
    next: also_nowhere
  menu:
    prompt: One or one?
    choices:
      one: {key: "1", says: [one], next: done}
      other: {key: "1", says: [other], next: lost}
  call:
    call: no_such_flow
    on: {done: done}
  done:
    return: done
"""


@pytest.fixture
def edited(new_line: NewLine, tmp_path: Path, agent: AgentPhone) -> Iterator[LineProcess]:
    """A line with flows of its own in `flows` beside its data."""
    flows = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", flows)
    settings = {"flows": {"folder": str(flows), "start": "refill_status"}}
    with new_line(settings, agents=[agent.uri]) as line:
        yield line


def test_mistakes_in_a_flow_are_listed_and_the_running_flows_kept(
    edited: LineProcess, tmp_path: Path
) -> None:
    with Phone(edited.port) as phone:
        before = edited.await_call(state="verify_identity.ask_birth")
        (tmp_path / "flows" / "refill_status.yaml").write_text(TEN_MISTAKES, encoding="utf-8")
        told = edited.ivr("flow", "publish", status=1)
        mistakes = re.findall(r"^.*refill_status\.yaml:\d+.*$", told, re.MULTILINE)
        assert len(mistakes) >= 10, told
        assert "nothing was published" in told
        for name in ("state", "slot", "operation", "field", "flow", "type"):
            assert f"no_such_{name}" in told
        (still,) = edited.calls
        assert (still["call"], still["state"]) == (before["call"], before["state"])
        key_in_alex(phone, edited)
        edited.await_call(state="refill_status.ask_number")
    version = edited.await_last_row()["version"]
    with Phone(edited.port):
        edited.await_call(state="verify_identity.ask_birth")
    assert edited.await_last_row()["version"] == version
    assert len(edited.logged("flow mistake")) == len(mistakes)


def test_flows_that_are_gone_are_named_and_the_running_flows_kept(
    edited: LineProcess, tmp_path: Path
) -> None:
    (tmp_path / "flows").rename(tmp_path / "elsewhere")
    assert f"found {tmp_path}/flows" in edited.ivr("flow", "publish", status=1)
    os.kill(edited.pid, signal.SIGHUP)
    until(lambda: edited.logged("flows not published"), every=0.1, what="the second attempt")
    with Phone(edited.port):
        edited.await_call(state="verify_identity.ask_birth")


def test_edited_flows_are_for_new_calls(
    edited: LineProcess, tmp_path: Path, line_voice: Renderer
) -> None:
    file = tmp_path / "flows" / "verify_identity.yaml"
    question = "Good day. When was the patient born?"
    with Phone(edited.port) as old:
        edited.await_call(state="verify_identity.ask_birth")
        text = file.read_text(encoding="utf-8")
        old_question = "To find your record, please tell me the patient's date of birth."
        file.write_text(text.replace(old_question, question), encoding="utf-8")
        assert "New calls use version" in edited.ivr("flow", "publish")
        with Phone(edited.port) as new:
            heard = "the new wording"
            until(lambda: says(new.heard(), line_voice(question)), every=0.2, what=heard)
        key_in_alex(old, edited)
        edited.await_call(state="refill_status.ask_number")
    versions = {row["version"] for row in edited.await_rows(2)}
    assert len(versions) == 2
