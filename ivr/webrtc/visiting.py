"""A supervisor's part in the talks of others: listen, whisper, join, take over, move up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ivr.handoff.agents import Agent, Role
from ivr.handoff.commands import Attending
from ivr.webrtc.agents_talk import AgentsTalk
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.floor import ConsoleActions
from ivr.webrtc.messages import Attend, LeaveTalk, MoveUp
from ivr.webrtc.offer import OpenSound
from ivr.webrtc.views import AttendShown, Notice, SoundAnswer, Telling


class Host(Protocol):
    """The seat of the supervisor."""

    @property
    def agent(self) -> Agent:
        """Who sits there."""
        ...

    @property
    def engaged(self) -> bool:
        """Whether they have a call of their own, or one rings."""
        ...

    def say(self, telling: Telling) -> None:
        """Tell the page, if there is one."""
        ...

    def begin_talk(self, talk: AgentsTalk) -> None:
        """Have a talk of their own from now on."""
        ...

    def refresh(self) -> None:
        """Tell the page how the seat stands."""
        ...


@dataclass(slots=True)
class _Visit:
    call: str
    mode: Attending
    leg: ConsoleLeg


class Visiting:
    """At most one talk is attended at a time."""

    def __init__(
        self,
        host: Host,
        actions: ConsoleActions,
        open_sound: OpenSound,
        *,
        stir: Callable[[], None],
    ) -> None:
        """
        Wire it up.

        Args:
            host: The supervisor's seat.
            actions: The line.
            open_sound: Makes the line's end of their audio.
            stir: Called when the floor changed.
        """
        self._host = host
        self._actions = actions
        self._open_sound = open_sound
        self._stir = stir
        self._visit: _Visit | None = None

    @property
    def shown(self) -> AttendShown | None:
        """What the page shows of it."""
        return AttendShown(self._visit.call, self._visit.mode) if self._visit else None

    async def handle(self, doing: Attend | LeaveTalk | MoveUp) -> None:
        """
        Do what a supervisor asked for, and nothing for anybody else.

        Raises:
            IvrError: It cannot be done.
        """
        if self._host.agent.role is not Role.SUPERVISOR:
            self._host.say(Notice("Only supervisors can do that.", trouble=True))
            return
        match doing:
            case MoveUp(ticket=ticket):
                await self._actions.move_up(self._host.agent, ticket)
            case LeaveTalk():
                await self.leave()
            case Attend():
                await self._attend(doing)
        self._stir()

    async def leave(self) -> None:
        """Leave the talk; nothing to do when none is attended."""
        if self._visit is not None:
            await self._visit.leg.hang_up()

    async def _attend(self, doing: Attend) -> None:
        begins = doing.sdp != ""
        if begins:
            await self.leave()
            await self._begin(doing)
        visit = self._visit
        if visit is None:
            return
        try:
            card = await self._actions.attend(self._host.agent, visit.call, doing.mode, visit.leg)
        except BaseException:
            if begins:
                await visit.leg.hang_up()
            raise
        visit.mode = doing.mode
        if doing.mode is Attending.TAKE_OVER:
            self._visit = None
            self._host.begin_talk(AgentsTalk(card, visit.leg, took_over=True))
        self._host.refresh()

    async def _begin(self, doing: Attend) -> None:
        leg, answer = await self._open_sound(doing.sdp)
        if self._host.engaged:
            await leg.hang_up()
            self._host.say(Notice("Finish your own call first.", trouble=True))
        else:
            leg.on_gone = self._over
            self._visit = _Visit(doing.call, doing.mode, leg)
            self._host.say(SoundAnswer(answer))
            await leg.answer()

    def _over(self) -> None:
        self._visit = None
        self._host.refresh()
