"""
A module of our own inside pjsip, in front of its calls: it sees each request first.

It is written against pjsip's C interface: `pjsip_module` is laid out in `sip.pjmodule`,
everything else goes through exported functions. Before it decides anything it must
have seen a request of our own sending; a pjsip built otherwise runs without it.
"""

import ctypes
import logging
import secrets
import socket
import time
from collections.abc import Callable

from sip.admission import Reply
from sip.binding import Stack
from sip.binding.native import Packet, library
from sip.message import Request, parse
from sip.pjmodule import PASS, TAKEN, Module, OnMessage, Text, register, text
from sip.sockets import announced

log = logging.getLogger("sip")

AFTER_TRANSACTIONS = 24  # priority: repetitions end in transactions (16), calls come later (32)
PROOF_PATIENCE = 1.0  # seconds
_POOL = 1024  # bytes

Screen = Callable[[Request, str, bool], Reply | None]
"""`screen(request, source, belongs to a call)`: None lets it pass."""


class Guard:
    """Made, used and closed in the SIP thread, while pjsip runs."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._reader: Packet | None = None
        self._proof = ""
        self._callback = OnMessage(self._request)
        self._module = Module(
            name=text("clinic-line-guard"),
            id=-1,
            priority=AFTER_TRANSACTIONS,
            on_rx_request=self._callback,
        )
        self._endpoint = 0
        self.active = False

    def start(self, stack: Stack, address: str, port: int) -> None:
        """Register with pjsip and prove that requests are read right; else stay inactive."""
        try:
            self._declare()
            self._reader = Packet()
            status = register(self._module)
        except AttributeError as error:
            log.warning(
                "the SIP guard is off: pjsip lacks a function", extra={"function": error.name}
            )
            return
        self._endpoint = library.pjsua_get_pjsip_endpt()
        if status == 0 and self._prove(stack, announced(address), port):
            self.active = True
        else:
            log.warning(
                "the SIP guard is off: pjsip is built in another way", extra={"status": status}
            )

    def close(self) -> None:
        """Let everything pass from now on; pjsip forgets the module at its end."""
        self.active = False
        if self._reader:
            self._reader.close()
            self._reader = None

    @staticmethod
    def _declare() -> None:
        lib, pointer = library, ctypes.c_void_p
        string = ctypes.POINTER(Text)
        lib.pjsua_pool_create.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t]
        lib.pjsua_pool_create.restype = pointer
        lib.pj_pool_release.argtypes = [pointer]
        lib.pj_pool_release.restype = None
        lib.pjsip_generic_string_hdr_create.argtypes = [pointer, string, string]
        lib.pjsip_generic_string_hdr_create.restype = pointer
        # endpoint, [module,] rdata, status, reason, headers, body[, transaction]
        lib.pjsip_endpt_respond_stateless.argtypes = [
            pointer, pointer, ctypes.c_int, string, pointer, pointer
        ]  # fmt: skip
        lib.pjsip_endpt_respond.argtypes = [
            pointer, pointer, pointer, ctypes.c_int, string, pointer, pointer, pointer
        ]  # fmt: skip
        lib.pjsip_ua_find_dialog.argtypes = [string, string, string, ctypes.c_int]
        lib.pjsip_ua_find_dialog.restype = pointer

    def _prove(self, stack: Stack, address: str, port: int) -> bool:
        proof = secrets.token_hex(12)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((address, 0))
            here = f"{address}:{sender.getsockname()[1]}"
            lines = (
                f"OPTIONS sip:line@{address}:{port} SIP/2.0",
                f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{proof}",
                f"From: <sip:line@{address}>;tag={proof}",
                f"To: <sip:line@{address}>",
                f"Call-ID: {proof}",
                "CSeq: 1 OPTIONS",
                "Max-Forwards: 1",
                "Content-Length: 0",
            )
            sender.sendto("\r\n".join((*lines, "", "")).encode(), (address, port))
            end = time.monotonic() + PROOF_PATIENCE
            while not self._proof and time.monotonic() < end:
                stack.poll(0.01)
        return self._proof == f"{proof} {here}"

    # ---------------------------------------------------------------- from pjsip

    def _request(self, rdata: int) -> int:
        try:
            return self._answer(rdata)
        except Exception as error:  # noqa: BLE001 - it must not reach the C caller
            log.error(  # noqa: TRY400 - a trace would show the request
                "the SIP guard failed", extra={"error": type(error).__name__}
            )
            return PASS

    def _answer(self, rdata: int) -> int:
        if self._reader is None:
            return PASS
        packet, source = self._reader.read(rdata)
        request = parse(packet)
        if request is None:
            return PASS
        if not self.active:
            self._proof = self._proof or f"{request.header('call-id')} {source}"
            return PASS
        known = bool(request.to_tag) and self._belongs_to_a_call(request)
        if request.to_tag and not known:
            return PASS  # pjsip says 481
        reply = self._screen(request, source, known)
        if reply is None:
            return PASS
        self._reply(rdata, reply, stateful=known)
        return TAKEN

    @staticmethod
    def _belongs_to_a_call(request: Request) -> bool:
        parts = (request.header("call-id"), request.to_tag, request.from_tag)
        texts = [ctypes.byref(text(part)) for part in parts]
        return bool(library.pjsip_ua_find_dialog(*texts, 0))

    def _reply(self, rdata: int, reply: Reply, *, stateful: bool) -> None:
        """Answer; within a call by a transaction, which swallows repetitions of the request."""
        lib = library
        pool = lib.pjsua_pool_create(b"guard", _POOL, _POOL)
        try:
            headers = (ctypes.c_void_p * 16)()  # a pjsip_hdr as list head: previous, next, …
            _chain(headers, [_header(pool, name, value) for name, value in reply.headers])
            if stateful:
                lib.pjsip_endpt_respond(
                    self._endpoint, None, rdata, reply.status, None, headers, None, None
                )
            else:
                lib.pjsip_endpt_respond_stateless(
                    self._endpoint, rdata, reply.status, None, headers, None
                )
        finally:
            lib.pj_pool_release(pool)


def _header(pool: int, name: str, value: str) -> int:
    return int(
        library.pjsip_generic_string_hdr_create(
            pool, ctypes.byref(text(name)), ctypes.byref(text(value))
        )
    )


def _chain(head: "ctypes.Array[ctypes.c_void_p]", headers: list[int]) -> None:
    """Link *headers* into a ring with *head* (pj/list.h: the first two pointers)."""
    ring = [ctypes.addressof(head), *headers]
    for here, following in zip(ring, [*ring[1:], ring[0]], strict=True):
        ctypes.c_void_p.from_address(here + ctypes.sizeof(ctypes.c_void_p)).value = following
        ctypes.c_void_p.from_address(following).value = here
