"""
Whose RTP a call listens to. Decisions only; `sip.filters` has the kernel carry them out.

pjmedia follows whoever sends: a stranger's packets draw the call's audio to the stranger.
So each call's sockets admit first the addresses that the far end named (in its SDP, and
the one its signalling comes from: a NAT changes ports, rarely the address), then, once
packets came, the one source they come from. A new SDP starts over.
"""

from collections import Counter

from sip.filters import Source

LEARN_FOR = 0.5  # seconds from the first packet of an unannounced source (symmetric NAT)
WIDEN_AFTER = 2.0  # seconds without a packet: a media server that nobody named
RELEARN_AFTER = 5.0  # seconds without a packet from the source we locked to: it may have moved
MOST_SOURCES = 16  # remembered while learning


class RtpLock:
    """One call's lock. Told the time; `rtp` and `rtcp` say who may send."""

    def __init__(self, signalling: str) -> None:
        """Begin; *signalling* is the IPv4 address the call's SIP comes from, or ``."""
        self._signalling = signalling
        self._announced = ""
        self._locked = ""
        self._wide = False
        self._seen: Counter[str] = Counter()
        self._first_seen = 0.0
        self._packets = 0
        self._since = 0.0

    def agree(self, announced: str, *, now: float) -> None:
        """Learn what the SDP says (`address:port`)."""
        if announced != self._announced:
            self._announced = announced
            self._learn(now)
        self._packets = 0
        self._since = now

    @property
    def learning(self) -> bool:
        """Whether the source is still to be found."""
        return not self._locked

    def see(self, source: str, packets: int, *, now: float) -> None:
        """Learn where the last packet came from and how many came in all."""
        arrived, self._packets = packets != self._packets, packets
        if arrived:
            self._since = now
        if self._locked:
            if now - self._since >= RELEARN_AFTER:
                self._learn(now)
            return
        if arrived and source:
            self._notice(source, now)
        elif not self._seen and now - self._since >= WIDEN_AFTER:
            self._wide = True
        if self._seen and now - self._first_seen >= LEARN_FOR:
            self._locked = self._seen.most_common(1)[0][0]

    def _notice(self, source: str, now: float) -> None:
        if source == self._announced:
            self._locked = source
            return
        if not self._seen:
            self._first_seen = now
        if source in self._seen or len(self._seen) < MOST_SOURCES:
            self._seen[source] += 1

    def _learn(self, now: float) -> None:
        self._locked, self._wide, self._since = "", False, now
        self._seen.clear()

    def rtp(self) -> tuple[Source, ...]:
        """Tell who may send RTP; `()`: everybody."""
        if self._locked:
            address, port = _split(self._locked)
            return (Source(address, (port,)),)
        return self._named()

    def rtcp(self) -> tuple[Source, ...]:
        """Tell who may send RTCP: the port beside the RTP, or the same (RFC 5761)."""
        if self._locked:
            address, port = _split(self._locked)
            return (Source(address, (port, port + 1)),)
        return self._named()

    def _named(self) -> tuple[Source, ...]:
        if self._wide:
            return ()
        addresses = (_split(self._announced)[0], self._signalling)
        return tuple(Source(address) for address in dict.fromkeys(addresses) if address)


def _split(place: str) -> tuple[str, int]:
    address, _, port = place.rpartition(":")
    return address, int(port) if port.isdecimal() else 0
