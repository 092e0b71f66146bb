"""
One caller who rings at one console, until the agent decides.

While it rings the page sets up its audio, silent: so answering takes no longer than saying
so, and a browser whose sound does not work is found out before a caller hears nothing.
"""

import asyncio
from typing import Protocol

from ivr.errors import CallError, LegBroken, LegLost
from ivr.handoff.card import Card
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.views import OfferView

BUSY, DECLINED, NO_ANSWER = 486, 603, 408  # RFC 3261 §21.4.24, §21.6.2, §21.4.9
CONNECT_WITHIN = 5.0  # seconds from the agent's yes until their sound must flow


class OpenSound(Protocol):
    """Makes the line's end of a page's audio."""

    async def __call__(self, sdp: str) -> tuple[ConsoleLeg, str]:
        """
        Return a leg for the page's SDP, and the SDP to answer with.

        Raises:
            LegBroken: The SDP is none that a browser would send.
        """
        ...


class Offer:
    """Made when it begins to ring; `taken` waits for the end of that; `close` in any case."""

    def __init__(self, agent: str, number: int, card: Card, *, ring_for: float) -> None:
        """
        Begin to ring.

        Args:
            agent: Name of who is rung.
            number: Tells this offer from the agent's others.
            card: What they may see.
            ring_for: Seconds.
        """
        loop = asyncio.get_running_loop()
        self.number = number
        self.card = card
        self._agent = agent
        self._ends = loop.time() + ring_for
        self._decided: asyncio.Future[None] = loop.create_future()
        self._sounding = asyncio.Event()
        self._leg: ConsoleLeg | None = None

    @property
    def view(self) -> OfferView:
        """What the page shows."""
        left = max(0.0, self._ends - asyncio.get_running_loop().time())
        return OfferView(self.number, self.card, left, taken=self._decided.done())

    @property
    def accepted(self) -> bool:
        """Whether the agent said yes."""
        decided = self._decided
        return decided.done() and not decided.cancelled() and decided.exception() is None

    def take(self) -> None:
        """The agent says yes."""
        if not self._decided.done():
            self._decided.set_result(None)

    def decline(self) -> None:
        """The agent says no."""
        self._fail(LegLost(f"console of '{self._agent}': declined", DECLINED))

    def lose(self) -> None:
        """The page is gone."""
        self._fail(LegBroken(f"console of '{self._agent}' is gone"))

    async def connect(self, sdp: str, open_sound: OpenSound) -> str:
        """
        Set the audio up, while it rings; return the SDP to answer with.

        Raises:
            LegBroken: The page's SDP is no use.
        """
        leg, answer = await open_sound(sdp)
        old, self._leg = self._leg, leg
        self._sounding.set()
        if old is not None:
            await old.hang_up()
        return answer

    async def taken(self) -> ConsoleLeg:
        """
        Return the connected leg once the agent took the call.

        Raises:
            LegLost: Declined (603) or not answered (408).
            LegBroken: The page is gone, or its sound cannot be connected.
        """
        try:
            async with asyncio.timeout_at(self._ends):
                await self._decided
        except TimeoutError:
            raise LegLost(f"console of '{self._agent}': no answer", NO_ANSWER) from None
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                return await self._connected()
        except (TimeoutError, CallError) as error:
            raise LegBroken(f"console of '{self._agent}': its sound did not connect") from error

    async def give_up(self) -> None:
        """Hang up the audio of an offer that came to nothing."""
        leg, self._leg = self._leg, None
        if leg is not None:
            await leg.hang_up()

    async def _connected(self) -> ConsoleLeg:
        while True:  # a page may connect a second time
            await self._sounding.wait()
            leg = self._leg
            if leg is not None:
                await leg.answer()
                if leg is self._leg:
                    return leg

    def _fail(self, error: CallError) -> None:
        if not self._decided.done():
            self._decided.set_exception(error)
            self._decided.exception()  # seen: the ringing may have been cancelled meanwhile
