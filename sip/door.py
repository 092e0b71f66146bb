"""
The one crossing between the event loop and the SIP thread.

`submit` goes in, `post` comes out. What crosses is plain data: an error crosses as its
type and texts, never as the raised object, whose traceback would hold pj objects.
"""

import asyncio
import queue
import socket
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from ivr.errors import CallError, LegBroken, LegClosed
from sip.sockets import announced
from sip.stack import StackError

T = TypeVar("T")

STOPPED = ("the line is stopped",)
KEEP_ALIVE = b"\r\n\r\n"  # RFC 5626 §3.5.1: pjsip wakes, and drops it unread


class Door:
    """Made in the event loop; `drain` and `shut` belong to the SIP thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._commands: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]]] = (
            queue.SimpleQueue()
        )
        self._lock = threading.Lock()
        self._open = True
        self._bell: socket.socket | None = None

    # ---------------------------------------------------------------- event loop

    def hang_bell(self, address: str, port: int) -> None:
        """
        Wake the SIP thread for each command by a keep-alive to its own UDP port.

        A command then takes 0.1 ms to get in instead of half a poll.
        """
        self._bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._bell.setblocking(False)
        self._bell.connect((announced(address), port))

    def submit(self, command: Callable[[], T]) -> asyncio.Future[T]:
        """
        Run *command* in the SIP thread.

        The future fails with the `CallError` that *command* raised, with `LegBroken` when
        pjsua2 refused, and with `LegClosed` when the line is stopped. Cancelling it does
        not stop the command.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        with self._lock:
            if self._open:
                self._commands.put((command, future))
            else:
                future.set_exception(LegClosed(*STOPPED))
        self._ring()
        return future

    def _ring(self) -> None:
        if self._bell is not None:
            try:
                self._bell.send(KEEP_ALIVE)
            except OSError:
                return  # the next poll finds the command all the same

    def take_bell(self) -> None:
        """Close the bell's socket."""
        if self._bell is not None:
            self._bell.close()
            self._bell = None

    # ---------------------------------------------------------------- SIP thread, media clock

    def post(self, function: Callable[..., None], *arguments: object) -> None:
        """Run *function* in the event loop soon; lost when the loop is closed."""
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            return  # the loop is closed: nobody is left to tell

    def drain(self) -> None:
        """Run the commands that wait."""
        while True:
            try:
                command, future = self._commands.get_nowait()
            except queue.Empty:
                return
            self._run(command, future)
            del command  # a kept command would keep what it refers to

    def shut(self) -> None:
        """Refuse new commands and those that wait."""
        with self._lock:
            self._open = False
        while not self._commands.empty():
            _, future = self._commands.get_nowait()
            self.post(_fail, future, LegClosed, STOPPED)

    def _run(self, command: Callable[[], Any], future: asyncio.Future[Any]) -> None:
        try:
            result = command()
        except CallError as error:
            self.post(_fail, future, type(error), error.args)
        except StackError as error:
            self.post(_fail, future, LegBroken, error.args)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody awaits the answer
            text = f"the SIP engine failed: {type(error).__name__}"
            self.post(_fail, future, LegBroken, (text,))
        else:
            self.post(_succeed, future, result)


def _succeed(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)


def _fail(
    future: asyncio.Future[Any], kind: type[Exception], arguments: tuple[object, ...]
) -> None:
    if not future.done():
        future.set_exception(kind(*arguments))
