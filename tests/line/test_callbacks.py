"""Callers who kept their place, on real telephones: who is rung, when, and whom they talk to."""

import json
from functools import partial

import pytest

from ivr.dialog.wording import Phrases
from ivr.flow.templates import fill
from tests.flows.shipped import wording
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears
from tests.support.agent_phone import AgentCall, AgentPhone, Manner
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.rtp_stream import HERE
from tests.support.sound import says, tone
from tests.support.voice import Renderer
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.line

PRACTICE = "Cedar Street Clinic"
PATIENT_HZ = 450.0
NUMBERS = ("2125550142", "2125550143", "2125550144")
RINGS = 40.0  # seconds; agents write notes for five between two calls
REFILLS = {"flows": {"start": "refill_status"}}


def at(phone: AgentPhone) -> str:
    """Tell the setting by which every number rings at *phone*, the number as the user's name."""
    return f"sip:{{number}}@{HERE}:{phone.port}"


def keep_a_place(line: LineProcess, number: str) -> None:
    with Phone(line.port, number=f"+1{number}") as phone:
        phone.press("0")
        line.await_call(phase="waiting", state="verify_identity.ask_birth")
        phone.press("1")
        line.await_call(state="keep_my_place.offer")
        phone.press("1")
        phone.await_hang_up()
    until(lambda: line.rows()[-1]["outcome"] == "callback", what="the row of a kept place")


def test_three_who_kept_their_place_are_rung_in_order_after_a_restart(
    new_line: NewLine, line_voice: Renderer, agent: AgentPhone
) -> None:
    words: Phrases = wording()("en")
    greeting = line_voice(fill(words.calling_back, lambda _: PRACTICE))
    with AgentPhone(Manner.ANSWER) as patient:
        settings = REFILLS | {"line": {"outbound": at(patient)}}
        line = new_line(settings, agents=[agent.uri])
        with line, Phone(line.port) as talking:
            talking.press("0")
            hears(talking, AGENT_HZ)  # so that nobody is free
            for number in NUMBERS:
                keep_a_place(line, number)
            assert patient.rung == 0
        agent.forget(Manner.ACCEPT)
        with line:
            for turn, number in enumerate(NUMBERS, start=1):
                call = patient.await_call(number=turn, within=RINGS)
                assert call.user == number
                until(partial(hears_words, call, greeting), every=0.2, what="who calls")
                call.press("1")
                call.hum(tone(PATIENT_HZ, 1.0))
                hears(call, AGENT_HZ)
                hears(agent.await_call(number=turn), PATIENT_HZ)
                patient.hang_up(call)
            assert line.await_last_row()["outcome"] == "handed_off"
            until(lambda: kept(line) == [], what="an empty list of call-backs")
        assert agent.rung == patient.rung == len(NUMBERS)


def hears_words(call: AgentCall, words: bytes) -> bool:
    return says(call.heard(), words)


def kept(line: LineProcess) -> list[dict[str, object]]:
    return list(json.loads(line.ivr("callbacks", "list", "--json")))


def test_who_does_not_press_1_is_not_put_through_and_waits_for_another_try(
    new_line: NewLine,
) -> None:
    with AgentPhone(Manner.DECLINE) as patient, AgentPhone(Manner.RING) as agent:
        settings = REFILLS | {"line": {"outbound": at(patient)}}
        with new_line(settings, agents=[agent.uri]) as line:
            keep_a_place(line, NUMBERS[0])
            until(lambda: patient.rung, within=RINGS, what="a call to the patient")
            until(lambda: kept(line)[0]["tries"] == 1, what="a try that is counted")
        assert agent.rung == 1  # for the caller while they were on the line


def test_a_line_that_rings_no_numbers_leaves_them_to_a_person(new_line: NewLine) -> None:
    with AgentPhone(Manner.RING) as agent, new_line(REFILLS, agents=[agent.uri]) as line:
        keep_a_place(line, NUMBERS[0])
        until(lambda: messages(line), within=PATIENCE, what="a message for a person")
        (message,) = messages(line)
        assert (message["kind"], message["queue"]) == ("callback", "front_desk")
        assert kept(line) == []


def messages(line: LineProcess) -> list[dict[str, object]]:
    return list(json.loads(line.ivr("messages", "--json")))
