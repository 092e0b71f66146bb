"""Operators of a running line: they see a call as it happens, and step in, on record."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ivr.records.audit import Audit, Deed
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears
from tests.support.agent_phone import AgentPhone, Manner
from tests.support.line_process import PROGRAM, LineProcess
from tests.support.phone import Phone, RefusedError
from tests.support.rtp_stream import RtpStream
from tests.support.sound import level_of_tone, tone
from tests.support.waiting import until

pytestmark = pytest.mark.line

REFILLS = {"flows": {"start": "refill_status"}}
CALLER_HZ = 620.0
EAR_HZ = 1900.0
SILENT_DBFS = -50.0
A_SECOND = 50  # packets


@pytest.fixture(scope="module")
def line(new_line: NewLine) -> Iterator[LineProcess]:
    """A line whose only agent is Dana, added while it runs."""
    with new_line(REFILLS) as line:
        yield line


@contextmanager
def caller(line: LineProcess) -> Iterator[tuple[Phone, str]]:
    """Somebody on the line, and the id of their call."""
    line.await_no_call()
    with Phone(line.port) as phone:
        yield phone, str(line.await_call(state="verify_identity.ask_birth")["call"])


@contextmanager
def dana(line: LineProcess, phone: AgentPhone) -> Iterator[None]:
    line.ivr("agents", "add", "Dana", "--sip", phone.uri)
    try:
        yield
    finally:
        line.ivr("agents", "remove", "Dana")


@contextmanager
def tailing(line: LineProcess) -> Iterator[Path]:
    """Run `ivr tail`; yields the file it prints to."""
    file = line.folder / "tail"
    with file.open("wb") as out:
        command = [str(PROGRAM), "tail", "--settings", str(line.settings)]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield file
        finally:
            process.terminate()
            process.wait(10)


def loud(stream: RtpStream) -> bool:
    return any(packet.loud for packet in stream.packets[-A_SECOND:])


def deeds(line: LineProcess, call: str) -> list[Deed]:
    return [entry.did for entry in Audit(line.data / "audit.log").entries() if entry.what == call]


def test_a_caller_is_sent_to_a_person_whatever_they_are_doing_and_tail_tells_of_it(
    line: LineProcess, agent: AgentPhone
) -> None:
    with tailing(line) as file, dana(line, agent), caller(line) as (phone, call):
        shown = line.ivr("calls")
        assert call in shown
        assert "verify_identity.ask_birth" in shown
        done = line.ivr("hand-off", call[:6], "--queue", "front_desk")
        assert done == f"Call {call} goes to a person of front_desk.\n"
        hears(phone, AGENT_HZ)
        assert "with a person already" in line.ivr("hand-off", call, status=1)

        def told() -> str:
            lines = file.read_text(encoding="utf-8").splitlines()
            return " ".join(text for text in lines if call in text)

        until(lambda: "bridged Dana" in told(), what="the tail of the call")
        assert "operator acted" in told()
        assert "rang Dana" in told()
    assert deeds(line, call)[0] is Deed.HANDED_OFF


def test_a_call_is_hung_up_on(line: LineProcess) -> None:
    with caller(line) as (_, call):
        assert line.ivr("hang-up", call) == f"Call {call} is over.\n"
        line.await_no_call()
    assert deeds(line, call) == [Deed.HUNG_UP]


def test_a_supervisor_hears_both_sides_and_is_heard_by_nobody(line: LineProcess) -> None:
    with (
        AgentPhone(Manner.ANSWER) as desk,
        dana(line, desk),
        caller(line) as (phone, call),
    ):
        listening = subprocess.Popen(
            [str(PROGRAM), "listen", call, "--phone", "dana", "--settings", str(line.settings)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ear = desk.await_call()
        ear.hum(tone(EAR_HZ, 1.0))
        until(lambda: loud(ear), what="what the line says")  # the caller is silent yet
        phone.hum(tone(CALLER_HZ, 1.0))
        hears(ear, CALLER_HZ)
        heard = phone.packets[-2 * A_SECOND :]
        assert level_of_tone(b"".join(packet.pcm for packet in heard), EAR_HZ) < SILENT_DBFS
        line.ivr("hang-up", call)
        out, _ = listening.communicate(timeout=20)
        assert out.splitlines()[-1] == "Over: the call is over."
    assert deeds(line, call)[0] is Deed.LISTENED_IN


def test_a_line_that_drains_keeps_its_calls_and_takes_no_new_one(line: LineProcess) -> None:
    with caller(line) as (_, call):
        assert "1 calls go on" in line.ivr("drain")
        (cell,) = json.loads(line.ivr("cells", "--json"))
        assert (cell["draining"], cell["taking"]) == (True, False)
        with pytest.raises(RefusedError, match="503"), Phone(line.port):
            pass
        assert [one["call"] for one in line.calls] == [call]
        line.ivr("drain", "--off")
        with Phone(line.port):
            until(lambda: len(line.calls) == 2, what="a new caller")
