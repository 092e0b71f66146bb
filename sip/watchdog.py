"""When a call must be given up. Told the time, asks nobody."""

from dataclasses import dataclass, field

from sip.causes import CallState
from sip.stack import Audio

UNREACHABLE_AFTER = 4.0  # seconds; a living SIP peer sends 100 within 0.2 (RFC 3261 §17.2.1)
UNANSWERED_AFTER = 180.0  # seconds; RFC 3261 §16.6: proxies stop ringing about then
MEDIALESS_AFTER = 5.0  # seconds from the ACK until audio must be agreed on


@dataclass(slots=True)
class Watch:
    """What is known of one call's progress."""

    state: CallState
    since: float
    """When `state` began."""
    media_timeout: float
    """Seconds without RTP after which a call is given up; 0: never."""
    audio: Audio = field(default_factory=Audio)
    packets: int = 0
    packets_at: float = 0.0
    """When `packets` last changed, or the audio came to life."""

    def enter(self, state: CallState, *, now: float) -> None:
        """Learn the state."""
        if state is not self.state:
            self.state, self.since = state, now

    def hear(self, audio: Audio, *, now: float) -> None:
        """Learn the audio; a stream that came to life has the whole time-out before it."""
        self.audio = audio
        self.packets, self.packets_at = 0, now

    def count(self, packets: int, *, now: float) -> None:
        """Learn how many RTP packets came."""
        if packets != self.packets:
            self.packets, self.packets_at = packets, now

    def verdict(self, now: float) -> str:
        """Return why the call must be given up at *now*, or ``."""
        waited = now - self.since
        match self.state:
            case CallState.CALLING if waited >= UNREACHABLE_AFTER:
                return "no response"
            case CallState.RINGING if waited >= UNANSWERED_AFTER:
                return "never answered"
            case CallState.CONFIRMED if not self._has_audio and waited >= MEDIALESS_AFTER:
                return "no media"
            case CallState.CONFIRMED if self._silent(now):
                return "RTP stopped"
            case _:
                return ""

    @property
    def _has_audio(self) -> bool:
        return self.audio.live or self.audio.held

    def _silent(self, now: float) -> bool:
        if not self.audio.live or not self.media_timeout:
            return False
        return now - max(self.packets_at, self.since) >= self.media_timeout
