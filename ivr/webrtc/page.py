"""One page that is open in a browser, as its WebSocket: telling it never makes anybody wait."""

import asyncio
import itertools
from collections.abc import Hashable, Iterator

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from ivr.webrtc.views import Farewell, Goodbye, SoundAnswer, Telling, write

CLOSE_CODES = {Farewell.MISSPOKEN: 1008, Farewell.STOPPING: 1001}  # RFC 6455 §7.4.1
NORMAL = 1000


class Page:
    """
    Sends what a page is told, the newest of each kind; what a slow page missed is not sent late.

    `run` belongs in a task of its own and returns when the socket is closed.
    """

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._waiting: dict[Hashable, Telling] = {}
        self._something = asyncio.Event()
        self.sent_away = False
        """Whether `run` is about to say goodbye."""
        self.numbers: Iterator[int] = itertools.count(1)
        """Of its messages; a seat gives each of its pages the same ones."""

    @property
    def address(self) -> str:
        """The browser's IP address."""
        return address_of(self._socket)

    def tell(self, telling: Telling) -> None:
        """Tell the page; acts at once and never fails."""
        number = telling.offer if isinstance(telling, SoundAnswer) else 0
        kind = (type(telling), number)
        self._waiting.pop(kind, None)  # the newest takes its turn anew
        self._waiting[kind] = telling
        self._something.set()

    def send_away(self, reason: Farewell, *, wait: float = 0.0) -> None:
        """Tell the page why its socket is closed, and close it."""
        self.sent_away = True
        self.tell(Goodbye(reason, wait))

    async def run(self) -> None:
        """Send until the socket is closed, by whomever."""
        try:
            while True:
                await self._something.wait()
                self._something.clear()
                while self._waiting:
                    telling = self._waiting.pop(next(iter(self._waiting)))
                    await self._socket.send(write(telling, number=next(self.numbers)))
                    if isinstance(telling, Goodbye):
                        code = CLOSE_CODES.get(telling.reason, NORMAL)
                        await self._socket.close(code, telling.reason.value)
                        return
        except ConnectionClosed:
            return


def address_of(socket: ServerConnection) -> str:
    """Return the IP address of who is there; `` when they are gone already."""
    address: str = socket.remote_address[0] if socket.remote_address else ""
    return address
