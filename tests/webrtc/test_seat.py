"""A seat whose agent was removed from the roster."""

import asyncio

from ivr.handoff.agents import Presence, PresenceChange
from ivr.webrtc.agents_talk import AgentsTalk
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.messages import GetReady
from ivr.webrtc.notes import NoteKeeper
from ivr.webrtc.page import Page
from ivr.webrtc.seat import Office, Seat
from ivr.webrtc.views import Farewell
from tests.support.browser_peer import OPTIONS
from tests.support.console import CARD, DANA, FakeActions


class FakePage(Page):
    """Remembers why it was sent away."""

    def __init__(self) -> None:
        self.reasons: list[Farewell] = []

    def tell(self, telling: object) -> None:
        pass

    def send_away(self, reason: Farewell, *, wait: float = 0.0) -> None:
        del wait
        self.reasons.append(reason)


def test_who_is_removed_in_a_talk_finishes_it_and_is_sent_away_then() -> None:
    async def scene() -> None:
        actions, page, leg = FakeActions(), FakePage(), ConsoleLeg(OPTIONS)

        async def open_sound(sdp: str) -> tuple[ConsoleLeg, str]:
            return leg, sdp

        seat = Seat(DANA, Office(actions, open_sound, NoteKeeper(actions.keep_note), lambda: None))
        await seat.welcome(page)
        seat.begin_talk(AgentsTalk(CARD, leg))
        seat.dismiss()
        await seat.handle(GetReady())
        assert page.reasons == []
        leg.on_gone()
        assert page.reasons == [Farewell.REMOVED]
        assert actions.presences["Dana"] == PresenceChange(Presence.PAUSED, "just logged in")

    asyncio.run(scene())
