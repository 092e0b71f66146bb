"""
The pages and their sockets, on one port: agents' consoles and callers' browsers.

`ConsoleServer` is the browser half of `ivr.desk.AgentPhones`. It knows who sits at which
console and nothing of queues: that is `ConsoleActions`.
"""

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ivr.errors import CallError, SettingsError
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.settings import Console
from ivr.tls import server_context
from ivr.webrtc import files
from ivr.webrtc.browser_leg import BrowserOptions
from ivr.webrtc.console_leg import CallerLeg, ConsoleLeg
from ivr.webrtc.feed import FloorFeed
from ivr.webrtc.floor import ConsoleActions, Door
from ivr.webrtc.messages import (
    LARGEST,
    Doing,
    Greeting,
    LogIn,
    Misspoken,
    ReturnTo,
    RingLine,
    read,
)
from ivr.webrtc.notes import NoteKeeper
from ivr.webrtc.page import Page, address_of
from ivr.webrtc.page_call import PageCall
from ivr.webrtc.reception import Reception
from ivr.webrtc.seat import Office, Seat
from ivr.webrtc.views import Farewell, Notice

_log = logging.getLogger(__name__)
PING_EVERY = 3.0  # seconds
PONG_WITHIN = 5.0  # seconds; a frozen browser where no call is on is found out in 8
CLOSE_WITHIN = 1.0  # seconds
GREET_WITHIN = 10.0  # seconds from an open socket to its first message
GREETING_AT_MOST = 50  # sockets that have not said who they are
CALLERS_AT_MOST = 4  # callers' pages at a time; nobody has to prove who they are there
SLIPS_AT_MOST = 20  # malformed messages of one socket


AGENTS = BrowserOptions(lost_after=3.0)  # one who loads the page anew needs some of these seconds


@dataclass(frozen=True, slots=True)
class Browsers:
    """How browsers are treated."""

    practice: str
    """Name of the practice, shown on the pages."""
    options: BrowserOptions = AGENTS
    return_within: float = 30.0
    """Seconds a seat waits for its page to come back."""


