"""Who sits at which console: logging in, coming back, leaving."""

import asyncio
import secrets
from collections.abc import Iterable, Mapping

from ivr.errors import LegBroken, StoreError
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.feed import FloorFeed
from ivr.webrtc.floor import Door
from ivr.webrtc.lockout import Lockout
from ivr.webrtc.messages import LogIn
from ivr.webrtc.page import Page
from ivr.webrtc.seat import Office, Seat
from ivr.webrtc.views import Farewell, Welcome

DOORS_AT_ONCE = 2  # passwords checked at a time; each takes a good part of one core
LOOK_EVERY = 1.0  # seconds, whether a seat without a page is still needed


class Reception:
    """The seats of one line. One page a seat, one seat an agent."""

    def __init__(self, door: Door, *, practice: str, return_within: float) -> None:
        """
        Open it.

        Args:
            door: Knows who may log in.
            practice: Name of the practice.
            return_within: Seconds a seat waits for its page to come back.
        """
        self._door = door
        self._practice = practice
        self._return_within = return_within
        self._lockout = Lockout()
        self._checking = asyncio.Semaphore(DOORS_AT_ONCE)
        self._seats: dict[str, Seat] = {}
        self._tokens: dict[str, str] = {}
        """Name to token."""
        self._leaving: dict[str, asyncio.Task[None]] = {}

    @property
    def seats(self) -> Iterable[Seat]:
        """Everybody who is there, or may come back."""
        return self._seats.values()

    async def log_in(self, greeting: LogIn, page: Page, office: Office) -> Seat | None:
        """Return the seat of who logs in; None: they were sent away."""
        name, now = greeting.name, asyncio.get_running_loop().time()
        if wait := self._lockout.begin(name, page.address, now=now):
            page.send_away(Farewell.LOCKED_OUT, wait=wait)
            return None
        try:
            async with self._checking:
                agent = await self._door.check(name, greeting.password)
        except StoreError:
            self._lockout.succeeded(name, page.address)
            page.send_away(Farewell.UNAVAILABLE)
            return None
        if agent is None:
            page.send_away(Farewell.WRONG_PASSWORD)
            return None
        self._lockout.succeeded(name, page.address)
        return self._seated(agent, office)

    def returning(self, token: str, page: Page) -> Seat | None:
        """Return the seat that *token* belongs to; None: they were sent away."""
        for name, known in self._tokens.items():
            if secrets.compare_digest(known.encode(), token.encode()):
                seat = self._seats[name]
                if seat.engaged or not seat.dismissed:
                    return seat
        page.send_away(Farewell.NOT_KNOWN)
        return None

    async def welcome(self, seat: Seat, page: Page, feed: FloorFeed) -> None:
        """Let *page* be the page of *seat*."""
        name = seat.agent.name
        if leaving := self._leaving.pop(name, None):
            leaving.cancel()
        page.tell(Welcome(self._tokens[name], self._practice))
        await seat.welcome(page)
        feed.show(seat)

    def forsake(self, seat: Seat, page: Page) -> None:
        """Note that *page* is gone; its seat waits a while for another."""
        seat.forsake(page)
        name = seat.agent.name
        if self._seats.get(name) is seat and not seat.open and name not in self._leaving:
            task = asyncio.get_running_loop().create_task(self._clear(seat))
            self._leaving[name] = task

    async def ring(self, agent: Agent, card: Card, *, ring_for: float) -> ConsoleLeg:
        """Ring *agent*, as `AgentPhones.ring`."""
        seat = self._seats.get(agent.name)
        if seat is None:
            raise LegBroken(f"console of '{agent.name}' is not open")
        return await seat.ring(card, ring_for=ring_for)

    def know(self, agents: Mapping[str, Agent]) -> None:
        """Send those away who are not among *agents* any more; know the others as they are now."""
        for seat in self._seats.values():
            agent = agents.get(seat.agent.name)
            if agent is not None and agent.in_browser:
                seat.know(agent)
            else:
                seat.dismiss()

    async def close(self) -> None:
        """Let everybody go."""
        for task in self._leaving.values():
            task.cancel()
        await asyncio.gather(*self._leaving.values(), return_exceptions=True)
        self._leaving.clear()
        for seat in tuple(self._seats.values()):
            await seat.close()
        self._seats.clear()
        self._tokens.clear()

    def _seated(self, agent: Agent, office: Office) -> Seat:
        seat = self._seats.get(agent.name)
        if seat is None:
            seat = self._seats[agent.name] = Seat(agent, office)
        # The roster may have changed since the last time.
        seat.agent, seat.dismissed = agent, False
        self._tokens[agent.name] = secrets.token_urlsafe(32)
        return seat

    async def _clear(self, seat: Seat) -> None:
        """Clear a seat that nobody came back to, once no call needs it."""
        name = seat.agent.name
        await asyncio.sleep(0.0 if seat.logged_out else self._return_within)
        while not seat.idle:  # noqa: ASYNC110 - a talk ends in many ways; nobody waits for this
            await asyncio.sleep(LOOK_EVERY)
        del self._seats[name], self._tokens[name], self._leaving[name]
        await seat.close()
