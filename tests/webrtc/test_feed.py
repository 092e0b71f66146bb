"""What consoles are shown while the queue's store comes and goes."""

import asyncio
from pathlib import Path

from ivr.handoff.agents import Presence
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.feed import AT_LEAST_EVERY, FloorFeed
from ivr.webrtc.floor import Floor
from ivr.webrtc.messages import GetReady, Pause
from ivr.webrtc.notes import NoteKeeper
from ivr.webrtc.page import Page
from ivr.webrtc.seat import Office, Seat
from ivr.webrtc.views import FloorShown, Notice, Telling, You
from tests.support.console import FakeActions
from tests.support.practice import DANA, practice
from tests.support.virtual_loop import run
from tests.switchboard.desk import clock
from tests.switchboard.fickle import HANGS, FickleStore

A_WHILE = AT_LEAST_EVERY + 2 * HANGS + 1.0  # seconds in which any change is seen


class Screen(Page):
    """Keeps what a page shows."""

    def __init__(self) -> None:
        self.floors: list[FloorShown] = []
        self.notices: list[str] = []
        self.presence = ""

    def tell(self, telling: Telling) -> None:
        match telling:
            case FloorShown():
                self.floors.append(telling)
            case Notice(text=text):
                self.notices.append(text)
            case You(presence=presence):
                self.presence = presence.value


async def no_sound(sdp: str) -> tuple[ConsoleLeg, str]:
    raise AssertionError(sdp)


def test_a_console_goes_on_while_the_store_is_away_and_signs_in_when_it_comes_back_empty(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        store, screen = FickleStore(), Screen()
        async with practice(tmp_path, clock, store=store) as there:
            feed = FloorFeed(there.floor, lambda: [seat])
            notes = NoteKeeper(there.floor.keep_note)
            seat = Seat(DANA, Office(there.floor, no_sound, notes, feed.stir))
            feeding = asyncio.ensure_future(feed.run())
            await seat.welcome(screen)
            await seat.handle(GetReady())
            await asyncio.sleep(A_WHILE)
            assert (screen.floors[-1].current, screen.presence) == (True, "ready")
            store.away = True
            await asyncio.sleep(A_WHILE)
            assert not screen.floors[-1].current
            shown = len(screen.floors)
            await seat.handle(Pause("lunch"))
            (told,) = screen.notices
            assert "nothing was changed" in told
            await asyncio.sleep(3 * A_WHILE)
            assert len(screen.floors) >= shown + 3  # the page sees that the line lives
            store.away = False
            await store.forget("Dana")
            await asyncio.sleep(A_WHILE)
            assert screen.floors[-1].current
            (dana,) = await store.agents()
            assert dana.presence is Presence.READY
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)

    run(story())


def test_a_look_that_breaks_is_not_the_last() -> None:
    class Breaking(FakeActions):
        looks = 0

        async def floor(self) -> Floor:
            self.looks += 1
            if self.looks == 2:
                raise RuntimeError("a mistake of ours")
            return await super().floor()

    async def story() -> None:
        screen, actions = Screen(), Breaking()
        feed = FloorFeed(actions, lambda: [seat])
        seat = Seat(DANA, Office(actions, no_sound, NoteKeeper(actions.keep_note), feed.stir))
        await seat.welcome(screen)
        feeding = asyncio.ensure_future(feed.run())
        await asyncio.sleep(3 * A_WHILE)
        assert [floor.current for floor in screen.floors[:3]] == [True, False, True]
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)

    run(story())
