"""
One agent at the console: what rings there, whom they talk to, what they write.

A seat outlives its page: a socket that breaks, or a page that is loaded anew, finds
everything as it was. It is told what the page did by `handle`, and tells the page all of
its own state after each change.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import assert_never

from ivr.errors import HandoffError, IvrError, LegBroken, LegLost, StoreError
from ivr.handoff.agents import Agent, Presence, PresenceChange, Role
from ivr.handoff.card import Card
from ivr.webrtc.agents_talk import AgentsTalk, Work
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.floor import Colleague, ConsoleActions
from ivr.webrtc.messages import (
    Attend,
    Command,
    DeclineOffer,
    Doing,
    Draft,
    GetReady,
    HangUp,
    LeaveTalk,
    LogOut,
    MoveUp,
    Mute,
    Pause,
    PressKey,
    Sound,
    TakeOffer,
    WrapUpDone,
)
from ivr.webrtc.notes import NoteKeeper
from ivr.webrtc.offer import BUSY, NO_ANSWER, Offer, OpenSound
from ivr.webrtc.page import Page
from ivr.webrtc.presences import AFTER_CALL, JUST_CAME, NO_SOUND, OFFLINE, READY, Presences
from ivr.webrtc.views import Farewell, Notice, SoundAnswer, Telling, You
from ivr.webrtc.visiting import Visiting

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Office:
    """What all seats share."""

    actions: ConsoleActions
    open_sound: OpenSound
    notes: NoteKeeper
    stir: Callable[[], None]
    """Called when the floor changed by what an agent did."""


class Seat:
    """One agent at the console; made at their first login, kept until `close`."""

    def __init__(self, agent: Agent, office: Office) -> None:
        self.agent = agent
        self.logged_out = False
        """Whether they left by themselves rather than losing their page."""
        self.dismissed = False
        """Whether they take calls here no more."""
        self._office = office
        self._page: Page | None = None
        self._message_numbers = itertools.count(1)
        self._offer_numbers = itertools.count(1)
        self._presences = Presences(self, office.actions, stir=office.stir)
        self._standing = Colleague(agent.name, JUST_CAME.presence, 0.0, JUST_CAME.reason)
        self._offer: Offer | None = None
        self._work = Work(agent.name, office.notes)
        self._visiting = Visiting(self, office.actions, office.open_sound, stir=office.stir)
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ the page comes and goes

    @property
    def open(self) -> bool:
        """Whether a page is there."""
        return self._page is not None

    @property
    def idle(self) -> bool:
        """Whether nobody looks at it and no call needs it."""
        return not (self.open or self._work.talk or self._visiting.shown)

    async def welcome(self, page: Page) -> None:
        """Let *page* be the one; an earlier one is told. Presence becomes what it was."""
        old, self._page = self._page, page
        self.logged_out = False
        page.numbers = self._message_numbers
        if old is not None:
            old.send_away(Farewell.ELSEWHERE)
        if self._offer is not None:
            self._offer.lose()
        self.refresh()
        if self._work.talk is None:
            await self._presences.sign_in(note_waits=self._work.wrap_up is not None)

    def forsake(self, page: Page) -> None:
        """Note that *page* is gone: nothing rings there any more, a talk goes on by its audio."""
        if page is not self._page:
            return
        self._page = None
        if self._offer is not None:
            self._offer.lose()
        if self._work.talk is None:
            self._spawn(self._presences.become(OFFLINE))

    def dismiss(self) -> None:
        """Send an agent away who was removed, but not before their talk is over."""
        self.dismissed = True
        if self._offer is not None:
            self._offer.lose()
        if self._work.talk is None:
            self._send_off(Farewell.REMOVED)

    async def close(self) -> None:
        """Leave for good: what was written is kept, every leg hung up, the agent OFFLINE."""
        self._page = None
        if self._offer is not None:
            self._offer.lose()
        await self._visiting.leave()
        if self._work.talk is not None:
            await self._work.talk.leg.hang_up()
        self._work.put_away()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._presences.become(OFFLINE)

    def know(self, agent: Agent) -> None:
        """Learn what the roster says of this agent now."""
        self.agent = agent
        if agent.role is not Role.SUPERVISOR:
            self._spawn(self._visiting.leave())
        self.refresh()

    def stand(self, colleague: Colleague | None) -> None:
        """
        Take over what the queue says of this agent; None: it does not know them.

        It may have signed them out, as when the page was loaded anew while it rang, or when
        this cell was taken for dead: whoever is there signs in again.
        """
        if colleague is not None:
            self._standing = colleague
        gone = colleague is None or colleague.presence is Presence.OFFLINE
        if gone and self.open and not self.engaged:
            self._spawn(self._presences.sign_in(note_waits=self._work.wrap_up is not None))
        self.refresh()

    # ------------------------------------------------------------ the line rings

    async def ring(self, card: Card, *, ring_for: float) -> ConsoleLeg:
        """
        Offer a caller, as `AgentPhones.ring`.

        Raises:
            LegLost: Declined (603), not answered (408), busy (486).
            LegBroken: No page is there, or its sound cannot be connected.
        """
        name = self.agent.name
        if self._page is None or self.dismissed:
            raise LegBroken(f"console of '{name}' is not open")
        if self.engaged or self._visiting.shown:
            raise LegLost(f"console of '{name}' is busy", BUSY)
        card = card.for_role(self.agent.role)
        offer = self._offer = Offer(name, next(self._offer_numbers), card, ring_for=ring_for)
        self.refresh()
        leg = None
        try:
            leg = await offer.taken()
        except asyncio.CancelledError:
            self.say(Notice("The caller is no longer waiting for you."))
            raise
        except LegBroken:
            if offer.accepted:
                self._presences.wish = NO_SOUND  # or each caller would lose seconds to it
                self.say(Notice("Your sound did not connect, so you are paused.", trouble=True))
            raise
        except LegLost as error:
            if error.args[1:] == (NO_ANSWER,):
                self.say(Notice("It rang long enough. The call goes on to somebody else."))
            raise
        finally:
            self._offer = None
            if leg is None:
                self._spawn(offer.give_up())
            self.refresh()
        self.begin_talk(AgentsTalk(card, leg))
        return leg

    @property
    def engaged(self) -> bool:
        """Whether they have a call, or one rings."""
        return self._offer is not None or self._work.talk is not None

    def begin_talk(self, talk: AgentsTalk) -> None:
        """Have *talk* from now on."""
        self._work.begin(talk)
        talk.leg.on_view = self.refresh
        talk.leg.on_gone = self._talk_over
        self.refresh()

    def _talk_over(self) -> None:
        """Whoever ended it: what is left is the note, which waits for a page if there is none."""
        self._work.over()
        self.refresh()
        if self.dismissed:
            self._send_off(Farewell.REMOVED)
        elif self._page is None:
            self._spawn(self._presences.become(OFFLINE))

    # ------------------------------------------------------------ what the page did

    async def handle(self, doing: Doing) -> None:
        """Do what the agent asked for; what cannot be done is told on the page."""
        try:
            await self._handle(doing)
        except IvrError as error:
            _log.info("not done for an agent", extra={"agent": self.agent.name, "error": error})
            self.say(Notice(_in_words(error), trouble=True))

    async def _handle(self, doing: Doing) -> None:
        match doing:
            case GetReady() | Pause():
                await self._change_presence(doing)
            case LogOut():
                self._send_off(Farewell.LOGGED_OUT)
            case Sound(offer=number, sdp=sdp):
                await self._connect(number, sdp)
            case TakeOffer() | DeclineOffer():
                self._decide(doing)
            case Mute() | Command():
                self._handle_talk(doing)
            case Draft(call=call, note=note, outcome=outcome):
                self._work.write(call, note, outcome)
            case WrapUpDone():
                await self._wrap_up(doing)
            case Attend() | LeaveTalk() | MoveUp():
                await self._visiting.handle(doing)
            case PressKey() | HangUp():
                pass  # for callers
            case _:
                assert_never(doing)

    async def _change_presence(self, doing: GetReady | Pause) -> None:
        match doing:
            case Pause(reason=reason):
                await self._presences.wish_for(PresenceChange(Presence.PAUSED, reason))
            case GetReady() if not (self._work.talk or self._visiting.shown):
                await self._presences.wish_for(READY)
            case GetReady():  # nobody else may ring there meanwhile
                self.say(Notice("Finish the call first.", trouble=True))

    def _handle_talk(self, doing: Mute | Command) -> None:
        if self._work.talk is None:
            return  # it is over already
        match doing:
            case Mute(muted=muted):
                self._work.talk.muted = muted
                self.refresh()
            case Command(command=command):
                self._work.talk.leg.command(command)

    def _decide(self, doing: TakeOffer | DeclineOffer) -> None:
        if (offer := self._ringing(doing.offer)) is None:
            return  # it went elsewhere meanwhile
        match doing:
            case TakeOffer():
                offer.take()
                self.refresh()
            case DeclineOffer():
                offer.decline()

    async def _wrap_up(self, done: WrapUpDone) -> None:
        if self._work.finish(done):
            self.refresh()
            await self._presences.wish_for(READY if done.ready else AFTER_CALL)

    def _ringing(self, number: int) -> Offer | None:
        return self._offer if self._offer and self._offer.number == number else None

    async def _connect(self, number: int, sdp: str) -> None:
        """Take the page's end of the audio: 0 is the talk, for a page that was loaded anew."""
        if number == 0 and self._work.talk is not None:
            answer = await self._work.talk.leg.return_to(sdp)
        elif offer := self._ringing(number):
            answer = await offer.connect(sdp, self._office.open_sound)
            if self._offer is not offer:
                self._spawn(offer.give_up())
        else:
            return
        self.say(SoundAnswer(answer, number))

    def _send_off(self, reason: Farewell) -> None:
        if self._work.talk is not None:
            self.say(Notice("Finish the call first.", trouble=True))
        elif self._page is not None:
            self.logged_out = True
            self._page.send_away(reason)

    # ------------------------------------------------------------ telling

    def say(self, telling: Telling) -> None:
        """Tell the page, if there is one."""
        if self._page is not None:
            self._page.tell(telling)

    def refresh(self) -> None:
        """Tell the page how everything here stands."""
        standing, talk, wrap_up = self._standing, self._work.talk, self._work.wrap_up
        self.say(
            You(
                name=self.agent.name,
                role=self.agent.role,
                presence=standing.presence,
                reason=standing.reason,
                left=standing.left,
                offer=self._offer.view if self._offer else None,
                talk=talk.shown if talk else None,
                wrap_up=wrap_up.wrap_up if wrap_up else None,
                attending=self._visiting.shown,
            )
        )

    # ------------------------------------------------------------ helpers

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _in_words(error: IvrError) -> str:
    match error:
        case HandoffError():
            return f"That did not work: {str(error).rstrip('.')}."
        case StoreError():
            return "The line cannot reach its records now, so nothing was changed. Try again soon."
        case _:
            return "That did not work. Please try again."
