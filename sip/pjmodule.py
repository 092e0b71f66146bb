"""
The layout of a module inside pjsip (pjsip/sip_module.h), for those we put there by ctypes.

What a module's callbacks are must live until pjsip has ended: it forgets no module before.
"""

import ctypes
from collections.abc import Callable

from sip.binding.native import library

PASS, TAKEN = 0, 1
"""What a callback answers: the others shall see the message too, or not."""


class Text(ctypes.Structure):
    """pj_str_t."""

    _fields_ = (("start", ctypes.c_char_p), ("length", ctypes.c_ssize_t))


OnMessage = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_Unused = ctypes.c_void_p


class Module(ctypes.Structure):
    """pjsip_module."""

    _fields_ = (
        ("previous", ctypes.c_void_p),
        ("next", ctypes.c_void_p),
        ("name", Text),
        ("id", ctypes.c_int),
        ("priority", ctypes.c_int),
        ("load", _Unused),
        ("start", _Unused),
        ("stop", _Unused),
        ("unload", _Unused),
        ("on_rx_request", OnMessage),
        ("on_rx_response", OnMessage),
        ("on_tx_request", OnMessage),
        ("on_tx_response", OnMessage),
        ("on_tsx_state", _Unused),
    )


def text(value: str) -> Text:
    """Return *value* as pjsip takes texts."""
    data = value.encode("utf-8", "surrogateescape")
    return Text(data, len(data))


def register(module: Module) -> int:
    """Put *module* into pjsip; return 0, or the status of its refusal."""
    pointer = ctypes.c_void_p
    library.pjsua_get_pjsip_endpt.restype = pointer
    library.pjsip_endpt_register_module.argtypes = [pointer, pointer]
    register_module: Callable[..., int] = library.pjsip_endpt_register_module
    return register_module(library.pjsua_get_pjsip_endpt(), ctypes.byref(module))
