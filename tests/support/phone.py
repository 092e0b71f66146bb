"""A telephone to ring the line with, and to measure it: raw SIP and RTP on sockets."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

from tests.support import sip_text
from tests.support.rtp_stream import HERE, RtpStream
from tests.support.waiting import PATIENCE, until


class RefusedError(Exception):
    """The line did not take the call."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer.partition("\r\n")[0])
        self.answer = answer


class Phone(RtpStream):
    """One call to the line; a context manager that hangs up."""

    def __init__(self, port: int, *, user: str = "line", number: str = "5550101") -> None:
        super().__init__()
        self._line = (HERE, port)
        self._signal = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._signal.bind((HERE, 0))
        self._port = int(self._signal.getsockname()[1])
        uri = f"sip:{user}@{HERE}:{port}"
        local = f"<sip:{number}@{HERE}>;tag={sip_text.new_tag()}"
        self._dialog = sip_text.Dialog(sip_text.new_tag(), local, f"<{uri}>", uri)
        self._ended = threading.Event()
        self._obeying: threading.Thread | None = None
        self.answered_after = 0.0
        """Seconds from INVITE to its final answer."""

    def __enter__(self) -> Self:
        """
        Ring the line; returns once it has answered.

        Raises:
            RefusedError: It did not take the call.
        """
        began = time.monotonic()
        self._request("INVITE", sip_text.sdp(self.port))
        answer = self._final_answer()
        self.answered_after = time.monotonic() - began
        self._dialog.remote = sip_text.header(answer, "To")
        if not answer.startswith("SIP/2.0 200"):
            self._request("ACK")
            self._close()
            raise RefusedError(answer)
        self._dialog.target = sip_text.contact(answer)
        self._request("ACK")
        self.start(sip_text.rtp_port(answer), event_type=sip_text.event_type(answer))
        self._obeying = threading.Thread(target=self._obey, daemon=True)
        self._obeying.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Hang up, unless the line has."""
        self.hang_up()
        self._close()

    def hang_up(self) -> None:
        """Say BYE and wait until the line knows."""
        if not self._ended.is_set():
            self._request("BYE")
            self._ended.wait(PATIENCE)

    def fall_dead(self) -> None:
        """Go without a BYE: nobody is there who would hear it."""
        self._ended.set()

    @property
    def hung_up(self) -> bool:
        """Whether the call is over."""
        return self._ended.is_set()

    def await_hang_up(self, *, within: float = 30.0) -> None:
        """Wait until the line hangs up."""
        until(self._ended.is_set, within=within, what="the line's hanging up")

    # ------------------------------------------------------------ signalling

    def _request(self, method: str, body: str = "") -> None:
        text = sip_text.request(method, self._dialog, port=self._port, body=body)
        self._signal.sendto(text.encode(), self._line)

    def _final_answer(self) -> str:
        self._signal.settimeout(PATIENCE)
        while True:
            text = self._signal.recv(8192).decode(errors="replace")
            if text.startswith("SIP/2.0") and not text.startswith("SIP/2.0 1"):
                return text

    def _obey(self) -> None:
        """Answer what the line asks, its BYE first of all; learn that it heard ours."""
        self._signal.settimeout(0.1)
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                text = self._signal.recv(8192).decode(errors="replace")
                if text.startswith("SIP/2.0"):
                    bye = sip_text.header(text, "CSeq").endswith("BYE")
                else:
                    reply = sip_text.answer(text, "200 OK", port=self._port, tag="")
                    self._signal.sendto(reply.encode(), self._line)
                    bye = text.startswith("BYE")
                if bye:
                    self._ended.set()

    def _close(self) -> None:
        self._ended.set()
        if self._obeying is not None:
            self._obeying.join(1)
        self.close()
        self._signal.close()
