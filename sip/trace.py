"""
A module of our own inside pjsip, nearest to the wire: it sees each message, repetitions too.

It only looks. What it can read rests on the same layout as the guard's, which is proved first.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from sip.binding.native import Packet, Sent
from sip.ladder import Ladders
from sip.pjmodule import PASS, Module, OnMessage, register, text

log = logging.getLogger("sip")

BEFORE_TRANSPORTS = 7  # priority: next to pjsip's own printing (8), before transactions (16)


class Trace:
    """Made, used and closed in the SIP thread, while pjsip runs."""

    def __init__(self, ladders: Ladders) -> None:
        self._ladders = ladders
        self._packets: tuple[Packet, Sent] | None = None
        received, sent = OnMessage(self._received), OnMessage(self._sent)
        self._module = Module(
            name=text("clinic-line-trace"),
            id=-1,
            priority=BEFORE_TRANSPORTS,
            on_rx_request=received,
            on_rx_response=received,
            on_tx_request=sent,
            on_tx_response=sent,
        )
        self._callbacks = (received, sent)

    def start(self) -> None:
        """Begin to look; says so when this pjsip does not let us."""
        try:
            packets = Packet(), Sent()
            status = register(self._module)
        except AttributeError as error:
            log.warning("SIP is not traced: pjsip lacks a function", extra={"function": error.name})
            return
        if status:
            log.warning("SIP is not traced: pjsip refused", extra={"status": status})
            return
        self._packets = packets

    def close(self) -> None:
        """Look no more; pjsip forgets the module at its end."""
        packets, self._packets = self._packets, None
        for packet in packets or ():
            packet.close()

    def _received(self, rdata: int) -> int:
        return self._pass(lambda packets: packets[0].read(rdata)[0], outward=False)

    def _sent(self, tdata: int) -> int:
        return self._pass(lambda packets: packets[1].read(tdata), outward=True)

    def _pass(self, read: Callable[[tuple[Packet, Sent]], str], *, outward: bool) -> int:
        if self._packets is not None:
            try:
                self._ladders.passed(read(self._packets), outward=outward, at=datetime.now(UTC))
            except Exception as error:  # noqa: BLE001 - it must not reach the C caller
                log.error(  # noqa: TRY400 - a trace would show the message
                    "a SIP message was not traced", extra={"error": type(error).__name__}
                )
        return PASS
