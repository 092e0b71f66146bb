"""Four telephones on one line: who hears whom, by the tone each of them hums."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from ivr.handoff.commands import (
    Attending,
    Complete,
    Consult,
    EndConsult,
    Hold,
    Resume,
    SendTo,
    SendToFlow,
)
from ivr.handoff.talk_actions import TalkEnding
from ivr.ports import AudioLeg, Keyed
from ivr.settings import Line
from ivr.talk import Rung, Talk, TalkEnd, TalkMeans
from sip.endpoint import SipEndpoint
from sip.sip_leg import SipLeg
from tests.sip.harness import PATIENCE, until
from tests.support.humming import SETTLED, TONES, Person, sdp_of
from tests.support.rtpraw import HERE, Rtp
from tests.support.sipraw import Phone
from tests.support.sound import tone


class Stage:
    """A caller and Dana in a talk, with Kim and the boss to come."""

    def __init__(self, endpoint: SipEndpoint, people: dict[str, Person]) -> None:
        self.endpoint = endpoint
        self.people = people
        self.humming: list[asyncio.Task[None]] = []
        self.busy: Phone | None = None
        """Rung instead of anybody."""
        means = TalkMeans(
            ring=self._ring,
            run_flow=self._flow,
            music=tone(TONES["music"], 1.0, dbfs=-20),
            ringing=tone(TONES["ringing"], 1.0, dbfs=-20),
        )
        caller, dana = people["caller"], people["dana"]
        self.talk = Talk(caller.leg, dana.leg, means, name="Dana")
        self.task = asyncio.create_task(self.talk.run())
        self.hum(caller)
        self.hum(dana)

    def hum(self, person: Person) -> None:
        self.people[person.name] = person
        self.humming.append(asyncio.create_task(person.hum()))

    async def add(self, name: str) -> Person:
        person = await _dialled(self.endpoint, name)
        self.hum(person)
        return person

    async def heard(self, **wanted: str) -> None:
        """Wait until each of those named hears exactly whom they should: `caller="dana kim"`."""
        sets = {name: set(voices.split()) for name, voices in wanted.items()}
        with contextlib.suppress(TimeoutError):  # what they hear instead says more
            await until(lambda: self._hearing(sets) == sets)
            await asyncio.sleep(SETTLED)
        assert self._hearing(sets) == sets

    def _hearing(self, names: Iterable[str]) -> dict[str, set[str]]:
        return {name: self.people[name].hears() for name in names if name in self.people}

    async def _ring(self, to: str) -> Rung:
        if self.busy is not None:
            uri = f"sip:{to}@{HERE}:{self.busy.port}"
            return Rung(await self.endpoint.dial(uri, ring_for=PATIENCE), to)
        return Rung((await self.add(to)).leg, to)

    async def _flow(self, flow: str, leg: AudioLeg) -> str:
        del flow
        async for event in leg.events():
            if event == Keyed("#"):
                break
        return ""


async def _dialled(endpoint: SipEndpoint, name: str) -> Person:
    phone = await Phone.open(endpoint.port)
    uri = f"sip:{name}@{HERE}:{phone.port}"
    dialling = asyncio.create_task(endpoint.dial(uri, ring_for=PATIENCE))
    phone.reply(await phone.asked("INVITE"), 200, body=sdp_of(phone))
    return Person(name, phone, await dialling)


@asynccontextmanager
async def _stage() -> AsyncIterator[Stage]:
    legs: asyncio.Queue[SipLeg] = asyncio.Queue()
    endpoint = SipEndpoint(Line(port=0), on_call=legs.put_nowait)
    await endpoint.start()
    phone = await Phone.open(endpoint.port)
    calling = asyncio.create_task(phone.call())
    leg = await legs.get()
    await leg.answer()
    await calling
    people = {"caller": Person("caller", phone, leg), "dana": await _dialled(endpoint, "dana")}
    stage = Stage(endpoint, people)
    try:
        yield stage
    finally:
        for task in (*stage.humming, stage.task):
            task.cancel()
        await asyncio.gather(*stage.humming, stage.task, return_exceptions=True)
        await endpoint.stop()
        for person in stage.people.values():
            await person.phone.close()


def _play(story: Callable[[Stage], Awaitable[None]]) -> None:
    async def evening() -> None:
        async with _stage() as stage:
            await story(stage)

    asyncio.run(evening())


def test_hold_and_a_warm_transfer() -> None:
    async def story(stage: Stage) -> None:
        dana = stage.people["dana"]
        await stage.heard(caller="dana", dana="caller")
        dana.command(Hold())
        await stage.heard(caller="music", dana="")
        dana.command(Resume())
        await stage.heard(caller="dana", dana="caller")
        dana.command(Consult("kim"))
        await stage.heard(caller="music", dana="kim", kim="dana")
        dana.command(Complete())
        await stage.heard(caller="kim", kim="caller")
        await stage.people["kim"].phone.hang_up()
        assert await stage.task == TalkEnd(TalkEnding.DONE, "kim")

    _play(story)


def test_a_consultation_that_ends_and_a_blind_transfer_that_fails() -> None:
    async def story(stage: Stage) -> None:
        dana = stage.people["dana"]
        dana.command(Consult("kim"))
        await stage.heard(caller="music", dana="kim")
        dana.command(EndConsult())
        await stage.heard(caller="dana", dana="caller")
        phone = stage.busy = await Phone.open(stage.endpoint.port)
        dana.command(SendTo("2125550142"))
        await stage.heard(caller="music", dana="ringing")
        phone.reply(await phone.asked("INVITE"), 486)
        await stage.heard(caller="dana", dana="caller")
        await phone.close()

    _play(story)


def test_a_supervisor_listens_whispers_joins_and_takes_over_through_reinvites() -> None:
    async def story(stage: Stage) -> None:
        boss = await stage.add("boss")
        await stage.talk.attend(boss.leg, Attending.LISTEN, by="Robin")
        await stage.heard(boss="caller dana", dana="caller", caller="dana")
        await stage.talk.attend(boss.leg, Attending.WHISPER, by="Robin")
        await stage.heard(boss="caller dana", dana="caller boss", caller="dana")
        await _move(stage.people["caller"])
        await stage.heard(boss="caller dana", dana="caller boss", caller="dana")
        await _move(stage.people["dana"])
        await stage.heard(boss="caller dana", dana="caller boss", caller="dana")
        await stage.talk.attend(boss.leg, Attending.JOIN, by="Robin")
        await stage.heard(boss="caller dana", dana="caller boss", caller="dana boss")
        await stage.talk.attend(boss.leg, Attending.TAKE_OVER, by="Robin")
        await stage.heard(boss="caller", caller="boss")
        await stage.people["dana"].phone.asked("BYE")

    _play(story)


def test_a_consultation_with_a_supervisor_in_it_takes_all_four_places() -> None:
    async def story(stage: Stage) -> None:
        dana, boss = stage.people["dana"], await stage.add("boss")
        await stage.talk.attend(boss.leg, Attending.WHISPER, by="Robin")
        dana.command(Consult("kim"))
        await stage.heard(caller="music", dana="kim boss", boss="dana kim", kim="dana")
        await dana.phone.hang_up()
        await stage.heard(caller="kim", kim="caller boss", boss="caller kim")

    _play(story)


def test_a_phone_that_holds_leaves_the_caller_with_music() -> None:
    async def story(stage: Stage) -> None:
        dana = stage.people["dana"]
        await stage.heard(caller="dana", dana="caller")
        await dana.phone.call(body=sdp_of(dana.phone, direction="sendonly", version=2))
        await stage.heard(caller="music")
        await dana.phone.call(body=sdp_of(dana.phone, version=3))
        await stage.heard(caller="dana", dana="caller")

    _play(story)


def test_a_caller_keys_in_a_flow_unheard_and_comes_back() -> None:
    async def story(stage: Stage) -> None:
        caller, dana = stage.people["caller"], stage.people["dana"]
        dana.command(SendToFlow("pay"))
        await stage.heard(caller="", dana="")
        await caller.phone.rtp.press("#")
        await stage.heard(caller="dana", dana="caller")
        await caller.phone.hang_up()
        assert await stage.task == TalkEnd(TalkEnding.CALLER_LEFT, "Dana")
        await dana.phone.asked("BYE")

    _play(story)


async def _move(person: Person) -> None:
    """Change the port by a re-INVITE, as a phone does that moves to another network."""
    old, person.phone.rtp = person.phone.rtp, await Rtp.open()
    assert (await person.phone.call(body=sdp_of(person.phone, version=2))).status == 200
    old.close()
