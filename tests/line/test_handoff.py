"""Giving a caller to a person, on real telephones: who is rung, who hears what, who is let go."""

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ivr.announcing import words_of
from ivr.audio.pcm import FRAME_BYTES, FRAME_SAMPLES
from ivr.handoff.actions import Announce, Announcement
from ivr.handoff.card import Card
from ivr.introduction import whisper
from ivr.speech.tones import hold_music
from tests.flows.shipped import wording
from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears, longest_silence
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
SILENCE = 4.0  # seconds that nobody may be left in silence
PAUSE = 25  # frames; between announcement and music, or within a sentence
ALEX = Card(
    "00000001",
    "the pharmacy",
    caller="Alex Sample",
    verified="date of birth and phone",
    wanted="Prescription refill",
    why="Asked for a person.",
)
IMPATIENT = {"handoff": {"ring_for": 2.0, "accept_within": 6.0}}
REFILLS = {"flows": {"start": "refill_status"}}


@dataclass(frozen=True, slots=True)
class Desk:
    """A line and the two people it rings, in this order; the second takes every call."""

    line: LineProcess
    first: AgentPhone
    second: AgentPhone


@pytest.fixture
def desk(new_line: NewLine) -> Iterator[Desk]:
    first, second = AgentPhone(Manner.DECLINE), AgentPhone(greeting=tone(AGENT_HZ, 1.0))
    with first, second, new_line(IMPATIENT | REFILLS, agents=[first.uri, second.uri]) as line:
        yield Desk(line, first, second)


@pytest.fixture
def lonely(new_line: NewLine) -> Iterator[Desk]:
    """A line whose only agent lets it ring."""
    with AgentPhone(Manner.RING) as only, new_line(REFILLS, agents=[only.uri]) as line:
        yield Desk(line, only, only)


@pytest.fixture
def empty(new_line: NewLine) -> Iterator[LineProcess]:
    """A line for which nobody works."""
    with new_line(REFILLS) as line:
        yield line


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


def test_when_the_agent_hangs_up_the_caller_hears_who_it_was_before_the_end(
    desk: Desk, line_voice: Renderer
) -> None:
    with Phone(desk.line.port) as phone:
        phone.press("0")
        hears(phone, AGENT_HZ)
        desk.second.hang_up(desk.second.await_call())
        phone.await_hang_up()
        closing = Announce(Announcement.PARTING, person="Agent 2")
        assert says(phone.heard(), line_voice(announced(closing)))
    assert desk.line.await_last_row()["outcome"] == "handed_off"


def announced(what: Announce) -> str:
    return words_of(what, wording()("en"), queue="the front desk")


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


def test_a_phone_that_cannot_be_reached_is_passed_over(
    new_line: NewLine, agent: AgentPhone
) -> None:
    agents = ["sip:nobody@no-such-host.invalid", agent.uri]
    with new_line(IMPATIENT, agents=agents) as line, Phone(line.port) as phone:
        phone.press("0")
        hears(phone, AGENT_HZ)
        (refused,) = line.logged("offer not taken")
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


def test_the_agent_is_told_who_it_is_and_what_they_want(desk: Desk, line_voice: Renderer) -> None:
    desk.first.manner = Manner.ANSWER
    line = desk.line
    with Phone(line.port) as phone:
        line.await_call(state="verify_identity.ask_birth")
        phone.press_all("03031982")
        line.await_call(state="verify_identity.ask_phone")
        phone.press_all("2125550142")
        line.await_call(state="refill_status.ask_number")
        phone.press("0")
        call = desk.first.await_call()
        call.await_sound(after=0.0)
        told = whisper(ALEX, wording()("en"))
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


def test_the_caller_hears_that_the_agent_is_coming(desk: Desk, line_voice: Renderer) -> None:
    desk.first.manner = Manner.ANSWER
    coming = line_voice(announced(Announce(Announcement.COMING, person="Agent 1")))
    with Phone(desk.line.port) as phone:
        phone.press("0")
        desk.first.await_call()
        until(lambda: says(phone.heard(), coming), every=0.2, within=20.0, what="the name")


def test_a_waiting_caller_hears_their_place_and_what_they_can_press(
    lonely: Desk, line_voice: Renderer
) -> None:
    place = Announce(Announcement.PLACE, 0, keys=True)
    with Phone(lonely.line.port) as phone:
        phone.press("0")
        told = line_voice(announced(place))
        until(lambda: says(phone.heard(), told), every=0.5, within=30.0, what="the place")


