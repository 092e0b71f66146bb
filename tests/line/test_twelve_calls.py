"""Twelve callers, two SIP telephones and one browser: who talks to whom, and in which order."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears, hears_now
from tests.support.agent_phone import AgentPhone
from tests.support.browser import MICROPHONE_HZ, Chromium
from tests.support.console_agent import ConsoleAgent, free_port
from tests.support.line_process import LineProcess
from tests.support.need import ROOT
from tests.support.phone import Phone
from tests.support.sound import tone
from tests.support.waiting import until

pytestmark = pytest.mark.line

CALLERS_HZ = (400, 450, 500, 550, 600, 650, 750, 800, 850, 900, 950, 1000)
SIP_HZ = (1200, 1400)
PEOPLE_HZ = (round(MICROPHONE_HZ), *SIP_HZ)
AT_ONCE = 2  # callers; with an agent's telephone each they fill the line
TALK = 2.5  # seconds
SERVED_WITHIN = 60.0  # seconds
MENU = """\
flow: main_menu
title: To whom
queue: front_desk
start: whom

states:
  whom:
    prompt: For a nurse, press 1. For the office, press 2.
    choices:
      nurse: {key: "1", says: [nurse], next: nurse}
      desk: {key: "2", says: [office], next: desk}
    on: {gave_up: desk}

  nurse:
    handoff: nurse_line

  desk:
    handoff: front_desk
"""
QUEUES = """\
queues:
  front_desk: {title: the front desk, wrap_up: 15s}
  nurse_line: {title: the nurse line, priority: nurse}
"""


class SipAgent:
    """A second pjsua2, in a process of its own."""

    def __init__(self, hertz: int) -> None:
        self.hertz = hertz
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.pjsua2_agent", str(hertz)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.uri = str(json.loads(self._process.stdout.readline())["uri"])

    def leave(self) -> list[int]:
        """End it; give the pitches of the callers who were heard, call by call."""
        told, _ = self._process.communicate("")
        calls = [json.loads(line)["heard"] for line in told.splitlines() if "heard" in line]
        return [pitch for heard in calls for pitch in heard if pitch in CALLERS_HZ]


class Callers:
    """All of them, some at once; each hums, talks to whom they are given, and hangs up."""

    def __init__(self, line: LineProcess) -> None:
        self.heard: dict[int, set[int]] = {}
        """By the caller's pitch the pitches of those they talked to."""
        self._line = line
        self._left = list(CALLERS_HZ)
        self._threads = [threading.Thread(target=self._call) for _ in range(AT_ONCE)]

    def ring(self) -> None:
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()

    def _call(self) -> None:
        while self._left:
            hertz = self._left.pop()
            with Phone(self._line.port) as phone:
                phone.press("0")
                phone.hum(tone(hertz, 1.0))
                until(partial(who, phone), within=SERVED_WITHIN, every=0.1, what="somebody")
                began = time.monotonic()
                found: set[int] = set()
                while time.monotonic() < began + TALK:
                    found |= who(phone)
                    time.sleep(0.1)
                self.heard[hertz] = found


def who(phone: Phone) -> set[int]:
    """Tell the pitches of the people who are heard now, each alone."""
    return {hertz for hertz in PEOPLE_HZ if hears_now(phone, hertz)}


def test_each_of_twelve_callers_talks_to_exactly_one_person_and_both_are_heard(
    chromium: Chromium, new_line: NewLine
) -> None:
    pages = free_port()
    people = [SipAgent(hertz) for hertz in SIP_HZ]
    by_dana: list[int] = []
    callers: list[Callers] = []

    async def scene(page: Page) -> None:
        dana = ConsoleAgent(page, line, pages)
        await dana.come("Dana")
        callers.append(Callers(line))
        ringing = asyncio.ensure_future(asyncio.to_thread(callers[0].ring))
        while not ringing.done():
            if await dana.button("Answer").is_visible():
                await page.keyboard.press("a")
                by_dana.append(await dana.hears_one_of(CALLERS_HZ))
            elif await dana.button("Save, then ready").is_visible():
                await page.keyboard.press("Control+Enter")
            await asyncio.sleep(0.1)
        await ringing

    agents = [person.uri for person in people]
    with new_line({"console": {"port": pages}}, agents=agents) as line:
        chromium.play(scene)
        rows = line.await_rows(len(CALLERS_HZ))
    assert {row["handoff"] for row in rows} == {"served"}
    assert {len(heard) for heard in callers[0].heard.values()} == {1}
    talked_to = {caller: heard.pop() for caller, heard in callers[0].heard.items()}
    assert set(talked_to) == set(CALLERS_HZ)
    told = {round(MICROPHONE_HZ): by_dana} | {one.hertz: one.leave() for one in people}
    for person, heard_callers in told.items():
        assert heard_callers  # everybody had somebody
        theirs = [caller for caller, hertz in talked_to.items() if hertz == person]
        assert sorted(theirs) == sorted(heard_callers)


def test_the_nurse_line_comes_first_and_nobody_is_rung_for_a_caller_who_has_gone(
    new_line: NewLine, agent: AgentPhone, tmp_path: Path
) -> None:
    for name in ("nobody_available", "keep_my_place"):
        (tmp_path / f"{name}.yaml").write_bytes((ROOT / "flows" / f"{name}.yaml").read_bytes())
    (tmp_path / "main_menu.yaml").write_text(MENU, encoding="utf-8")
    (tmp_path / "queues.yaml").write_text(QUEUES, encoding="utf-8")
    settings = {"flows": {"folder": str(tmp_path)}}
    with new_line(settings, agents=[agent.uri]) as line, ExitStack() as calls:
        first = calls.enter_context(Phone(line.port))
        first.press("2")
        hears(first, AGENT_HZ)
        first.hang_up()  # now the agent writes notes
        gone = calls.enter_context(Phone(line.port))
        wait_in(line, gone, "2", waiting=1)
        gone.hang_up()
        routine = calls.enter_context(Phone(line.port))
        wait_in(line, routine, "2", waiting=1)
        nurse = calls.enter_context(Phone(line.port))
        wait_in(line, nurse, "1", waiting=2)
        hears(nurse, AGENT_HZ, within=SERVED_WITHIN)
        assert agent.rung == 2
        nurse.hang_up()
        hears(routine, AGENT_HZ, within=SERVED_WITHIN)
        assert agent.rung == 3


def wait_in(line: LineProcess, phone: Phone, key: str, *, waiting: int) -> None:
    """Choose a queue; return once that many callers wait in all."""
    phone.press(key)
    until(
        lambda: sum(call["phase"] == "waiting" for call in line.calls) == waiting,
        every=0.05,
        what=f"{waiting} who wait",
    )
