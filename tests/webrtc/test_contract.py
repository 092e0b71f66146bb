"""`BrowserLeg` keeps the promises of `AudioLeg`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ivr.webrtc.browser_leg import BrowserLeg
from tests.support.browser_peer import BrowserPeer, called, loud
from tests.support.leg_contract import AudioLegContract, Stage


@dataclass
class _Browser:
    """A browser as a far end; its keys come by the signalling."""

    leg: BrowserLeg
    peer: BrowserPeer

    async def talk(self, seconds: float) -> None:
        await self.peer.talk(seconds)

    def heard(self) -> int:
        return sum(map(loud, self.peer.heard))

    def forget(self) -> None:
        self.peer.heard.clear()

    async def press(self, key: str) -> None:
        self.leg.key(key)

    async def hang_up(self) -> None:
        await self.peer.close()


class TestBrowsersLeg(AudioLegContract):
    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        async with called() as (leg, peer):
            yield Stage(leg, _Browser(leg, peer))
