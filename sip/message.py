"""The few parts of a received SIP request that we read ourselves. Every byte is a stranger's."""

import re
from dataclasses import dataclass

COMPACT = {
    "i": "call-id",
    "f": "from",
    "t": "to",
    "m": "contact",
    "c": "content-type",
    "l": "content-length",
    "v": "via",
    "k": "supported",
}
"""RFC 3261 §7.3.3."""
METHOD = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,32}")
USER = re.compile(r"(?:sips?|tel):([^@;>\s]{1,64})", re.IGNORECASE)
TAG = re.compile(r";\s*tag\s*=\s*([^\s;,>]+)", re.IGNORECASE)
KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class Request:
    """A SIP request: the request line, the headers by lower-case long name, the body."""

    method: str
    uri: str
    headers: dict[str, list[str]]
    body: str

    def header(self, name: str) -> str:
        """Return the first value of *name*, or ``."""
        return self.headers.get(name, [""])[0]

    @property
    def from_tag(self) -> str:
        """Tag of the sender."""
        return _tag(self.header("from"))

    @property
    def to_tag(self) -> str:
        """Tag of ours; `` outside a dialog."""
        return _tag(self.header("to"))

    @property
    def called(self) -> str:
        """User part of the request URI."""
        return user_of(self.uri)

    def caller(self, *, trusted: bool) -> str:
        """
        Return the caller's number or user.

        The network's own word (P-Asserted-Identity, RFC 3325) counts from a trunk only.
        """
        asserted = self.header("p-asserted-identity") if trusted else ""
        return user_of(asserted or self.header("from"))

    def pressed(self) -> str:
        """Return the key of a SIP INFO, or ``: `Signal=5` (dtmf-relay) or the key alone (dtmf)."""
        kind = self.header("content-type").partition(";")[0].strip().lower()
        match kind:
            case "application/dtmf-relay":
                found = re.search(
                    r"^\s*signal\s*=\s*(\S+)", self.body, re.IGNORECASE | re.MULTILINE
                )
                key = found[1] if found else ""
            case "application/dtmf":
                key = self.body.strip()
            case _:
                return ""
        key = {"10": "*", "11": "#"}.get(key, key).upper()
        return key if key in KEYS else ""


def parse(text: str) -> Request | None:
    """Read a request; None when it is none."""
    head, _, body = text.partition("\r\n\r\n")
    start, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    method, _, rest = start.partition(" ")
    uri, _, version = rest.rpartition(" ")
    if version != "SIP/2.0" or not METHOD.fullmatch(method):
        return None
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            headers.setdefault(COMPACT.get(key, key), []).append(value.strip())
    return Request(method, uri, headers, body)


def user_of(value: str) -> str:
    """Return the user part of the first URI in *value*, `` when there is none."""
    found = USER.search(value)
    text = found[1] if found else ""
    return "".join(c for c in text.partition(":")[0] if c.isprintable())


def _tag(value: str) -> str:
    found = TAG.search(value.rpartition(">")[2] if ">" in value else value)
    return found[1] if found else ""
