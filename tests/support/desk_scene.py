"""A caller at a desk, with a queue and agents whom the test commands."""

import asyncio
from types import TracebackType
from typing import Self

from ivr.bridge import Desk, Means, Report, Sounds
from ivr.conversing import Converse
from ivr.handoff.actions import Announce
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.handoff import Handoff, Limits
from ivr.handoff.tickets import Ticket
from ivr.ports import AudioLeg, Keyed
from tests.support.fake_queue import FakePhones, FakeSwitchboard
from tests.support.fakes import FakeAudioLeg, FakeSpeaker
from tests.support.two import talk_of_two

CARD = Card("00000001", "the front desk", wanted="Prescription refill")
TICKET = Ticket("00000001", "front_desk", asked_at=0.0)


def words(announce: Announce, *, queue: str) -> str:
    del queue
    place = "" if announce.ahead is None else f" {announce.ahead}"
    return f"{announce.what}{place} {announce.person}".strip()


SOUNDS = Sounds(words, lambda card: f"for {card.queue}", music=bytes(320))


class ListeningLeg(FakeAudioLeg):
    """A caller who notes how long they heard nothing."""

    longest = 0.0
    _silent_since: float | None = None

    def play(self, pcm: bytes, *, token: int, loop: bool = False) -> None:
        self._hear()
        super().play(pcm, token=token, loop=loop)

    def stop_playing(self) -> None:
        self._fall_silent()
        super().stop_playing()

    async def hear(self, other: AudioLeg) -> None:
        self._hear()
        await super().hear(other)

    async def unhear(self, other: AudioLeg) -> None:
        self._fall_silent()
        await super().unhear(other)

    def _played(self, token: int) -> None:
        self._fall_silent()
        super()._played(token)

    def _fall_silent(self) -> None:
        self._silent_since = asyncio.get_running_loop().time()

    def _hear(self) -> None:
        if self._silent_since is not None:
            silence = asyncio.get_running_loop().time() - self._silent_since
            self.longest = max(self.longest, silence)
        self._silent_since = None


class Scene:
    """A caller at a desk."""

    def __init__(
        self, *agents: Agent, converse: Converse = talk_of_two, **refusals: Exception
    ) -> None:
        self.caller = ListeningLeg()
        self.speaker = FakeSpeaker()
        self.switchboard = FakeSwitchboard(*agents)
        self.phones = FakePhones(**refusals)
        means = Means(self.switchboard, self.phones, self.speaker, SOUNDS, converse)
        self.desk = Desk(self.caller, Handoff(Limits()), means, ticket=TICKET, card=CARD)

    async def __aenter__(self) -> Self:
        await self.desk.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.desk.__aexit__(kind, error, traceback)

    def press(self, key: str) -> None:
        self.caller.happen(Keyed(key))

    async def report(self) -> Report:
        turn = await self.desk.wait()
        assert isinstance(turn, Report)
        return turn

    @property
    def log(self) -> list[str]:
        return self.switchboard.log
