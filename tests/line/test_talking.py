"""
A whole line in this process, with real telephones: what callers hear in a talk, and who is next.

Buttons for a talk are in the browser only; here they are pressed for whoever has a telephone.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest

from ivr.attendant import Attendant
from ivr.consulting import ConsultMeans
from ivr.handoff.agents import Agent, AgentStatus, Presence
from ivr.handoff.card import Card
from ivr.handoff.commands import Attending, Complete, Consult, Hold, Resume, SendTo, SendToFlow
from ivr.line import Line as AttendantsLine
from ivr.ports import AudioLeg
from ivr.settings import Line
from ivr.speech.tones import hold_music
from ivr.store.memory import MemoryStore
from ivr.story.facts import Glimpse
from ivr.switchboard.switchboard import QueueSwitchboard
from ivr.talking import Talking
from ivr.talks import Talks
from sip.endpoint import SipEndpoint
from sip.sip_leg import SipLeg
from tests.sip.harness import until
from tests.support.humming import SETTLED, Person, sdp_of
from tests.support.rtpraw import HERE
from tests.support.sipraw import Phone
from tests.support.sound import level
from tests.support.talking_scene import OFFICE
from tests.test_attendant import Visit
from tests.test_leading import BORN, PHONE, Identity

pytestmark = pytest.mark.line

CALL = "00000001"
AGENTS = {"dana": ("front_desk",), "kim": ("billing", "front_desk")}
PEOPLE = {"caller", *AGENTS}
QUIET_DBFS = -60.0
LOST_AFTER = 2.0  # seconds without a packet


class Stage:
    """Alex talks to Dana, who was idle longer than Kim. Each of them hums."""

    def __init__(self, endpoint: SipEndpoint) -> None:
        self.endpoint = endpoint
        self.store = MemoryStore()
        self.board = QueueSwitchboard(self.store, lambda: OFFICE, node="here", clock=self.clock)
        self.people: dict[str, Person] = {}
        self.phones: dict[str, Phone] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.call: asyncio.Task[None]
        self.visit = Visit()
        talks = Talks(self._audit)
        means = ConsultMeans(self.store, lambda: OFFICE, self, endpoint, self.clock)
        line: AttendantsLine = replace(
            self.visit.line,
            switchboard=self.board,
            phones=self,
            music=hold_music(),
            clinic=Identity("verified"),
            converse=Talking(talks, self.board, means),
        )
        self.attendant = Attendant(line)

    def clock(self) -> float:
        return asyncio.get_running_loop().time()

    async def begin(self, legs: asyncio.Queue[SipLeg]) -> None:
        """Let Alex ring, ask for a person and get Dana."""
        await self.board.start()
        for name, queues in AGENTS.items():
            phone = self.phones[name] = await Phone.open(self.endpoint.port)
            agent = Agent(name, f"sip:{name}@{HERE}:{phone.port}", queues)
            await self.store.register(AgentStatus(agent, Presence.READY, self.clock()))
        caller = self.phones["caller"] = await Phone.open(self.endpoint.port)
        calling = asyncio.create_task(caller.call(body=sdp_of(caller)))
        leg = await legs.get()
        self._hum("caller", leg)
        self.call = asyncio.create_task(self.attendant.take(leg, call=CALL))
        await calling
        await caller.rtp.press("0")
        await self.take("dana")
        await self.heard(caller="dana", dana="caller")

    async def take(self, name: str) -> None:
        """Pick up, and take the caller with 1 after the briefing has begun."""
        await self.pick_up(name)
        await asyncio.sleep(0.5)
        await self.phones[name].rtp.press("1")

    async def pick_up(self, name: str) -> None:
        phone = self.phones[name]
        phone.reply(await phone.asked("INVITE"), 200, body=sdp_of(phone))
        await until(lambda: name in self.people)

    async def ring(
        self,
        agent: Agent,
        card: Card,
        *,
        ring_for: float,
        on_leg: Callable[[AudioLeg], None] | None = None,
    ) -> AudioLeg:
        """As in `ObservablePhones`."""
        del card
        leg = await self.endpoint.dial(agent.address, ring_for=ring_for, on_leg=on_leg)
        self._hum(agent.name, leg)
        return leg

    def fall_silent(self, name: str) -> None:
        """Send no packet any more, as a phone does whose network is gone."""
        self.tasks[name].cancel()

    async def heard(self, **wanted: str) -> None:
        """Wait until each of those named hears exactly whom they should."""
        sets = {name: set(voices.split()) for name, voices in wanted.items()}

        def hearing() -> dict[str, set[str]]:
            return {name: self.people[name].hears() & PEOPLE for name in sets}

        await until(lambda: hearing() == sets)
        await asyncio.sleep(SETTLED)
        assert hearing() == sets

    async def has_music(self) -> None:
        """Wait until the caller hears something that is nobody."""
        await self.heard(caller="")
        await until(lambda: level(self.people["caller"].recent) > QUIET_DBFS)

    def stands_at(self, place: str) -> bool:
        """Whether the caller's conversation is at *place*."""
        seen = [fact for fact in self.visit.facts if isinstance(fact, Glimpse)]
        return bool(seen) and seen[-1].places[-1:] == (place,)

    async def presence(self, name: str) -> Presence:
        statuses = await self.store.agents()
        return next(one.presence for one in statuses if one.agent.name == name)

    async def close(self) -> None:
        self.call.cancel()
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(self.call, *self.tasks.values(), return_exceptions=True)
        await self.board.stop()
        for phone in self.phones.values():
            await phone.close()

    def _hum(self, name: str, leg: SipLeg) -> None:
        person = self.people[name] = Person(name, self.phones[name], leg)
        self.tasks[name] = asyncio.create_task(person.hum())

    async def _audit(self, by: str, attending: Attending, call: str) -> None:
        """Everybody may."""


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    legs: asyncio.Queue[SipLeg] = asyncio.Queue()
    endpoint = SipEndpoint(Line(port=0, media_timeout=LOST_AFTER), on_call=legs.put_nowait)
    await endpoint.start()
    there = Stage(endpoint)
    try:
        await there.begin(legs)
        yield there
    finally:
        await there.close()
        await endpoint.stop()


