"""`SipLeg` keeps the promises of `AudioLeg`: the leg of a caller, and one that was dialled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ivr.settings import Line
from sip.endpoint import SipEndpoint
from sip.sip_leg import SipLeg
from tests.support.leg_contract import AudioLegContract, Stage
from tests.support.rtpraw import HERE, ULAW_LOUD
from tests.support.sipraw import Phone, sdp


@dataclass
class _Phone:
    """A raw telephone as a far end."""

    phone: Phone

    async def talk(self, seconds: float) -> None:
        await self.phone.rtp.talk(seconds, payload=ULAW_LOUD)

    def heard(self) -> int:
        return self.phone.rtp.loud

    def forget(self) -> None:
        self.phone.rtp.received.clear()

    async def press(self, key: str) -> None:
        await self.phone.rtp.press(key)

    async def hang_up(self) -> None:
        await self.phone.hang_up()


@asynccontextmanager
async def _line() -> AsyncIterator[tuple[SipEndpoint, Phone, "asyncio.Queue[SipLeg]"]]:
    legs: asyncio.Queue[SipLeg] = asyncio.Queue()
    endpoint = SipEndpoint(Line(port=0), on_call=legs.put_nowait)
    await endpoint.start()
    phone = await Phone.open(endpoint.port)
    try:
        yield endpoint, phone, legs
    finally:
        await endpoint.stop()
        await phone.close()


class TestCallersLeg(AudioLegContract):
    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        async with _line() as (_, phone, legs):
            calling = asyncio.create_task(phone.call())
            leg = await legs.get()
            await leg.answer()
            await calling
            yield Stage(leg, _Phone(phone))


class TestDialledLeg(AudioLegContract):
    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        async with _line() as (endpoint, phone, _):
            dialling = asyncio.create_task(
                endpoint.dial(f"sip:desk@{HERE}:{phone.port}", ring_for=5)
            )
            phone.reply(await phone.asked("INVITE"), 200, body=sdp(phone.rtp.port))
            yield Stage(await dialling, _Phone(phone))
