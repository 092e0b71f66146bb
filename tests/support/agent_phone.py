"""The telephone of a person whom the line rings: raw SIP and RTP on sockets."""

import contextlib
import socket
import threading
from enum import StrEnum
from types import TracebackType
from typing import Self

from tests.support import sip_text
from tests.support.rtp_stream import HERE, RtpStream
from tests.support.waiting import PATIENCE, until

Address = tuple[str, int]


class Manner(StrEnum):
    """What the agent does when it rings."""

    ACCEPT = "accept"  # answers and presses 1
    ANSWER = "answer"  # answers; the test presses the keys
    RING = "ring"  # lets it ring
    BUSY = "486 Busy Here"
    DECLINE = "603 Decline"


class AgentCall(RtpStream):
    """One call that was offered and answered."""

    def __init__(self, dialog: sip_text.Dialog) -> None:
        super().__init__()
        self.dialog = dialog
        self.user = dialog.local.partition("sip:")[2].partition("@")[0]
        """Who was rung."""
        self.over = threading.Event()


class AgentPhone:
    """Takes the calls that the line makes, one after the other or at once."""

    def __init__(self, manner: Manner = Manner.ACCEPT, *, greeting: bytes = b"") -> None:
        self.manner = manner
        self.greeting = greeting
        """Sounded over and over by an agent who accepts."""
        self._signal = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._signal.bind((HERE, 0))
        self._port = int(self._signal.getsockname()[1])
        self._line: Address = (HERE, 0)
        self._ringing: dict[str, str] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.rung = 0
        """INVITEs so far."""
        self.cancelled = 0
        """CANCELs so far."""
        self.calls: dict[str, AgentCall] = {}
        """Answered calls by Call-ID, the oldest first."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join(1)
        for call in self.calls.values():
            call.close()
        self._signal.close()

    def forget(self, manner: Manner) -> None:
        """Begin anew, with other manners."""
        self.manner = manner
        self.rung = self.cancelled = 0
        for call in self.calls.values():
            call.close()
        self.calls.clear()

    @property
    def port(self) -> int:
        return self._port

    @property
    def uri(self) -> str:
        return f"sip:agent@{HERE}:{self._port}"

    def await_call(self, *, number: int = 1, within: float = 30.0) -> AgentCall:
        """Give the *number*th call that was answered."""
        until(lambda: len(self.calls) >= number, within=within, what="a call to the agent")
        return list(self.calls.values())[number - 1]

    def hang_up(self, call: AgentCall) -> None:
        """Say BYE and wait until the line knows."""
        text = sip_text.request("BYE", call.dialog, port=self._port)
        self._signal.sendto(text.encode(), self._line)
        call.over.wait(PATIENCE)

    # ------------------------------------------------------------ the thread

    def _serve(self) -> None:
        self._signal.settimeout(0.1)
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                data, self._line = self._signal.recvfrom(8192)
                self._take(data.decode(errors="replace"))

    def _take(self, text: str) -> None:
        call_id = sip_text.header(text, "Call-ID")
        match text.split(maxsplit=1)[0]:
            case "INVITE" if call_id not in self._ringing and call_id not in self.calls:
                self._ring(call_id, text)
            case "CANCEL" if call_id in self._ringing:
                self.cancelled += 1
                self._reply(text, "200 OK")
                self._reply(self._ringing.pop(call_id), "487 Request Terminated")
            case "BYE":
                self._reply(text, "200 OK")
                self._end(call_id)
            case "SIP/2.0" if sip_text.header(text, "CSeq").endswith("BYE"):
                self._end(call_id)
            case _:
                pass

    def _ring(self, call_id: str, invite: str) -> None:
        self.rung += 1
        match self.manner:
            case Manner.BUSY | Manner.DECLINE:
                self._reply(invite, self.manner.value)
            case Manner.RING:
                self._ringing[call_id] = invite
                self._reply(invite, "180 Ringing")
            case Manner.ACCEPT | Manner.ANSWER:
                self._answer(call_id, invite)

    def _answer(self, call_id: str, invite: str) -> None:
        ours = f"{sip_text.header(invite, 'To')};tag={self._port}"
        theirs = sip_text.header(invite, "From")
        dialog = sip_text.Dialog(call_id, ours, theirs, sip_text.contact(invite))
        call = self.calls[call_id] = AgentCall(dialog)
        self._reply(invite, "200 OK", sip_text.sdp(call.port))
        call.start(sip_text.rtp_port(invite), event_type=sip_text.event_type(invite))
        if self.manner is Manner.ACCEPT:
            threading.Thread(target=self._accept, args=(call,), daemon=True).start()

    def _accept(self, call: AgentCall) -> None:
        """Press 1 once something was heard: before that the line's audio is not there yet."""
        with contextlib.suppress(TimeoutError):
            until(lambda: call.packets, what="audio at the agent")
            call.press("1")
            call.hum(self.greeting)

    def _end(self, call_id: str) -> None:
        if call_id in self.calls:
            self.calls[call_id].over.set()
            self.calls[call_id].stop()  # the line soon gives the port to another call

    def _reply(self, request: str, status: str, body: str = "") -> None:
        text = sip_text.answer(request, status, port=self._port, tag=str(self._port), body=body)
        self._signal.sendto(text.encode(), self._line)
