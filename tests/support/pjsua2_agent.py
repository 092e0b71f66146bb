"""
An agent's telephone that is pjsua2 in a process of its own; it is given the pitch to hum.

It takes every call, presses 1 once it is told something, and hums. It prints a line of JSON
for its address, and one for each call with the pitches that were heard in it.
"""

import asyncio
import json
import sys

import numpy as np

from ivr.audio.pcm import FRAME, SAMPLE_RATE_HZ
from ivr.errors import CallError
from ivr.ports import AudioLeg, Gone
from ivr.settings import Line
from sip.endpoint import SipEndpoint
from tests.support.sound import level, samples, tone

LOUD_DBFS = -35.0
WINDOW = round(0.2 / FRAME)  # frames
PURE = 0.8  # share of a window's power in one pitch; a voice has less


class Call:
    """What is heard in one call."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.pitches: set[int] = set()
        self._frames: list[bytes] = []

    def hear(self, frame: bytes, /) -> None:
        self._frames = [*self._frames[1 - WINDOW :], frame]
        pcm = b"".join(self._frames)
        if level(pcm) < LOUD_DBFS:
            return
        self.told.set()
        if pitch := _pure_pitch(pcm):
            self.pitches.add(pitch)


def _pure_pitch(pcm: bytes) -> int:
    """Tell the pitch to 10 Hz; 0 when it is no single one."""
    wave = samples(pcm)
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    top = int(np.argmax(power))
    share = float(power[max(0, top - 2) : top + 3].sum() / power.sum())
    hertz = top * SAMPLE_RATE_HZ / len(wave)
    return round(hertz / 10) * 10 if share > PURE else 0


def tell(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def take(leg: AudioLeg, hum: bytes) -> None:
    call = Call()
    try:
        leg.subscribe(call.hear)
        await leg.answer()
        await call.told.wait()
        await leg.send_keys("1")
        leg.play(hum, token=1, loop=True)
        async for event in leg.events():
            if isinstance(event, Gone):
                break
    except CallError:
        pass  # the caller was quicker
    finally:
        await leg.hang_up()
        tell(heard=sorted(call.pitches))


async def main(hertz: float) -> None:
    calls: set[asyncio.Task[None]] = set()
    hum = tone(hertz, 1.0)
    endpoint = SipEndpoint(
        Line(port=0), on_call=lambda leg: calls.add(asyncio.ensure_future(take(leg, hum)))
    )
    await endpoint.start()
    tell(uri=f"sip:agent@127.0.0.1:{endpoint.port}")
    try:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until it is closed
    finally:
        await endpoint.stop()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