def play(story: Callable[[Stage], Awaitable[None]]) -> None:
    async def evening() -> None:
        async with stage() as there:
            await story(there)

    asyncio.run(evening())


def test_hold_with_music_and_back_and_a_warm_transfer_to_a_second_agent() -> None:
    async def story(stage: Stage) -> None:
        dana = stage.people["dana"]
        dana.command(Hold())
        await stage.has_music()
        dana.command(Resume())
        await stage.heard(caller="dana", dana="caller")
        dana.command(Consult("billing"))
        await stage.pick_up("kim")
        await stage.heard(dana="kim", kim="dana")
        await stage.has_music()
        dana.command(Complete())
        await stage.heard(caller="kim", kim="caller")
        await stage.phones["dana"].asked("BYE")
        assert await stage.presence("dana") is Presence.WRAPPING
        assert await stage.presence("kim") is Presence.TALKING
        await stage.phones["kim"].hang_up()
        await stage.call
        assert any("kim has finished the call" in text for text in stage.visit.speaker.texts)
        row = stage.visit.row
        assert row.wait is not None
        assert (row.outcome, row.wait.agent) == ("handed_off", "kim")

    play(story)


def test_a_caller_sent_to_another_queue_hears_music_and_then_somebody_of_it() -> None:
    async def story(stage: Stage) -> None:
        stage.people["dana"].command(SendTo("billing"))
        await stage.phones["dana"].asked("BYE")
        await stage.has_music()
        await stage.take("kim")
        await stage.heard(caller="kim", kim="caller")
        assert await stage.presence("dana") is Presence.WRAPPING

    play(story)


def test_a_caller_proves_who_they_are_by_keys_that_nobody_hears_and_comes_back() -> None:
    async def story(stage: Stage) -> None:
        stage.people["dana"].command(SendToFlow("verify_identity"))
        await stage.heard(dana="")
        for place, keys in (("ask_birth", BORN), ("ask_phone", PHONE)):
            await until(partial(stage.stands_at, f"verify_identity.{place}"))
            for key in keys:
                await stage.phones["caller"].rtp.press(key)
        await stage.heard(caller="dana", dana="caller")
        assert "verify_identity.proved" in stage.visit.row.path

    play(story)


def test_an_agent_whose_network_goes_leaves_the_caller_with_music_and_the_next_agent() -> None:
    async def story(stage: Stage) -> None:
        stage.fall_silent("dana")
        await stage.has_music()
        await stage.take("kim")
        await stage.heard(caller="kim", kim="caller")

    play(story)
