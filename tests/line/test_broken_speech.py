"""Ears and voices in trouble: keys always work, and a person is one of them."""

import os
import re
import signal

import pytest

from ivr.audio.pcm import FRAME_BYTES
from tests.flows.shipped import wording
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears
from tests.speech.voices import on_the_phone
from tests.support.agent_phone import AgentPhone
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.sound import says
from tests.support.voice import Renderer
from tests.support.waiting import until

pytestmark = pytest.mark.line

HEARS = "ivr.speech.server"
SPEAKS = "ivr.speech.pyttsx3_"
QUESTION = "Would you like to confirm it, cancel it, or move it?"


def test_without_a_model_keys_work_and_a_person_is_reached(
    new_line: NewLine, agent: AgentPhone, line_voice: Renderer
) -> None:
    deaf = {"speech": {"engine": "vosk", "model": "/nonexistent/model"}}
    with new_line(deaf, agents=[agent.uri]) as line, Phone(line.port) as phone:
        assert "understanding: vosk: speech engine vosk: its model: the folder" in line.out_text
        assert line.logged("hearing not available")
        assert re.search(
            r"BAD +understanding +.*the folder does not exist\n.*only press keys",
            line.ivr("doctor", status=1),
        )
        line.await_call(state="main_menu.menu")
        excuse = line_voice(wording()("en").keys_only)
        until(lambda: says(phone.heard(), excuse), every=0.2, within=20.0, what="the excuse")
        phone.press("3")
        line.await_call(state="verify_identity.ask_birth")
        phone.press("0")
        line.await_call(phase="bridged")


def test_a_recogniser_that_dies_in_a_word_is_replaced_and_the_word_asked_for_again(
    new_line: NewLine, agent: AgentPhone, voice: Renderer
) -> None:
    hearing = {"speech": {"engine": "auto"}}
    with new_line(hearing, agents=[agent.uri]) as line, Phone(line.port) as phone:
        at_menu(phone, line)
        word = on_the_phone(voice("insurance"))
        striking_halfway(phone, line, word, signal.SIGKILL)
        until(lambda: line.logged("engine lost"), every=0.1, within=30.0, what="the loss")
        phone.await_sound(after=phone.packets[-1].at)
        phone.await_silence(of=1.0)
        phone.say(word)
        line.await_call(state="verify_identity.ask_birth")
        phone.press("0")
        line.await_call(phase="bridged")


def test_a_recogniser_that_hangs_in_a_word_is_excused_and_keys_work(
    new_line: NewLine, agent: AgentPhone, voice: Renderer, line_voice: Renderer
) -> None:
    hearing = {"speech": {"engine": "auto"}}
    phrases = wording()("en")
    excuses = [line_voice(phrases.say_again), line_voice(phrases.keys_only)]
    with new_line(hearing, agents=[agent.uri]) as line, Phone(line.port) as phone:
        at_menu(phone, line)
        striking_halfway(phone, line, on_the_phone(voice("insurance")), signal.SIGSTOP)
        until(
            lambda: any(says(phone.heard(), excuse) for excuse in excuses),
            every=0.2,
            within=40.0,
            what="an excuse",
        )
        phone.press("3")
        line.await_call(state="verify_identity.ask_birth")
        phone.press("0")
        line.await_call(phase="bridged")


def at_menu(phone: Phone, line: LineProcess) -> None:
    line.await_call(state="main_menu.menu")
    phone.await_silence(of=1.0)


def striking_halfway(phone: Phone, line: LineProcess, word: bytes, number: int) -> None:
    half = len(word) // FRAME_BYTES // 2 * FRAME_BYTES
    phone.say(word[:half])
    for pid in line.children(HEARS):
        os.kill(pid, number)
    phone.say(word[half:])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_synthesiser_that_dies_or_hangs_is_replaced_and_the_prompt_said(
    number: int, new_line: NewLine, line_voice: Renderer
) -> None:
    appointments = {"flows": {"start": "appointment_confirmation"}}
    with new_line(appointments) as line, Phone(line.port) as phone:
        tell_of_the_appointment(phone, line)
        until(lambda: line.children(SPEAKS), every=0.1, what="the synthesiser")
        for pid in line.children(SPEAKS):
            os.kill(pid, number)
        phone.press("*")  # all of it once more
        question = line_voice(QUESTION)
        after = phone.packets[-1].at
        until(
            lambda: says(phone.heard(after=after), question),
            every=0.5,
            within=40.0,
            what="the question",
        )
        phone.press("1")
        line.await_call(state="appointment_confirmation.confirmed")


def tell_of_the_appointment(phone: Phone, line: LineProcess) -> None:
    line.await_call(state="verify_identity.ask_birth")
    phone.press_all("03031982")
    line.await_call(state="verify_identity.ask_phone")
    phone.press_all("2125550142")
    line.await_call(state="appointment_confirmation.tell")


def test_a_line_that_cannot_speak_at_all_puts_callers_through(
    new_line: NewLine, agent: AgentPhone
) -> None:
    dumb = {"speech": {"engine": "none", "voice": "en-nonsense"}}
    with new_line(dumb, agents=[agent.uri]) as line, Phone(line.port) as phone:
        assert line.logged("the line cannot speak; callers hear music and are put through")
        assert re.search(r"BAD +voice .*en-nonsense", line.ivr("doctor", status=1))
        hears(phone, AGENT_HZ, within=60.0)
        phone.hang_up()
        row = line.await_last_row()
        assert (row["outcome"], row["reason"]) == ("handed_off", "line_trouble")
