"""Giving a caller to a person, on real telephones: who is rung, who hears what, who is let go."""

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ivr.audio.pcm import FRAME_BYTES, FRAME_SAMPLES
from ivr.dialog.actions import Briefing, HandoffReason
from ivr.dialog.briefing import spoken
from ivr.speech.tones import hold_music
from tests.flows.shipped import wording
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears
from tests.support.agent_phone import AgentPhone, Manner
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.sound import level, says, tone
from tests.support.voice import Renderer
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.line

CALLER_HZ = 450.0
BEEP_HZ = 1000.0
QUIET_DBFS = -60.0
PAUSE = 25  # frames; between announcement and music, or within a sentence
ALEX = Briefing(
    "Alex Sample", "date of birth and phone", "Prescription refill", HandoffReason.ASKED
)
IMPATIENT = {"handoff": {"ring_for": 2.0, "accept_within": 6.0}}


@dataclass(frozen=True, slots=True)
class Desk:
    """A line and the two people it rings, in this order; the second takes every call."""

    line: LineProcess
    first: AgentPhone
    second: AgentPhone


@pytest.fixture(scope="module")
def office(new_line: NewLine) -> Iterator[Desk]:
    with AgentPhone() as first, AgentPhone(greeting=tone(AGENT_HZ, 1.0)) as second:
        flow = {"flows": {"start": "refill_status"}}
        with new_line(IMPATIENT | flow, agents=[first.uri, second.uri]) as line:
            yield Desk(line, first, second)


@pytest.fixture
def desk(office: Desk) -> Desk:
    office.line.await_no_call()
    office.first.forget(Manner.DECLINE)
    office.second.forget(Manner.ACCEPT)
    return office


def test_caller_and_agent_hear_each_other(desk: Desk) -> None:
    with Phone(desk.line.port) as phone:
        phone.press("0")
        phone.hum(tone(CALLER_HZ, 1.0))
        agent = desk.second.await_call()
        hears(phone, AGENT_HZ)
        hears(agent, CALLER_HZ)
        (call,) = desk.line.calls
        assert (call["phase"], call["state"]) == ("bridged", "verify_identity.ask_birth")
    row = desk.line.await_last_row()
    assert (row["outcome"], row["handoff"], row["reason"]) == ("handed_off", "served", "asked")
    assert agent.over.wait(PATIENCE)


def test_an_agent_who_hangs_up_ends_the_call(desk: Desk) -> None:
    with Phone(desk.line.port) as phone:
        phone.press("0")
        hears(phone, AGENT_HZ)
        desk.second.hang_up(desk.second.await_call())
        phone.await_hang_up()
    assert desk.line.await_last_row()["outcome"] == "handed_off"


@pytest.mark.parametrize("manner", [Manner.DECLINE, Manner.BUSY, Manner.RING, Manner.ANSWER])
def test_who_does_not_take_it_is_let_go_and_the_next_one_rung(manner: Manner, desk: Desk) -> None:
    desk.first.manner = manner
    with Phone(desk.line.port) as phone:
        phone.press("0")
        hears(phone, AGENT_HZ)
        assert (desk.first.rung, desk.second.rung) == (1, 1)
        assert desk.first.cancelled == (manner is Manner.RING)
        assert all(call.over.wait(PATIENCE) for call in desk.first.calls.values())
    assert desk.line.await_last_row()["handoff"] == "served"


def test_an_agent_who_passes_with_2_is_let_go_and_the_next_one_rung(desk: Desk) -> None:
    desk.first.manner = Manner.ANSWER
    with Phone(desk.line.port) as phone:
        phone.press("0")
        call = desk.first.await_call()
        call.await_sound(after=0.0)
        call.press("2")
        hears(phone, AGENT_HZ)
        assert call.over.wait(PATIENCE)


def test_a_phone_that_cannot_be_reached_is_passed_over(new_line: NewLine, desk: Desk) -> None:
    agents = ["sip:nobody@no-such-host.invalid", desk.second.uri]
    with new_line(IMPATIENT, agents=agents) as line, Phone(line.port) as phone:
        phone.press("0")
        hears(phone, AGENT_HZ)
        (refused,) = line.logged("agent did not take it")
        assert refused["refusal"] == "unreachable"


