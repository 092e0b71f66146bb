"""The smallest line there is: it greets, asks for a key, tells, hangs up, or rings an agent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ivr.audio.message import level_dbfs
from ivr.caller.ear import AUDIBLE_DBFS
from ivr.errors import CallError
from ivr.ports import AudioLeg, Keyed, Played
from ivr.settings import Line
from ivr.speech.pyttsx3_ import PyttsxSpeaker
from ivr.speech.tones import hold_music
from sip.endpoint import SipEndpoint
from tests.support.two import connect

GREETING = "How can I help?"
READY = "Your refill is ready. Goodbye."
MOMENT = "I'm finding someone for you."
BRIEFING = "Asked for a person."
TEXTS = (GREETING, READY, MOMENT, BRIEFING)
GREETED, TOLD, WAITING, HOLDING = 1, 2, 3, 4


class SmallLine:
    """
    What it does: `1` tells that the refill is ready and hangs up, `0` rings the agent.

    Attributes:
        heard: Frames in which the caller made a sound.
        agent: SIP address to ring.
    """

    def __init__(self, sounds: dict[str, bytes]) -> None:
        self.endpoint = SipEndpoint(Line(port=0), on_call=self._called)
        self.heard = 0
        self.agent = ""
        self.busy = False
        self._sounds = sounds
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def uri(self) -> str:
        return f"sip:line@127.0.0.1:{self.endpoint.port}"

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.endpoint.stop()

    def _called(self, leg: AudioLeg) -> None:
        self._tasks.add(asyncio.get_running_loop().create_task(self._serve(leg)))

    async def _serve(self, leg: AudioLeg) -> None:
        if self.busy:
            await leg.hang_up(status=486)
            return
        await leg.answer()
        leg.listen(self._hear)
        leg.play(self._sounds[GREETING], token=GREETED)
        async for event in leg.events():
            match event:
                case Keyed(key="1"):
                    leg.play(self._sounds[READY], token=TOLD)
                case Keyed(key="0"):
                    leg.play(self._sounds[MOMENT], token=WAITING)
                case Played(token=token) if token == TOLD:
                    await leg.hang_up()
                case Played(token=token) if token == WAITING:
                    leg.play(hold_music(), token=HOLDING, loop=True)
                    self._tasks.add(asyncio.get_running_loop().create_task(self._hand(leg)))
                case _:
                    pass

    async def _hand(self, caller: AudioLeg) -> None:
        agent = await self.endpoint.dial(self.agent, ring_for=10)
        agent.play(self._sounds[BRIEFING], token=GREETED)
        try:
            async for event in agent.events():
                if event == Keyed("1"):
                    caller.stop_playing()
                    await connect(caller, agent)
        except CallError:
            await agent.hang_up()

    def _hear(self, frame: bytes) -> None:
        self.heard += level_dbfs(frame) > AUDIBLE_DBFS


@asynccontextmanager
async def small_line() -> AsyncIterator[SmallLine]:
    speaker = PyttsxSpeaker()
    try:
        sounds = {text: await speaker.render(text) for text in TEXTS}
    finally:
        await speaker.close()
    line = SmallLine(sounds)
    await line.endpoint.start()
    try:
        yield line
    finally:
        await line.close()
