"""Recorded calls: announced first, both parties apart, and nothing private in them."""

import wave
from array import array
from pathlib import Path

import pytest

from tests.flows.shipped import wording
from tests.line.conftest import NewLine
from tests.line.hearing import HEARD_DBFS
from tests.support.agent_phone import AgentPhone
from tests.support.phone import Phone
from tests.support.sound import level_of_tone, says, tone
from tests.support.voice import Renderer
from tests.support.waiting import until

pytestmark = pytest.mark.line

CALLER_HZ = 450.0
WINDOW = 3200  # bytes, 0.2 s
ANNOUNCED = {"records": {"record": "announced"}}
CHOICES = "You can say appointment, refill, or insurance."
BIRTH = "To find your record, please tell me the patient's date of birth."
PHONE = "Thank you. Now please tell me the phone number we have on file, area code first."


def channels(file: Path) -> tuple[bytes, bytes]:
    """Give what the caller and what the line said."""
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (2, 2, 8000)
        samples = array("h", sound.readframes(sound.getnframes()))
    return samples[0::2].tobytes(), samples[1::2].tobytes()


def hummed(pcm: bytes) -> list[bool]:
    """Tell for each fifth of a second whether the caller is in it."""
    return [
        level_of_tone(pcm[i : i + WINDOW], CALLER_HZ) > HEARD_DBFS
        for i in range(0, len(pcm) - WINDOW + 1, WINDOW)
    ]


def test_the_caller_is_told_first_and_private_answers_are_left_out(
    new_line: NewLine, agent: AgentPhone, line_voice: Renderer
) -> None:
    with new_line(ANNOUNCED, agents=[agent.uri]) as line:
        with Phone(line.port) as phone:
            phone.hum(tone(CALLER_HZ, 1.0))  # somebody who never stops to talk
            line.await_call(state="main_menu.menu")
            choices = line_voice(CHOICES)
            until(lambda: says(phone.heard(), choices), every=0.2, within=30.0, what="the menu")
            phone.press("2")
            line.await_call(state="verify_identity.ask_birth")
            birth = line_voice(BIRTH)
            until(lambda: says(phone.heard(), birth), every=0.2, within=30.0, what="the question")
            phone.press_all("03031982")
            line.await_call(state="verify_identity.ask_phone")
            phone.press("0")
            line.await_call(phase="bridged")
            heard = phone.heard()
        row = line.await_last_row()
        caller, said = channels(line.data / "recordings" / row["recording"])
    notice = line_voice(wording()("en").recorded)
    assert says(heard, notice)
    assert not says(said, notice)
    assert says(said, choices)
    there = hummed(caller)
    last = max(i for i, sounds in enumerate(there) if sounds)
    assert sum(there[:last]) > last * 0.8
    private = len(there) - last
    assert private * 0.2 > len(birth) / 16000 - 1.0
    assert not says(said, line_voice(PHONE))
    assert row["recording_stopped"] == 0


def test_a_line_that_records_nothing_says_nothing_about_it(
    new_line: NewLine, line_voice: Renderer
) -> None:
    with new_line() as line:
        with Phone(line.port) as phone:
            line.await_call(state="main_menu.menu")
            assert not says(phone.heard(), line_voice(wording()("en").recorded))
        assert line.await_last_row()["recording"] == ""
        assert not (line.data / "recordings").exists()
