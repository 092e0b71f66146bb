"""
Which SIP message belongs to which call. Told what passes, by Call-ID; asks nobody.

The first messages of a call pass before anybody knows whose they are: they wait here. What a
message says beside its method and status stays here, and so do methods that no standard names.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ivr.observing import MESSAGES
from ivr.story.signalling import Message

STRANGERS = 32  # dialogs that begin at the same time; a flood of them drops the oldest
REMEMBERED = 256  # calls that ended and have not said their last words
LAST_WORDS = 10.0  # seconds; pjsip repeats and answers no longer after a call's end
CALL_ID = re.compile(r"^(?:call-id|i)[ \t]*:[ \t]*(\S{1,256})", re.IGNORECASE | re.MULTILINE)
CSEQ = re.compile(r"^cseq[ \t]*:[ \t]*(\d{1,10})[ \t]+(\S{1,32})", re.IGNORECASE | re.MULTILINE)
STATUS = re.compile(r"SIP/2\.0 ([1-6]\d\d)\b")
METHODS = frozenset({
    "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY",
    "SUBSCRIBE", "MESSAGE", "PUBLISH", "REGISTER",
})  # fmt: skip
OTHER = "OTHER"

Sink = Callable[[Message], None]


@dataclass(slots=True)
class _Dialog:
    sink: Sink | None = None
    early: list[Message] = field(default_factory=list)
    seen: set[tuple[bool, str, int, int]] = field(default_factory=set)
    """Direction, method, status and number (CSeq): what comes with the same again is repeated."""
    passed: int = 0


class Ladders:
    """The dialogs of one endpoint; used in the SIP thread."""

    def __init__(self) -> None:
        self._strangers: OrderedDict[str, _Dialog] = OrderedDict()
        self._calls: dict[str, _Dialog] = {}
        self._over: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        """Count what is remembered."""
        return len(self._strangers) + len(self._calls)

    def passed(self, packet: str, *, outward: bool, at: datetime) -> None:
        """Take a message on its way; one that belongs to no call, and begins none, is nothing."""
        head = packet.partition("\r\n\r\n")[0]
        call_id, cseq = CALL_ID.search(head), CSEQ.search(head)
        if call_id is None or cseq is None:
            return
        start = head.partition("\r\n")[0]
        answer = STATUS.match(start)
        status = int(answer[1]) if answer else 0
        method = cseq[2] if cseq[2] in METHODS else OTHER
        dialog = self._dialog(call_id[1], begins=method == "INVITE" and not status)
        if dialog is None or dialog.passed >= MESSAGES:
            return
        dialog.passed += 1
        signature = (outward, method, status, int(cseq[1]))
        again = signature in dialog.seen
        dialog.seen.add(signature)
        (dialog.sink or dialog.early.append)(
            Message("", at, "", outward=outward, method=method, status=status, again=again)
        )

    def belongs(self, call_id: str, sink: Sink) -> None:
        """Give *sink* the messages of *call_id*, those that passed already first."""
        dialog = self._strangers.pop(call_id, None) or _Dialog()
        dialog.sink = sink
        self._calls[call_id] = dialog
        self._over.pop(call_id, None)
        early, dialog.early = dialog.early, []
        for message in early:
            sink(message)

    def over(self, call_id: str, *, now: float) -> None:
        """Learn that a call ended; its last words may still come."""
        self._over[call_id] = now
        if len(self._over) > REMEMBERED:
            self._forget(next(iter(self._over)))

    def sweep(self, *, now: float) -> None:
        """Forget the calls that have said their last words."""
        while self._over:
            call_id, ended = next(iter(self._over.items()))
            if now - ended < LAST_WORDS:
                return
            self._forget(call_id)

    def _forget(self, call_id: str) -> None:
        del self._over[call_id]
        self._calls.pop(call_id, None)

    def _dialog(self, call_id: str, *, begins: bool) -> _Dialog | None:
        dialog = self._calls.get(call_id) or self._strangers.get(call_id)
        if dialog is None and begins:
            dialog = self._strangers[call_id] = _Dialog()
            if len(self._strangers) > STRANGERS:
                self._strangers.popitem(last=False)
        return dialog
