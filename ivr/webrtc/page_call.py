"""A caller who rings the line from a page."""

import asyncio

from ivr.webrtc.console_leg import CallerLeg
from ivr.webrtc.messages import Doing, HangUp, PressKey
from ivr.webrtc.page import Page
from ivr.webrtc.views import CallShown, Farewell, SoundAnswer

KEY_EVERY = 0.040  # seconds; RFC 4733 tones are no shorter, and a flood is not a caller


class PageCall:
    """One such call; `close` in the end."""

    def __init__(self, page: Page, leg: CallerLeg) -> None:
        """
        Wire them up.

        Args:
            page: What the caller sees.
            leg: Not connected yet.
        """
        self._page = page
        self.leg = leg
        self._next_key = 0.0
        leg.on_answer = self._answered
        leg.on_gone = self._gone

    async def connect(self, sdp: str) -> None:
        """
        Set the audio up.

        Raises:
            LegBroken: The page's SDP is no use.
        """
        answer = await self.leg.accept(sdp)
        self._page.tell(SoundAnswer(answer))
        self._page.tell(CallShown("ringing"))

    async def handle(self, doing: Doing) -> None:
        """Do what the caller did."""
        match doing:
            case PressKey(key=key):
                now = asyncio.get_running_loop().time()
                if now >= self._next_key:
                    self._next_key = now + KEY_EVERY
                    self.leg.key(key)
            case HangUp():
                self.leg.left()
            case _:
                pass  # for agents

    async def close(self) -> None:
        """Note that the page is gone."""
        self.leg.left()
        await self.leg.hang_up()

    def _answered(self) -> None:
        self._page.tell(CallShown("talking"))

    def _gone(self) -> None:
        self._page.tell(CallShown("ended"))
        self._page.send_away(Farewell.ENDED)  # its place is for the next caller
