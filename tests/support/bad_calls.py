"""
Prepared bad calls: each rings a real line with one fault planted, and tells which call it was.

They are what `ivr why` is measured with. A call takes 5 to 25 seconds.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ivr.story.suspects import Suspect
from tests.speech.voices import on_the_phone, silence
from tests.support.agent_phone import AgentPhone, Manner
from tests.support.bad_flows import CIRCLE, COLOUR, GOOD, write_flows
from tests.support.bad_phone import (
    EchoingPhone,
    FarPhone,
    HoldingPhone,
    ReportingPhone,
    UnsurePhone,
    at_level,
    key_tones,
    mixed,
    noise,
)
from tests.support.faults import locked
from tests.support.line_process import LineProcess
from tests.support.phone import Phone, RefusedError
from tests.support.sound import tone
from tests.support.voice import Renderer
from tests.support.waiting import until

HEARS = "ivr.speech.server"
WORDS = "prescription refill"
QUIET_ROOM = silence(1.0)
OVERFLOW = "sip:5550199@overflow.invalid"


@dataclass(frozen=True, slots=True)
class Setting:
    """The line that a call rings; calls that ask for the same share one."""

    flow: str = GOOD
    agent: Manner | None = Manner.ACCEPT
    """What the one agent does; None: nobody is signed in."""
    media_timeout: float = 20.0
    ring_for: float = 20.0
    voice: str = ""

    def tables(self, flows: Path) -> Mapping[str, Any]:
        """Write it as settings of a test line."""
        return {
            "flows": {"folder": str(flows), "start": self.flow},
            "speech": {
                "rate": 240,
                **({"voice": self.voice} if self.voice else {}),
            },
            "line": {
                "port": 0,
                "media_timeout": self.media_timeout,
                "overflow": OVERFLOW,
            },
            "handoff": {"ring_for": self.ring_for},
        }


@dataclass
class Scene:
    """A running line, its agent, and a voice to speak with."""

    line: LineProcess
    agent: AgentPhone
    voice: Renderer

    def said(self, text: str = WORDS) -> bytes:
        """Give *text* as a telephone carries it."""
        return on_the_phone(self.voice(text))

    def at(self, state: str, *, flow: str = GOOD) -> None:
        """Wait until the caller is asked there."""
        self.line.await_call(state=f"{flow}.{state}")

    def answer_with(self, phone: Phone, sound: bytes, *, times: int = 3) -> None:
        """Answer *times* with *sound*, each time when the line has said its prompt."""
        for _ in range(times):
            if phone.hung_up or not self.line.calls:
                return
            before = self.turn
            _await_prompt(phone)
            phone.say(sound)
            until(lambda: self.turn != before, within=20, every=0.05, what="the next turn")  # noqa: B023 - used at once

    @property
    def turn(self) -> tuple[str, int]:
        """Tell where the only call is; a call that waits or is over is nowhere."""
        calls = self.line.calls
        return (calls[0]["phase"], calls[0]["turn"]) if calls else ("", 0)


@dataclass(frozen=True, slots=True)
class BadCall:
    """One call with one fault."""

    suspect: Suspect
    """What `ivr why` must name first."""
    fault: str
    ring: Callable[[Scene], None]
    setting: Setting = field(default_factory=Setting)


USUAL = Setting()


def prepare(folder: Path) -> Path:
    """Write the flows; give their folder."""
    flows = folder / "flows"
    write_flows(flows)
    return flows


# ---------------------------------------------------------------- the network


def nothing_arrives(scene: Scene) -> None:
    with FarPhone(scene.line.port, lambda _: None) as phone:
        phone.await_hang_up(within=30)


def sound_stops(scene: Scene) -> None:
    with FarPhone(scene.line.port, lambda _: 0.0) as phone:
        scene.at("first")
        phone.press("1")
        scene.at("second")
        phone.journey = lambda _: None
        phone.await_hang_up(within=30)


def caller_hears_nothing(scene: Scene) -> None:
    with ReportingPhone(scene.line.port, comes=0.04) as phone:
        phone.hum(QUIET_ROOM)
        scene.at("first")
        time.sleep(9)


def packets_lost(scene: Scene) -> None:
    with FarPhone(scene.line.port, lambda chance: None if chance.random() < 0.08 else 0.0) as phone:
        phone.hum(QUIET_ROOM)
        scene.answer_with(phone, scene.said())


def packets_uneven(scene: Scene) -> None:
    with FarPhone(scene.line.port, lambda chance: chance.choice((0.0, 0.0, 0.18))) as phone:
        phone.hum(QUIET_ROOM)
        scene.answer_with(phone, scene.said())


def not_confirmed(scene: Scene) -> None:
    with UnsurePhone(scene.line.port):
        time.sleep(5)


def on_hold_for_ever(scene: Scene) -> None:
    with HoldingPhone(scene.line.port) as phone:
        _await_prompt(phone)
        phone.hold()
        time.sleep(5)


def line_full(scene: Scene) -> None:
    with Phone(scene.line.port), Phone(scene.line.port), Phone(scene.line.port):
        until(lambda: len(scene.line.calls) == 3, what="three calls")
        try:
            with Phone(scene.line.port):
                pass
        except RefusedError:
            return
    raise AssertionError("a fourth caller was taken")


# ---------------------------------------------------------------- the caller's sound


def noisy(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        loud = noise(4.0, dbfs=-29.0)
        phone.hum(loud)
        scene.answer_with(phone, mixed(at_level(scene.said(), -24.0), loud))


def too_quiet(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(noise(1.0, dbfs=-75.0))
        scene.answer_with(phone, at_level(scene.said(), -45.0))


def clipped(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(QUIET_ROOM)
        scene.answer_with(phone, at_level(scene.said(), 0.0))


def muted(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(b"")
        scene.at("first")
        until(lambda: scene.turn[1] > 3, within=40, every=0.1, what="three silences")


def silent(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(QUIET_ROOM)
        until(lambda: scene.turn[1] > 3, within=40, every=0.1, what="three silences")


def keys_as_sound(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(QUIET_ROOM)
        scene.at("first")
        for _ in range(3):
            _await_prompt(phone)
            phone.say(key_tones("1"))
            time.sleep(2.0)


def echo(scene: Scene) -> None:
    with EchoingPhone(scene.line.port):
        scene.at("first")
        time.sleep(16)


def other_words(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(QUIET_ROOM)
        for colour in ("white with a line", "it is white", "white"):
            scene.answer_with(phone, scene.said(colour), times=1)


def other_keys(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(QUIET_ROOM)
        scene.at("first")
        for _ in range(3):
            phone.press("7")
            time.sleep(2.0)


# ---------------------------------------------------------------- the line's parts


def clinic_slow(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        _key_in_all_but_one(scene, phone)
        with locked(scene.line.data / "clinic.db"):
            phone.press("2")
            time.sleep(4.0)
        scene.line.await_call(state="eligibility.active")


def clinic_down(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        _key_in_all_but_one(scene, phone)
        with locked(scene.line.data / "clinic.db"):
            phone.press("2")
            scene.line.await_call(phase="bridged")


def recogniser_killed(scene: Scene) -> None:
    _strike(scene, signal.SIGKILL)


def recogniser_stopped(scene: Scene) -> None:
    _strike(scene, signal.SIGSTOP)


def voice_gone(scene: Scene) -> None:
    with Phone(scene.line.port):
        scene.line.await_call(phase="bridged")
        time.sleep(9)


def killed(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        scene.at("first")
        phone.press("1")
        scene.at("second")
        time.sleep(1.5)
        scene.line.end(signal.SIGKILL)
        phone.stop()
    scene.line.start()
    scene.line.await_start()


def in_a_circle(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        for place in ("this_way", "that_way") * 4:
            scene.at(place, flow=CIRCLE)
            phone.press("1")


# ---------------------------------------------------------------- people


def nobody_answers(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        scene.at("first")
        phone.press("0")
        until(lambda: scene.agent.cancelled, within=30, what="an agent rung in vain")
        time.sleep(2.0)


def nobody_there(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        scene.at("first")
        phone.press("0")
        scene.line.await_call(state="nobody_available.offer")


def agent_hangs_up(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        scene.at("first")
        phone.press("0")
        scene.line.await_call(phase="bridged")
        time.sleep(1.5)
        scene.agent.hang_up(scene.agent.await_call())
        time.sleep(1.0)


def agent_vanishes(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(tone(440.0, 1.0, dbfs=-30))
        scene.at("first")
        phone.press("0")
        scene.line.await_call(phase="bridged")
        time.sleep(9.0)
        scene.agent.manner = Manner.RING
        scene.agent.await_call().stop()
        scene.line.await_call(phase="waiting", within=30)


def left_waiting(scene: Scene) -> None:
    with Phone(scene.line.port) as phone:
        scene.at("first")
        phone.press("0")
        time.sleep(12)


BAD_CALLS: tuple[BadCall, ...] = (
    BadCall(
        Suspect.NOTHING_HEARD,
        "RTP from the caller is dropped",
        nothing_arrives,
        replace(USUAL, media_timeout=5.0),
    ),
    BadCall(
        Suspect.SOUND_STOPPED,
        "RTP from the caller stops in the second question",
        sound_stops,
        replace(USUAL, media_timeout=5.0),
    ),
    BadCall(
        Suspect.NOT_HEARD_BY_CALLER, "96 % of RTP to the caller is dropped", caller_hears_nothing
    ),
    BadCall(Suspect.PACKET_LOSS, "8 % of the caller's RTP is dropped", packets_lost),
    BadCall(Suspect.JITTER, "a third of the caller's RTP comes 180 ms late", packets_uneven, USUAL),
    BadCall(Suspect.NO_ACK, "the caller's ACK is dropped", not_confirmed),
    BadCall(Suspect.HELD, "the caller puts the line on hold for ever", on_hold_for_ever),
    BadCall(Suspect.LINE_FULL, "three calls are up", line_full),
    BadCall(Suspect.NOISE, "noise 5 dB below the voice", noisy),
    BadCall(Suspect.TOO_QUIET, "a voice of -45 dBFS", too_quiet),
    BadCall(Suspect.TOO_LOUD, "a voice amplified until it clips", clipped),
    BadCall(Suspect.MUTED, "a muted microphone", muted),
    BadCall(Suspect.SILENT, "a caller who says nothing", silent),
    BadCall(Suspect.KEYS_AS_SOUND, "keys sent as tones", keys_as_sound),
    BadCall(Suspect.ECHO, "our prompts come back", echo),
    BadCall(
        Suspect.WRONG_GRAMMAR,
        "a question that asks for a colour and knows medicine",
        other_words,
        replace(USUAL, flow=COLOUR),
    ),
    BadCall(Suspect.WRONG_KEYS, "keys the question does not have", other_keys),
    BadCall(
        Suspect.CLINIC_SLOW,
        "the clinic's database is locked for 4 s",
        clinic_slow,
        replace(USUAL, flow="eligibility"),
    ),
    BadCall(
        Suspect.CLINIC_DOWN,
        "the clinic's database stays locked",
        clinic_down,
        replace(USUAL, flow="eligibility"),
    ),
    BadCall(Suspect.SPEECH_DIED, "the speech process is killed", recogniser_killed),
    BadCall(Suspect.SPEECH_DIED, "the speech process is stopped", recogniser_stopped),
    BadCall(
        Suspect.NOT_SPOKEN,
        "there is no such voice",
        voice_gone,
        replace(USUAL, voice="en-nonsense"),
    ),
    BadCall(Suspect.CRASHED, "the line is killed", killed),
    BadCall(Suspect.LOOP, "a flow that goes in a circle", in_a_circle, replace(USUAL, flow=CIRCLE)),
    BadCall(
        Suspect.NOBODY_ANSWERED,
        "the agent's phone rings in vain",
        nobody_answers,
        replace(USUAL, agent=Manner.RING, ring_for=2.0),
    ),
    BadCall(
        Suspect.NOBODY_SIGNED_IN, "nobody is signed in", nobody_there, replace(USUAL, agent=None)
    ),
    BadCall(Suspect.SHORT_TALK, "the agent hangs up at once", agent_hangs_up),
    BadCall(
        Suspect.AGENT_DROPPED,
        "the agent's phone vanishes",
        agent_vanishes,
        replace(USUAL, media_timeout=5.0),
    ),
    BadCall(
        Suspect.LEFT_WAITING,
        "the caller hangs up while the agent's phone rings",
        left_waiting,
        replace(USUAL, agent=Manner.RING),
    ),
)


def _await_prompt(phone: Phone) -> None:
    """Wait for what the line says and for its end."""
    phone.await_sound(after=phone.packets[-1].at if phone.packets else 0.0, within=20)
    phone.await_silence(of=0.6)


def _key_in_all_but_one(scene: Scene, phone: Phone) -> None:
    scene.at("ask_birth", flow="verify_identity")
    phone.press_all("03031982")
    scene.at("ask_phone", flow="verify_identity")
    phone.press_all("212555014")


def _strike(scene: Scene, number: int) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(QUIET_ROOM)
        scene.at("first")
        _await_prompt(phone)
        word = scene.said()
        half = len(word) // 640 * 320
        phone.say(word[:half])
        for pid in scene.line.children(HEARS):
            os.kill(pid, number)
        phone.say(word[half:])
        until(lambda: scene.turn[1] > 1, within=30, every=0.1, what="the question once more")
        time.sleep(1.0)
        phone.press("0")
        scene.line.await_call(phase="bridged")
        time.sleep(9)
