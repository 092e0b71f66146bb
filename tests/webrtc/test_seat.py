"""A seat without a browser: what becomes of the agent's presence, and what they are told."""

import asyncio
from dataclasses import replace

import pytest

from ivr.errors import HandoffError, IvrError, LegBroken, StoreUnavailable
from ivr.handoff.agents import Agent, Presence, PresenceChange, Role
from ivr.handoff.commands import Attending
from ivr.webrtc.agents_talk import AgentsTalk
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.floor import Colleague
from ivr.webrtc.messages import Attend, GetReady, MoveUp, Pause, TakeOffer
from ivr.webrtc.notes import NoteKeeper
from ivr.webrtc.page import Page
from ivr.webrtc.presences import JUST_CAME, NO_SOUND, READY
from ivr.webrtc.seat import Office, Seat
from ivr.webrtc.views import Farewell, Notice, Telling
from tests.support.browser_peer import OPTIONS
from tests.support.console import CARD, DANA, SAM, FakeActions
from tests.support.virtual_loop import run


class FakePage(Page):
    """Remembers what it was told, and why it was sent away."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.reasons: list[Farewell] = []

    def tell(self, telling: Telling) -> None:
        if isinstance(telling, Notice):
            self.told.append(telling.text)

    def send_away(self, reason: Farewell, *, wait: float = 0.0) -> None:
        del wait
        self.reasons.append(reason)


class Scene:
    """A seat at which a page sits; the line's end of its audio is `leg`."""

    def __init__(self, agent: Agent = DANA, actions: FakeActions | None = None) -> None:
        self.actions = actions or FakeActions()
        self.page = FakePage()
        self.leg = ConsoleLeg(OPTIONS)
        notes = NoteKeeper(self.actions.keep_note)
        self.seat = Seat(agent, Office(self.actions, self._open_sound, notes, lambda: None))

    async def _open_sound(self, sdp: str) -> tuple[ConsoleLeg, str]:
        return self.leg, sdp

    def presence(self) -> PresenceChange | None:
        return self.actions.presences.get(self.seat.agent.name)

    def talk(self) -> None:
        self.seat.begin_talk(AgentsTalk(CARD, self.leg))


def test_who_is_removed_in_a_talk_finishes_it_and_is_sent_away_then() -> None:
    async def story() -> None:
        scene = Scene()
        await scene.seat.welcome(scene.page)
        scene.talk()
        scene.seat.dismiss()
        await scene.seat.handle(GetReady())
        assert scene.page.reasons == []
        scene.leg.on_gone()
        assert scene.page.reasons == [Farewell.REMOVED]
        assert scene.presence() == JUST_CAME

    asyncio.run(story())


def test_nobody_gets_ready_in_a_talk_but_may_pause_for_what_follows_it() -> None:
    async def story() -> None:
        scene = Scene()
        await scene.seat.welcome(scene.page)
        scene.talk()
        await scene.seat.handle(GetReady())
        assert (scene.presence(), scene.page.told) == (JUST_CAME, ["Finish the call first."])
        await scene.seat.handle(Pause("lunch"))
        assert scene.presence() == PresenceChange(Presence.PAUSED, "lunch")

    asyncio.run(story())


@pytest.mark.parametrize("seen", [None, Colleague("Dana", Presence.OFFLINE, 1.0)])
def test_whoever_is_there_signs_in_again_when_the_queue_signed_them_out(
    seen: Colleague | None,
) -> None:
    async def story() -> None:
        scene = Scene()
        await scene.seat.welcome(scene.page)
        await scene.seat.handle(GetReady())
        scene.actions.presences.clear()
        scene.seat.stand(seen)
        await asyncio.sleep(0)
        assert scene.presence() == READY
        scene.actions.presences.clear()
        scene.talk()
        scene.seat.stand(seen)
        scene.leg.on_gone()
        scene.seat.forsake(scene.page)
        await asyncio.sleep(0)
        scene.actions.presences.clear()
        scene.seat.stand(seen)
        await asyncio.sleep(0)
        assert scene.presence() is None  # nobody is there

    asyncio.run(story())


def test_whose_sound_does_not_connect_is_paused_until_they_say_otherwise() -> None:
    async def story() -> None:
        scene = Scene()
        await scene.seat.welcome(scene.page)
        await scene.seat.handle(GetReady())
        ringing = asyncio.ensure_future(scene.seat.ring(CARD, ring_for=20.0))
        await asyncio.sleep(1)
        await scene.seat.handle(TakeOffer(1))
        with pytest.raises(LegBroken):
            await ringing
        assert scene.page.told == ["Your sound did not connect, so you are paused."]
        scene.seat.stand(Colleague("Dana", Presence.OFFLINE, 1.0))  # as after any broken leg
        await asyncio.sleep(0)
        assert scene.presence() == NO_SOUND

    run(story())


def test_a_page_that_goes_while_it_rings_is_no_broken_sound() -> None:
    async def story() -> None:
        scene, other = Scene(), FakePage()
        await scene.seat.welcome(scene.page)
        await scene.seat.handle(GetReady())
        ringing = asyncio.ensure_future(scene.seat.ring(CARD, ring_for=20.0))
        await asyncio.sleep(1)
        await scene.seat.welcome(other)
        with pytest.raises(LegBroken):
            await ringing
        scene.seat.stand(Colleague("Dana", Presence.OFFLINE, 1.0))
        await asyncio.sleep(0)
        assert (scene.presence(), other.told) == (READY, [])

    run(story())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (HandoffError("this talk is over"), "That did not work: this talk is over."),
        (StoreUnavailable("calls.db is locked"), "The line cannot reach its records now"),
        (LegBroken("leg 7f3a: broken"), "That did not work. Please try again."),
    ],
)
def test_what_cannot_be_done_is_told_in_words_and_the_console_goes_on(
    error: IvrError, words: str
) -> None:
    class Refusing(FakeActions):
        async def move_up(self, by: Agent, ticket: str) -> None:
            del by, ticket
            raise error

    async def story() -> None:
        scene = Scene(SAM, Refusing())
        await scene.seat.welcome(scene.page)
        await scene.seat.handle(MoveUp("t1"))
        (told,) = scene.page.told
        assert told.startswith(words)
        await scene.seat.handle(GetReady())
        assert scene.presence() == READY

    asyncio.run(story())


def test_who_is_no_supervisor_any_more_leaves_the_talk_they_listen_to() -> None:
    async def story() -> None:
        scene = Scene(SAM)
        await scene.seat.welcome(scene.page)
        scene.leg.heard(0, bytes(320))
        await scene.seat.handle(Attend("c1", Attending.LISTEN, "v=0"))
        assert not scene.seat.idle
        await scene.seat.handle(GetReady())
        assert (scene.presence(), scene.page.told) == (JUST_CAME, ["Finish the call first."])
        scene.seat.know(replace(SAM, role=Role.SUPERVISOR, languages=("en", "es")))
        await asyncio.sleep(0)
        assert scene.actions.visitor is scene.leg
        await scene.leg.answer()  # which is still there
        scene.seat.know(replace(SAM, role=Role.AGENT))
        await asyncio.sleep(0)
        with pytest.raises(IvrError):
            await scene.leg.answer()
        await scene.leg.hang_up()

    asyncio.run(story())
