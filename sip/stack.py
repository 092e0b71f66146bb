"""What the binding and the engine tell each other, free of pjsua2's types."""

from dataclasses import dataclass
from typing import Protocol

from ivr.audio.pcm import FRAME
from sip.causes import CallState


class StackError(Exception):
    """pjsua2 refused; its words, nothing of its objects."""


@dataclass(frozen=True, slots=True)
class StackOptions:
    """How the one pjsua2 endpoint of this process is set up."""

    address: str
    port: int
    tcp: bool
    codecs: tuple[str, ...]
    transaction_patience: float
    """Seconds until an unanswered request is given up (RFC 3261 timers B, F and H)."""
    user_agent: str = "clinic-line"


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """One identity: the line itself, or its registration with a trunk."""

    trunk: str
    identity: str
    rtp_port: int
    rtp_range: int
    rtp_address: str
    session_expires: int
    registrar: str = ""
    proxy: str = ""
    """Where its requests are sent: pjsip must not look names up, it would stop every call."""
    username: str = ""
    password: str = ""
    expires: int = 300


@dataclass(frozen=True, slots=True)
class MediaAddresses:
    """Where the RTP of a call goes and comes from, as `address:port`; `` when unknown."""

    local_rtp: str
    local_rtcp: str
    announced: str
    """What the far end's SDP says."""
    seen: str
    """Where the last packet came from."""


@dataclass(frozen=True, slots=True)
class Audio:
    """The audio stream of a call."""

    index: int = -1
    live: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Codec:
    """How a stream is coded."""

    name: str = ""
    frame: float = FRAME
    """Seconds of what is coded as one; the jitter buffer counts in these."""


class AccountWatcher(Protocol):
    """Who hears what happens to accounts; in the SIP thread."""

    def incoming(self, trunk: str, call_id: int, packet: str, source: str) -> None:
        """Take the call *call_id* that came to the account of *trunk*, or refuse it."""
        ...

    def registered(self, trunk: str, status: int, *, active: bool) -> None:
        """Learn that a registration came, was refused or went."""
        ...


class CallWatcher(Protocol):
    """Who hears what happens to calls; in the SIP thread."""

    def state_changed(self, key: str, state: CallState) -> None:
        """Learn the state of a living call."""
        ...

    def media_changed(self, key: str) -> None:
        """Reconnect what must be connected."""
        ...

    def keyed(self, key: str, digit: str) -> None:
        """Take a key press."""
        ...

    def ended(self, key: str, status: int) -> None:
        """Forget the call; its object is destroyed when this returns."""
        ...
