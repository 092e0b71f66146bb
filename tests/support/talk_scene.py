"""A talk under way, over legs without a network."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

from ivr.desk import Commanded
from ivr.handoff.commands import (
    AgentCommand,
    TalkView,
)
from ivr.ports import AudioLeg, Keyed, LegEvent
from ivr.talk import Rung, Talk, TalkMeans
from tests.support.fakes import FakeAudioLeg
from tests.support.virtual_loop import run

MUSIC = b"".join(step.to_bytes(2, "little") for step in range(10_000))
RINGING = bytes(320)


class Console(FakeAudioLeg):
    """An agent's leg with a screen; remembers what sounds it was given."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.views: list[TalkView] = []
        self.sound = b""

    def show(self, view: TalkView) -> None:
        self.views.append(view)

    def command(self, *commands: AgentCommand) -> None:
        for command in commands:
            self.happen(cast("LegEvent", Commanded(command)))

    def play(self, pcm: bytes, *, token: int, loop: bool = False) -> None:
        self.sound = pcm
        super().play(pcm, token=token, loop=loop)

    def stop_playing(self) -> None:
        self.sound = b""
        super().stop_playing()


class Scene:
    """Alex talks to Dana; Kim answers after three seconds."""

    def __init__(self) -> None:
        self.caller = Console("00000001")
        self.dana = Console("00000002")
        self.kim = Console("00000003")
        self.boss = Console("00000004")
        self.rings: Exception | float = 3.0
        self.flow: Callable[[AudioLeg], Awaitable[str]] = self._pay
        self.cancelled: list[str] = []
        self.passed_on: list[str] = []
        self.joined: list[str] = []
        self.parted: list[str] = []
        means = TalkMeans(
            ring=self._ring,
            run_flow=self._run,
            music=MUSIC,
            ringing=RINGING,
            queues=("billing",),
            joined=self.joined.append,
            passed_on=self.passed_on.append,
            parted=self.parted.append,
        )
        self.talk = Talk(self.caller, self.dana, means, name="Dana")
        self.task = asyncio.ensure_future(self.talk.run())

    async def _ring(self, to: str) -> Rung:
        if isinstance(self.rings, Exception):
            raise self.rings
        try:
            await asyncio.sleep(self.rings)
        except asyncio.CancelledError:
            self.cancelled.append(to)
            raise
        return Rung(self.kim, "Kim" if to == "nurse_line" else to)

    async def _run(self, flow: str, leg: AudioLeg) -> str:
        assert flow == "pay"
        return await self.flow(leg)

    async def _pay(self, leg: AudioLeg) -> str:
        async for event in leg.events():
            if event == Keyed("#"):
                break
        return "Paid."

    async def ask(self, *commands: AgentCommand, wait: float = 1.0) -> None:
        self.dana.command(*commands)
        await asyncio.sleep(wait)

    def hear_each_other(self, one: FakeAudioLeg, other: FakeAudioLeg) -> bool:
        return other in one.hears and one in other.hears


def play(story: Callable[[Scene], Awaitable[None]]) -> None:
    async def main() -> None:
        scene = Scene()
        await asyncio.sleep(1)
        await story(scene)
        scene.task.cancel()
        await asyncio.gather(scene.task, return_exceptions=True)
        legs = (scene.dana, scene.kim, scene.boss)
        assert not any(leg.hears or leg in scene.caller.hears for leg in legs)

    run(main())
