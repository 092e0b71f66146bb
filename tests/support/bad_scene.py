"""Where the prepared bad calls happen: a running line, its agent, and a voice to speak with."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.speech.voices import on_the_phone
from tests.support.agent_phone import AgentPhone, Manner
from tests.support.bad_flows import GOOD, write_flows
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.voice import Renderer
from tests.support.waiting import until

WORDS = "prescription refill"
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
        self.line.await_call()
        for _ in range(times):
            if phone.hung_up or not self.line.calls:
                return
            before = self.turn
            await_prompt(phone)
            phone.say(sound)
            until(lambda: self.turn != before, within=20, every=0.05, what="the next turn")  # noqa: B023 - used at once

    @property
    def turn(self) -> tuple[str, int]:
        """Tell where the only call is; a call that waits or is over is nowhere."""
        calls = self.line.calls
        return (calls[0]["phase"], calls[0]["turn"]) if calls else ("", 0)


def prepare(folder: Path) -> Path:
    """Write the flows; give their folder."""
    flows = folder / "flows"
    write_flows(flows)
    return flows


def await_prompt(phone: Phone) -> None:
    """Wait for what the line says and for its end; what spoils the call may cut it at once."""
    with suppress(TimeoutError):
        phone.await_sound(after=phone.packets[-1].at if phone.packets else 0.0, within=3)
    phone.await_silence(of=0.6)
