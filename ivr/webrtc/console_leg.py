"""Browsers as an agent's phone and as a caller's: `BrowserLeg` and what their pages add."""

from collections.abc import Callable
from secrets import token_hex
from typing import cast

from ivr.desk import Commanded
from ivr.handoff.commands import AgentCommand, TalkPhase, TalkView
from ivr.ports import LegEvent, LegInfo
from ivr.webrtc.browser_leg import BrowserLeg, BrowserOptions
from ivr.webrtc.peer import Peer


class ConsoleLeg(BrowserLeg):
    """
    An agent's phone in the console (`ivr.desk.AgentLeg`).

    A page that is closed is not an agent who hangs up: that is the command `Done`. Until the
    silence has lasted for `BrowserOptions.lost_after` a page that was loaded anew can
    `return_to` the same talk.
    """

    def __init__(self, options: BrowserOptions) -> None:
        super().__init__(LegInfo(token_hex(4)), options)
        self.view = TalkView(TalkPhase.TALKING)
        """How the talk stands."""
        self.on_view: Callable[[], None] = _nothing
        """Told that `view` changed."""

    def command(self, command: AgentCommand) -> None:
        """Take what the agent wants done."""
        # `AgentLeg` has one event more than `AudioLeg`; who asks for an `AgentLeg` knows it.
        self._take(cast("LegEvent", Commanded(command)))

    def show(self, view: TalkView) -> None:
        """Show the agent how the talk stands."""
        self.view = view
        self.on_view()

    async def return_to(self, sdp: str) -> str:
        """
        Take a new page's SDP in place of the old one's; return the answer.

        Raises:
            CallError: The leg is gone already, or the SDP is no use.
        """
        self._raise_if_gone()
        old, self._peer = self._peer, Peer(self, self._options.peer)
        old.begin_to_close()
        return await self._peer.accept(sdp)

    def ended(self, *, lost: bool) -> None:
        """Wait for the page's return; the silence is limited anyway."""
        if not self._established.is_set():
            super().ended(lost=lost)


class CallerLeg(BrowserLeg):
    """A caller who rings from a page."""

    def __init__(self, options: BrowserOptions) -> None:
        super().__init__(LegInfo(token_hex(4), trunk="page"), options)
        self.on_answer: Callable[[], None] = _nothing
        """Told when the line answers."""

    async def answer(self) -> None:
        """Answer; return when audio flows."""
        self.on_answer()
        await super().answer()


def _nothing() -> None:
    """Tell nobody."""
