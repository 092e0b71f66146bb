"""What caller and agent hear round the bridge, measured at both their telephones."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure, figure
from tests.support.agent_phone import AgentCall, AgentPhone, Manner
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.rtp_stream import RtpStream
from tests.support.sound import level_of_tone, tone
from tests.support.waiting import until

AGENT_HEARS = "accept: key 1 to the agent hearing the caller"
CALLER_HEARS = "accept: key 1 to the caller hearing the agent"
CUT = "accept: key 1 to the last packet of the announcement"
NAMES = (AGENT_HEARS, CALLER_HEARS, CUT)
CALLER_HZ, AGENT_HZ = 450.0, 1100.0
PURE_DB = 1.0
INTO_ANNOUNCEMENT = 1.0  # seconds; "Agent 1, from the front desk, is coming to the phone"
MID_WORD = 5  # loud packets in a row: not one of its pauses
PEOPLE = 4  # on one telephone: whoever has talked writes notes for some seconds
SETTLED = 0.5  # seconds after which nothing of the announcement is on its way any more


def measure(runs: int) -> list[Figure]:
    """Hand *runs* callers over twice: with both humming, and with a silent agent."""
    agent_hears: list[float] = []
    caller_hears: list[float] = []
    cut: list[float] = []
    with (
        AgentPhone(Manner.ANSWER) as agent,
        tempfile.TemporaryDirectory() as scratch,
        _line(Path(scratch), agent) as line,
    ):
        for _ in range(runs):
            with Phone(line.port) as phone:
                phone.hum(tone(CALLER_HZ, 1.0))
                call = _accept(phone, agent, hum=tone(AGENT_HZ, 1.0))
                agent_hears.append(_first(call, CALLER_HZ, call.keyed_at) - call.keyed_at)
                caller_hears.append(_first(phone, AGENT_HZ, call.keyed_at) - call.keyed_at)
            agent.forget(Manner.ANSWER)
            with Phone(line.port) as phone:
                call = _accept(phone, agent, hum=b"")
                time.sleep(SETTLED)
                last = max(packet.at for packet in phone.packets if packet.loud)
                cut.append(max(0.0, last - call.keyed_at))
            agent.forget(Manner.ANSWER)
    return [
        figure(AGENT_HEARS, agent_hears, ""),
        figure(CALLER_HEARS, caller_hears, ""),
        figure(CUT, cut, "p95 60"),
    ]


@contextmanager
def _line(folder: Path, agent: AgentPhone) -> Iterator[LineProcess]:
    settings = {"log_level": "warning", "speech": {"engine": "none"}}
    with LineProcess(folder, settings, agents=[agent.uri] * PEOPLE) as line:
        yield line


def _accept(phone: Phone, agent: AgentPhone, *, hum: bytes) -> AgentCall:
    """Have the caller handed over in the middle of the announcement that the agent is coming."""
    phone.press("0")
    call = agent.await_call()
    call.hum(hum)
    time.sleep(INTO_ANNOUNCEMENT)
    until(lambda: all(p.loud for p in phone.packets[-MID_WORD:]), every=0.005, what="a word")
    call.press("1")
    return call


def _first(stream: RtpStream, hertz: float, after: float) -> float:
    """Give the moment *after* which the tone of *hertz*, and no voice, was heard first."""
    found: list[float] = []

    def look() -> bool:
        since = [p for p in tuple(stream.packets) if p.at > after]
        found.extend(
            p.at for p in since if p.loud and p.level - level_of_tone(p.pcm, hertz) < PURE_DB
        )
        return bool(found)

    until(look, every=0.02, what=f"a tone of {hertz:g} Hz")
    return found[0]