def test_a_waiting_caller_keeps_the_place_and_is_called_back_at_the_number_they_call_from(
    lonely: Desk, line_voice: Renderer
) -> None:
    with Phone(lonely.line.port, number="+12125550142") as phone:
        phone.press("0")
        until(lambda: lonely.first.rung, what="the ringing")
        phone.press("1")
        lonely.line.await_call(state="keep_my_place.offer")
        number = line_voice(
            "I can call you back at two one two, five five five, zero one four two."
        )
        until(lambda: says(phone.heard(), number), every=0.2, within=20.0, what="the number")
        phone.press("1")
        phone.await_hang_up()
    row = lonely.line.await_last_row()
    assert (row["outcome"], row["handoff"]) == ("callback", "wants_callback")
    until(lambda: lonely.first.cancelled, what="CANCEL at the agent")


def test_a_caller_who_gives_up_the_call_back_waits_on_and_is_served(desk: Desk) -> None:
    desk.first.manner = desk.second.manner = Manner.RING
    with Phone(desk.line.port) as phone:
        phone.press("0")
        until(lambda: desk.first.rung, what="the ringing")
        phone.press("1")
        desk.line.await_call(state="keep_my_place.ask_number")
        phone.press("0")
        desk.line.await_call(phase="waiting")
        desk.second.manner = Manner.ACCEPT
        hears(phone, AGENT_HZ, within=60.0)
    assert desk.line.await_last_row()["handoff"] == "served"


def test_an_agent_who_accepts_while_a_number_is_given_talks_to_the_caller(desk: Desk) -> None:
    desk.first.manner = Manner.ANSWER
    with Phone(desk.line.port) as phone:
        phone.press("0")
        call = desk.first.await_call()
        phone.press("1")
        desk.line.await_call(state="keep_my_place.ask_number")
        phone.press_all("212")
        call.press("1")
        call.hum(tone(AGENT_HZ, 1.0))
        hears(phone, AGENT_HZ)


def test_a_waiting_caller_leaves_a_message_instead(lonely: Desk, voice: Renderer) -> None:
    with Phone(lonely.line.port) as phone:
        phone.press("0")
        until(lambda: lonely.first.rung, what="the ringing")
        phone.press("2")
        leave_message(phone, lonely.line, voice)
    until(lambda: lonely.first.cancelled, what="CANCEL at the agent")
    row = lonely.line.await_last_row()
    assert (row["outcome"], row["handoff"]) == ("message", "wants_message")


def test_with_nobody_there_a_message_is_kept(empty: LineProcess, voice: Renderer) -> None:
    with Phone(empty.port) as phone:
        phone.press("0")
        empty.await_call(state="nobody_available.offer")
        phone.press("1")
        leave_message(phone, empty, voice)
    row = empty.await_last_row()
    assert (row["outcome"], row["handoff"]) == ("message", "nobody")


def leave_message(phone: Phone, line: LineProcess, voice: Renderer) -> None:
    words = voice("this is alex sample please call me back")
    hears(phone, BEEP_HZ)
    phone.await_silence(of=0.1)
    phone.say(words)
    phone.press("#")
    phone.await_hang_up()
    message = json.loads(line.ivr("messages", "--json"))[-1]
    assert (message["kind"], message["queue"]) == ("voice", "front_desk")
    sound = line.data / "messages" / message["file"]
    assert says(sound.read_bytes(), words)


def test_with_nobody_there_a_number_to_call_back_is_kept(empty: LineProcess) -> None:
    with Phone(empty.port) as phone:
        phone.press("0")
        empty.await_call(state="nobody_available.offer")
        phone.press("2")
        turn = empty.await_call(state="nobody_available.ask_number")["turn"]
        phone.press_all("2125550142")
        until(lambda: empty.calls[0]["turn"] > turn, every=0.05, what="the reading back")
        phone.press("1")
        phone.await_hang_up()
    assert empty.await_last_row()["outcome"] == "callback"
    message = json.loads(empty.ivr("messages", "--json"))[-1]
    assert message["kind"] == "callback"
    assert "2125550142" not in message["number"]
    message = json.loads(empty.ivr("messages", "--json", "--show"))[-1]
    assert message["number"] == "2125550142"


def test_agents_who_vanish_while_they_ring_leave_the_caller_with_music_and_a_choice(
    new_line: NewLine,
) -> None:
    first, second = AgentPhone(Manner.RING), AgentPhone(Manner.RING)
    with (
        new_line(IMPATIENT | REFILLS, agents=[first.uri, second.uri]) as line,
        Phone(line.port) as phone,
    ):
        with first, second:
            phone.press("0")
            began = time.monotonic()
            until(lambda: first.rung, what="the ringing")
        until(
            lambda: len(line.logged("agent did not take it")) == 2,
            within=30.0,
            what="the end of both offers",
        )
        assert longest_silence(phone, since=began, over=SILENCE) < SILENCE
        phone.press("2")
        line.await_call(state="nobody_available.message")
