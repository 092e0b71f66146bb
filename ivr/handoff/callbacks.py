"""
One call-back that keeps the place: the caller is rung first, then the agent who is reserved.

Driven like the handoff: tell it what happened and when, perform the actions it returns, call
it back at `deadline`. It ends with the caller on the line who pressed 1, with a later try, with
a person who must ring by hand, or with a caller who does not want it any more. A voicemail
presses nothing, so that it is never put through, and hears nothing that is private.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

ACCEPT_KEY = "1"
ENOUGH_KEY = "2"


@dataclass(frozen=True, slots=True)
class CallBackLimits:
    """How long things may take, in seconds."""

    ring: float = 30.0
    """The caller's phone rings."""
    answer: float = 25.0
    """From the pick-up to the key, in which who calls is said twice."""
    retry: float = 600.0
    """Until the next try."""
    tries: int = 3


class CallBackPhase(StrEnum):
    """Where a call-back stands."""

    DUE = "due"
    RINGING = "ringing"
    ASKING = "asking"  # who picked up is told who calls, and asked for a key
    CONNECTED = "connected"
    OVER = "over"


# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Somebody or something answered."""


@dataclass(frozen=True, slots=True)
class NotReached:
    """Busy, declined, no answer, or no way to ring there."""


@dataclass(frozen=True, slots=True)
class PressedKey:
    """Who picked up pressed *key*."""

    key: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """Who picked up hung up."""


CallBackEvent = PickedUp | NotReached | PressedKey | HungUp


# ---------------------------------------------------------------- actions


@dataclass(frozen=True, slots=True)
class RingCaller:
    """Ring the number."""


@dataclass(frozen=True, slots=True)
class SayWhoCalls:
    """Say the clinic's name and ask for a key, and no more than that; twice."""


@dataclass(frozen=True, slots=True)
class ConnectCaller:
    """The caller is there: go on as with any caller to whom an agent was offered."""


@dataclass(frozen=True, slots=True)
class HangUpCaller:
    """Stop ringing them, or hang up."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The agent is free; the place stays, and is not offered before *not_before*."""

    not_before: float
    tries: int
    """How many there were."""


@dataclass(frozen=True, slots=True)
class GiveToPerson:
    """The agent is free, the place is given up: a person must ring by hand."""


@dataclass(frozen=True, slots=True)
class Forget:
    """The agent is free, the place is given up: the caller does not want it any more."""


CallBackAction = (
    RingCaller | SayWhoCalls | ConnectCaller | HangUpCaller | TryAgain | GiveToPerson | Forget
)
_Actions = tuple[CallBackAction, ...]


class CallBack:
    """One try to ring a caller back."""

    def __init__(self, limits: CallBackLimits, *, tries: int) -> None:
        """
        Prepare a try.

        Args:
            limits: How long things may take.
            tries: How many there were before this one.
        """
        self.limits = limits
        self.phase = CallBackPhase.DUE
        self.deadline: float | None = None
        """When to call `handle_deadline`; None: never."""
        self._tries = tries

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen here."""
        return self.phase in {CallBackPhase.CONNECTED, CallBackPhase.OVER}

    def start(self, *, now: float) -> _Actions:
        """Begin to ring."""
        self.phase = CallBackPhase.RINGING
        self.deadline = now + self.limits.ring
        return (RingCaller(),)

    def handle(self, event: CallBackEvent, *, now: float) -> _Actions:
        """Take in *event* and say what to do about it."""
        match (self.phase, event):
            case (CallBackPhase.RINGING, PickedUp()):
                self.phase = CallBackPhase.ASKING
                self.deadline = now + self.limits.answer
                return (SayWhoCalls(),)
            case (CallBackPhase.RINGING | CallBackPhase.ASKING, NotReached() | HungUp()):
                return self._missed(now)
            case (CallBackPhase.ASKING, PressedKey(key=key)):
                return self._keyed(key)
            case (_, PickedUp() | NotReached() | PressedKey() | HungUp()):
                return ()
            case _:
                assert_never(event)

    def handle_deadline(self, *, now: float) -> _Actions:
        """Tell the call-back that `deadline` may have passed."""
        if self.deadline is None or now < self.deadline:
            return ()
        return (HangUpCaller(), *self._missed(now))

    def _keyed(self, key: str) -> _Actions:
        if key == ACCEPT_KEY:
            self.phase, self.deadline = CallBackPhase.CONNECTED, None
            return (ConnectCaller(),)
        if key == ENOUGH_KEY:
            self.phase, self.deadline = CallBackPhase.OVER, None
            return (HangUpCaller(), Forget())
        return ()

    def _missed(self, now: float) -> _Actions:
        self.phase, self.deadline = CallBackPhase.OVER, None
        return (after_miss(self.limits, tries=self._tries, now=now),)


def after_miss(limits: CallBackLimits, *, tries: int, now: float) -> TryAgain | GiveToPerson:
    """Decide what follows a try that came to nothing, after *tries* others."""
    tries += 1
    if tries >= limits.tries:
        return GiveToPerson()
    return TryAgain(now + limits.retry, tries)
