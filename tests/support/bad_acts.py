"""What goes wrong in the prepared bad calls; each act is one call from its ring to its end."""

import os
import signal
import time

from tests.speech.voices import silence
from tests.support.agent_phone import Manner
from tests.support.bad_flows import CIRCLE
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
from tests.support.bad_scene import Scene, await_prompt
from tests.support.faults import locked
from tests.support.phone import Phone, RefusedError
from tests.support.sound import tone
from tests.support.waiting import until

HEARS = "ivr.speech.server"
QUIET_ROOM = silence(1.0)


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
        await_prompt(phone)
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
            await_prompt(phone)
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


def _key_in_all_but_one(scene: Scene, phone: Phone) -> None:
    scene.at("ask_birth", flow="verify_identity")
    phone.press_all("03031982")
    scene.at("ask_phone", flow="verify_identity")
    phone.press_all("212555014")


def _strike(scene: Scene, number: int) -> None:
    with Phone(scene.line.port) as phone:
        phone.hum(QUIET_ROOM)
        scene.at("first")
        await_prompt(phone)
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
