"""What lies beneath pjsua2's classes: its C functions, destructors, errors and raw messages."""

from __future__ import annotations  # the stub names types that pjsua2 lacks at run time

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pjsua2 as pj

from sip.stack import StackError

library = ctypes.CDLL(pj._pjsua2.__file__)  # noqa: SLF001 - the only way to its C functions
compiled_calls: Callable[[], int] = library.pjsua_call_get_max_count
"""How many calls this build can carry (PJSUA_MAX_CALLS); known after `Stack.open`."""
active_calls: Callable[[], int] = library.pjsua_call_get_count  # call slots in use


@contextmanager
def translated() -> Iterator[None]:
    """Turn pjsua2's errors into `StackError`."""
    try:
        yield
    except pj.Error as error:
        reason = error.reason
    else:
        return
    raise StackError(reason)


def destroy(owned: pj.Owned | None) -> None:
    """Run the C++ destructor now, whoever still holds the Python object."""
    if owned is not None and owned.thisown:
        owned.thisown = False
        type(owned).__swig_destroy__(owned)


class Packet:
    """Reads received messages out of pjsip; AttributeError where the build lacks the means."""

    def __init__(self) -> None:
        self._from = library["_ZN2pj9SipRxData6fromPjER13pjsip_rx_data"]  # SipRxData::fromPj
        self._from.argtypes, self._from.restype = [ctypes.c_void_p, ctypes.c_void_p], None
        self._data = pj.SipRxData()

    def read(self, rdata: int) -> tuple[str, str]:
        """Return the message and its source (`address:port`) of the C pointer *rdata*."""
        self._from(int(self._data.this), rdata)
        return self._data.wholeMsg, self._data.srcAddress

    def close(self) -> None:
        """Free it, in this thread."""
        destroy(self._data)


class Sent:
    """Reads messages that are sent, like `Packet`."""

    def __init__(self) -> None:
        self._from = library["_ZN2pj9SipTxData6fromPjER13pjsip_tx_data"]  # SipTxData::fromPj
        self._from.argtypes, self._from.restype = [ctypes.c_void_p, ctypes.c_void_p], None
        self._data = pj.SipTxData()

    def read(self, tdata: int) -> str:
        """Return the message of the C pointer *tdata*."""
        self._from(int(self._data.this), tdata)
        return self._data.wholeMsg

    def close(self) -> None:
        """Free it, in this thread."""
        destroy(self._data)