class ConsoleServer:
    """Start once, stop once, also after a failed start."""

    def __init__(
        self, settings: Console, browsers: Browsers, *, door: Door, actions: ConsoleActions
    ) -> None:
        """
        Wire it up.

        Args:
            settings: Where to listen; port 0 takes a free one.
            browsers: How browsers are treated.
            door: Knows who may log in.
            actions: The line.
        """
        self._settings = settings
        self._options = _reached_at(settings.address, browsers.options)
        self._actions = actions
        self._reception = Reception(
            door, practice=browsers.practice, return_within=browsers.return_within
        )
        self._feed = FloorFeed(actions, lambda: self._reception.seats)
        self._notes = NoteKeeper(actions.keep_note)
        self._office = Office(actions, self._open_sound, self._notes, self._feed.stir)
        self._files = files.load()
        self._greeting = 0
        self._callers: set[PageCall] = set()
        self._feeding: asyncio.Task[None] | None = None
        self._server: Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        assert self._server is not None  # noqa: S101 - the order of steps is ours
        port: int = next(iter(self._server.sockets)).getsockname()[1]
        return port

    async def start(self) -> None:
        """
        Serve the pages.

        Raises:
            SettingsError: The port is taken, or the certificate cannot be used.
        """
        settings = self._settings
        context = _tls(settings)
        try:
            self._server = await serve(
                self._serve,
                settings.address,
                settings.port,
                ssl=context,
                process_request=self._respond,
                compression=None,
                max_size=LARGEST,
                open_timeout=GREET_WITHIN,
                ping_interval=PING_EVERY,
                ping_timeout=PONG_WITHIN,
                close_timeout=CLOSE_WITHIN,
                server_header=None,
                logger=_quiet(),
            )
        except OSError as error:
            found = f"{settings.address} port {settings.port}, which cannot be had"
            accepted = "an address of this machine and a free port"
            raise SettingsError("console.port", found=found, accepted=accepted) from error
        self._feeding = asyncio.get_running_loop().create_task(self._feed.run())

    async def stop(self) -> None:
        """Send everybody away; every note is kept."""
        if self._feeding is not None:
            self._feeding.cancel()
            await asyncio.gather(self._feeding, return_exceptions=True)
        if self._server is not None:
            self._server.close(reason=Farewell.STOPPING)
            await self._server.wait_closed()
        await self._reception.close()
        await self._notes.close()

    async def ring(self, agent: Agent, card: Card, *, ring_for: float) -> ConsoleLeg:
        """Ring *agent* at their console, as `ivr.desk.AgentPhones.ring`."""
        return await self._reception.ring(agent, card, ring_for=ring_for)

    def know(self, agents: Mapping[str, Agent]) -> None:
        """Learn who may sit at a console, by name; whoever may not any more finishes their talk."""
        self._reception.know(agents)

    # ------------------------------------------------------------ a file, or a socket

    def _respond(self, connection: ServerConnection, request: Request) -> Response | None:
        may = self._callers_may(request, address_of(connection))
        return files.respond(request, self._files, caller_page=may)

    def _callers_may(self, request: Request | None, address: str) -> bool:
        if self._settings.caller_page == "auto":
            return request is not None and files.is_local(request, address)
        return self._settings.caller_page == "on"

    async def _serve(self, socket: ServerConnection) -> None:
        """Serve one page, from its first message to its end."""
        page = Page(socket)
        writing = asyncio.get_running_loop().create_task(page.run())
        try:
            await self._meet(socket, page)
        except ConnectionClosed:
            pass
        except Exception as error:  # noqa: BLE001 - one page must not take the others with it
            _log.error("page broke", extra={"kind": type(error).__name__})
        finally:
            if page.sent_away:
                await asyncio.wait([writing], timeout=CLOSE_WITHIN)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _meet(self, socket: ServerConnection, page: Page) -> None:
        if self._greeting >= GREETING_AT_MOST:
            page.send_away(Farewell.FULL)
            return
        self._greeting += 1
        seat = None
        try:
            greeting = await _greeting_of(socket)
            if isinstance(greeting, LogIn):
                seat = await self._reception.log_in(greeting, page, self._office)
            elif isinstance(greeting, ReturnTo):
                seat = self._reception.returning(greeting.token, page)
        finally:
            self._greeting -= 1
        if seat is not None:
            await self._sit(seat, socket, page)
        elif isinstance(greeting, RingLine):
            await self._take_caller(greeting.sdp, socket, page)
        elif greeting is None:
            page.send_away(Farewell.MISSPOKEN)

    async def _sit(self, seat: Seat, socket: ServerConnection, page: Page) -> None:
        try:
            await self._reception.welcome(seat, page, self._feed)
            await _converse(socket, page, seat.handle)
        finally:
            self._reception.forsake(seat, page)

    async def _take_caller(self, sdp: str, socket: ServerConnection, page: Page) -> None:
        if not self._callers_may(socket.request, page.address):
            page.send_away(Farewell.NOT_KNOWN)
            return
        if len(self._callers) >= CALLERS_AT_MOST:
            page.send_away(Farewell.FULL)
            return
        call = PageCall(page, CallerLeg(self._options))
        self._callers.add(call)
        try:
            await call.connect(sdp)
            self._actions.ring_line(call.leg)
            await _converse(socket, page, call.handle)
        except CallError:
            page.send_away(Farewell.MISSPOKEN)
        finally:
            self._callers.discard(call)
            await call.close()

    async def _open_sound(self, sdp: str) -> tuple[ConsoleLeg, str]:
        leg = ConsoleLeg(self._options)
        return leg, await leg.accept(sdp)


async def _greeting_of(socket: ServerConnection) -> Greeting | None:
    try:
        async with asyncio.timeout(GREET_WITHIN):
            message = read(await socket.recv())
    except (Misspoken, TimeoutError):
        return None
    return message if isinstance(message, Greeting) else None


async def _converse(
    socket: ServerConnection, page: Page, handle: Callable[[Doing], Awaitable[None]]
) -> None:
    """Let *handle* do what the page asks for, until its socket is closed."""
    slips = 0
    async for text in socket:
        try:
            message = _doing(text)
        except Misspoken as slip:
            slips += 1
            page.tell(Notice(f"The page and the line do not understand each other: {slip}", True))
            if slips > SLIPS_AT_MOST:
                page.send_away(Farewell.MISSPOKEN)
                return
        else:
            await handle(message)


def _doing(text: str | bytes) -> Doing:
    message = read(text)
    if isinstance(message, Greeting):
        raise Misspoken("one greets once")
    return message


def _reached_at(address: str, options: BrowserOptions) -> BrowserOptions:
    """
    Offer for sound the one address that the pages are at, unless *options* name others.

    Pages that are at every address, or at this machine's own, leave it at all there are.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return options
    if options.peer.addresses or found.is_unspecified or found.is_loopback:
        return options
    return replace(options, peer=replace(options.peer, addresses=(address,)))


def _tls(settings: Console) -> ssl.SSLContext | None:
    if not settings.certificate and not settings.key:
        return None
    try:
        return server_context(settings.certificate, settings.key)
    except (OSError, ValueError) as error:
        found = "files that are no certificate and its key"
        accepted = "a PEM certificate, and its key without a password in console.key"
        raise SettingsError("console.certificate", found=found, accepted=accepted) from error


def _quiet() -> logging.Logger:
    """Give the library a logger that tells of no stranger who speaks no HTTP."""
    logger = logging.getLogger("ivr.webrtc.websockets")
    logger.setLevel(logging.CRITICAL)
    return logger
