"""
What every callback from C++ needs: no exception leaves it, no thread state is lost after it.

The media clock is a C thread. Each director callback of SWIG enters Python with
`PyGILState_Ensure` and leaves with `PyGILState_Release`; with nothing else holding on, the
last release destroys the thread's state, so that every frame maps and unmaps memory for a
new one. One more `Ensure`, never released, keeps it: https://docs.python.org/3/c-api/init.html
"""

import ctypes
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger("sip")

S = TypeVar("S")
A = TypeVar("A")


def contained(callback: Callable[[S, A], None]) -> Callable[[S, A], None]:
    """Keep every exception out of the C++ that calls *callback*."""

    def call(self: S, argument: A, /) -> None:
        try:
            callback(self, argument)
        except Exception as error:  # noqa: BLE001 - it must not reach the C++ caller
            log.error(  # noqa: TRY400 - a traceback would hold pj objects past their end
                "a SIP callback failed",
                extra={"callback": callback.__name__, "error": type(error).__name__},
            )

    return call


class Pin:
    """Holds on to the state of the thread that calls it; cheap when it does already."""

    __slots__ = ("_thread",)

    def __init__(self) -> None:
        self._thread = 0

    def __call__(self) -> None:
        """Pin the current thread, once."""
        current = threading.get_ident()
        if current != self._thread:
            self._thread = current
            ctypes.pythonapi.PyGILState_Ensure()
