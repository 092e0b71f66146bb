"""SIP as text, just enough for telephones that make no mistakes (`sipraw` is for those that do)."""

import random
import re
from dataclasses import dataclass

from tests.support.rtp_stream import EVENT_TYPE, HERE


@dataclass(slots=True)
class Dialog:
    """What both ends of a call agree on; the next request is numbered `sequence` + 1."""

    call_id: str
    local: str
    remote: str
    target: str
    """Request-URI."""
    sequence: int = 0


def request(method: str, dialog: Dialog, *, port: int, body: str = "") -> str:
    """Compose a request; ACK and CANCEL carry the number of their INVITE."""
    if method not in {"ACK", "CANCEL"}:
        dialog.sequence += 1
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"{method} {dialog.target} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {HERE}:{port};rport;branch={new_branch()}\r\n"
        f"From: {dialog.local}\r\nTo: {dialog.remote}\r\n"
        f"Call-ID: {dialog.call_id}\r\nCSeq: {dialog.sequence} {method}\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:phone@{HERE}:{port}>\r\n{kind}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


def answer(request: str, status: str, *, port: int, tag: str, body: str = "") -> str:
    """Compose an answer to *request*, such as `200 OK`."""
    to = header(request, "To")
    to += "" if ";tag=" in to or status.startswith("100") else f";tag={tag}"
    vias = "".join(f"Via: {via}\r\n" for via in headers(request, "Via"))
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"SIP/2.0 {status}\r\n{vias}"
        f"From: {header(request, 'From')}\r\nTo: {to}\r\n"
        f"Call-ID: {header(request, 'Call-ID')}\r\nCSeq: {header(request, 'CSeq')}\r\n"
        f"Contact: <sip:phone@{HERE}:{port}>\r\n{kind}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


def sdp(rtp_port: int) -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 {HERE}\r\ns=-\r\nc=IN IP4 {HERE}\r\nt=0 0\r\n"
        f"m=audio {rtp_port} RTP/AVP 0 {EVENT_TYPE}\r\na=rtpmap:0 PCMU/8000\r\n"
        f"a=rtpmap:{EVENT_TYPE} telephone-event/8000\r\na=fmtp:{EVENT_TYPE} 0-15\r\n"
    )


def rtp_port(message: str) -> int:
    """Give the port of the audio that *message* offers or accepts; 0 for none."""
    found = re.search(r"^m=audio (\d+)", message, re.MULTILINE)
    return int(found.group(1)) if found else 0


def event_type(message: str) -> int:
    """Give the payload type of keys that *message* offers or accepts."""
    found = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", message, re.MULTILINE)
    return int(found.group(1)) if found else EVENT_TYPE


def headers(message: str, name: str) -> list[str]:
    return re.findall(rf"^{name}\s*:\s*(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)


def header(message: str, name: str) -> str:
    """Give the first *name* header, `` for none."""
    return next(iter(headers(message, name)), "")


def contact(message: str) -> str:
    """Give the URI of the Contact header."""
    return header(message, "Contact").partition("<")[2].partition(">")[0]


def new_branch() -> str:
    return f"z9hG4bK{random.getrandbits(48):012x}"


def new_tag() -> str:
    return f"{random.getrandbits(48):012x}"