def test_a_caller_who_hangs_up_stops_the_ringing(desk: Desk) -> None:
    desk.first.manner = Manner.RING
    with Phone(desk.line.port) as phone:
        phone.press("0")
        until(lambda: desk.first.rung, what="the ringing")
    until(lambda: desk.first.cancelled, what="CANCEL at the agent")
    row = desk.line.await_last_row()
    assert (row["outcome"], row["handoff"]) == ("abandoned", "caller_left")
    assert desk.second.rung == 0


def test_a_caller_who_hangs_up_during_the_briefing_frees_the_agent(desk: Desk) -> None:
    desk.first.manner = Manner.ANSWER
    with Phone(desk.line.port) as phone:
        phone.press("0")
        call = desk.first.await_call()
    assert call.over.wait(PATIENCE)


def test_the_agent_is_told_who_it_is_and_what_they_want(
    new_line: NewLine, desk: Desk, line_voice: Renderer
) -> None:
    desk.first.manner = Manner.ANSWER
    refills = {"flows": {"start": "refill_status"}}
    with new_line(refills, agents=[desk.first.uri]) as line, Phone(line.port) as phone:
        line.await_call(state="verify_identity.ask_birth")
        phone.press_all("03031982")
        line.await_call(state="verify_identity.ask_phone")
        phone.press_all("2125550142")
        line.await_call(state="refill_status.ask_number")
        phone.press("0")
        call = desk.first.await_call()
        call.await_sound(after=0.0)
        told = spoken(ALEX, wording()("en"))
        until(
            lambda: says(call.heard(), line_voice(told)),
            every=0.5,
            within=30.0,
            what="the briefing",
        )


def test_the_wait_for_a_person_is_never_silent(desk: Desk) -> None:
    desk.first.manner = Manner.RING
    with Phone(desk.line.port) as phone:
        phone.press("0")
        until(lambda: desk.first.rung, what="the ringing")
        began = phone.await_sound(after=time.monotonic())
        hears(phone, AGENT_HZ)
        packets = [packet for packet in phone.packets if packet.at > began]
    steps = {b.timestamp - a.timestamp for a, b in itertools.pairwise(packets)}
    assert steps == {FRAME_SAMPLES}
    music = max(quiet_stretches(hold_music()))
    assert max(quiet_stretches(b"".join(p.pcm for p in packets))) <= music + PAUSE


def quiet_stretches(pcm: bytes) -> list[int]:
    """Count the frames of each stretch without sound."""
    stretches = [0]
    for at in range(0, len(pcm), FRAME_BYTES):
        if level(pcm[at : at + FRAME_BYTES]) > QUIET_DBFS:
            stretches.append(0)
        else:
            stretches[-1] += 1
    return stretches


def test_with_nobody_there_a_message_is_kept(desk: Desk, voice: Renderer) -> None:
    desk.second.manner = Manner.DECLINE
    words = voice("this is alex sample please call me back")
    with Phone(desk.line.port) as phone:
        phone.press("0")
        desk.line.await_call(state="nobody_available.offer")
        phone.press("1")
        hears(phone, BEEP_HZ)
        phone.await_silence(of=0.1)
        phone.say(words)
        phone.press("#")
        phone.await_hang_up()
    row = desk.line.await_last_row()
    assert (row["outcome"], row["handoff"]) == ("message", "nobody")
    message = json.loads(desk.line.ivr("messages", "--json"))[-1]
    assert (message["kind"], message["queue"]) == ("voice", "front_desk")
    sound = desk.line.data / "messages" / message["file"]
    assert says(sound.read_bytes(), words)


def test_with_nobody_there_a_number_to_call_back_is_kept(desk: Desk) -> None:
    desk.second.manner = Manner.DECLINE
    with Phone(desk.line.port) as phone:
        phone.press("0")
        desk.line.await_call(state="nobody_available.offer")
        phone.press("2")
        turn = desk.line.await_call(state="nobody_available.ask_number")["turn"]
        phone.press_all("2125550142")
        until(lambda: desk.line.calls[0]["turn"] > turn, every=0.05, what="the reading back")
        phone.press("1")
        phone.await_hang_up()
    assert desk.line.await_last_row()["outcome"] == "callback"
    message = json.loads(desk.line.ivr("messages", "--json"))[-1]
    assert message["kind"] == "callback"
    assert "2125550142" not in message["number"]
    message = json.loads(desk.line.ivr("messages", "--json", "--show"))[-1]
    assert message["number"] == "2125550142"
