"""A phone call as an `ivr.ports.AudioLeg`: plain Python, no pjsua2 in it."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from ivr.errors import CallError, MisuseError
from ivr.ports import AudioLeg, Gone, LegEvent, LegInfo
from ivr.sound_leg import KEYS, SoundLeg
from sip import causes
from sip.reports import Inside

T = TypeVar("T")


class Commands(Protocol):
    """What a leg asks of the SIP thread; `sip.calls.Calls`."""

    def answer(self, key: str) -> None:
        """Send 200."""
        ...

    def hang_up(self, key: str, status: int) -> None:
        """End the call."""
        ...

    def hear(self, key: str, other: str) -> None:
        """Let the far end of a call hear that of another."""
        ...

    def unhear(self, key: str, other: str) -> None:
        """Undo `hear`."""
        ...

    def send_keys(self, key: str, keys: str) -> None:
        """Press keys."""
        ...


class Submit(Protocol):
    """Runs a command in the SIP thread; `sip.door.Door.submit`."""

    def __call__(self, command: Callable[[], T], /) -> asyncio.Future[T]:
        """Return its result to come."""
        ...


class SipLeg(SoundLeg):
    """
    One phone call.

    The endpoint makes it and feeds it by `took`, `answered`, `media_up`; the rest is
    `ivr.ports.AudioLeg`.
    """

    def __init__(self, info: LegInfo, parts: Inside, *, commands: Commands, submit: Submit) -> None:
        super().__init__(info, parts.media, parts.observed)
        self._commands = commands
        self._submit = submit
        self._changed = asyncio.Event()
        self._answered = False
        self._media_up = False
        self._ours = False

    # ---------------------------------------------------------------- from the endpoint

    def take(self, event: LegEvent) -> None:
        """Take one event of this call."""
        if not isinstance(event, Gone):
            self._take(event)
        elif self._end is None:
            self._finish(event)
            self._changed.set()

    def answered(self) -> None:
        """Learn that the call was answered."""
        self._answered = True
        self._changed.set()

    def media_up(self) -> None:
        """Learn that audio flows."""
        self._media_up = True
        self._changed.set()

    async def established(self) -> None:
        """Return when the call is answered and audio flows; raises `CallError` when it ends."""
        while not (self._answered and self._media_up):
            self._raise_if_gone()
            self._changed.clear()
            await self._changed.wait()
        self._raise_if_gone()

    # ---------------------------------------------------------------- AudioLeg

    async def answer(self) -> None:
        """Answer; returns when audio flows."""
        self._raise_if_gone()
        await self._submit(lambda: self._commands.answer(self._info.key))
        await self.established()

    async def hear(self, other: AudioLeg) -> None:
        """Let our far end hear that of *other*; two phone calls on the bridge of pjsua."""
        self._raise_if_gone()
        if isinstance(other, SipLeg):
            other._raise_if_gone()  # noqa: SLF001 - the same class
            there = other.info.key
            await self._submit(lambda: self._commands.hear(self._info.key, there))
        else:
            self._relay.hear(other)

    async def unhear(self, other: AudioLeg) -> None:
        """Undo `hear`; nothing to do when either is gone."""
        if not isinstance(other, SipLeg):
            self._relay.unhear(other)
        elif self._end is None:
            there = other.info.key
            await self._submit(lambda: self._commands.unhear(self._info.key, there))

    async def send_keys(self, keys: str) -> None:
        """Press *keys* (0-9, *, #, A-D) towards the far end (RFC 4733)."""
        if not keys or set(keys) - KEYS:
            raise MisuseError(f"leg {self._info.key}: only 0-9, *, # and A-D are keys")
        self._raise_if_gone()
        await self._submit(lambda: self._commands.send_keys(self._info.key, keys))

    async def hang_up(self, *, status: int = 0) -> None:
        """
        End the leg; `Gone` follows at once, whether or not the far end confirms.

        Args:
            status: Final answer to an INVITE that was not answered yet; 0: 603.
        """
        if self._end is not None:
            return
        self._ours = True
        self.take(Gone(status=status))
        try:
            await self._submit(lambda: self._commands.hang_up(self._info.key, status))
        except CallError:
            return  # the line has stopped: so has the leg

    def _raise_if_gone(self) -> None:
        if self._end is not None:
            raise causes.error_of(self._info.key, self._end, ours=self._ours)
