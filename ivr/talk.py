"""
The talk in the world: the machine of `ivr.handoff.talk` over real legs.

One `Talk` a bridge: from the moment caller and agent hear each other to the end, through
hold, consultation, transfer, a flow, and supervisors who take part.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Protocol, assert_never, cast, runtime_checkable

from ivr.audio.tune import Tune
from ivr.desk import Commanded
from ivr.errors import CallError, HandoffError, LegClosed, LegLost
from ivr.handoff.commands import Attending, Done, TalkPhase, TalkView
from ivr.handoff.earshot import Pair, Party, Sound
from ivr.handoff.talk import TalkMachine
from ivr.handoff.talk_actions import (
    EndTalk,
    Hear,
    LetGo,
    PlaySound,
    Promote,
    RingOther,
    ShowTalk,
    StartFlow,
    StopSound,
    TalkAction,
    TalkEnding,
    Unhear,
)
from ivr.handoff.talk_events import (
    AgentAsked,
    FlowFinished,
    OtherAnswered,
    OtherRefused,
    PartyHeld,
    PartyLeft,
    PartyResumed,
    SupervisorCame,
    TalkEvent,
)
from ivr.ports import AudioLeg, Gone, LegEvent, MediaHeld, MediaResumed
from ivr.refusing import refusal_of
from ivr.talk_tasks import TalkTasks

_log = logging.getLogger(__name__)
TOKEN = 4  # of what plays on a leg during a talk; it loops, so that it is never told

DeskEvent = LegEvent | Commanded


@dataclass(frozen=True, slots=True)
class Rung:
    """Who picked up."""

    leg: AudioLeg
    name: str
    """Who it is, for the ears of a caller who talks to them later."""


class Ring(Protocol):
    """Rings whom an agent wants to talk to."""

    async def __call__(self, to: str, /) -> Rung:
        """
        Ring *to*, an agent's name, a queue or a number; return once somebody picked up.

        It decides what may be rung at all. Cancelling stops the ringing.

        Raises:
            CallError: As `ivr.ports.Dialler.dial`.
            HandoffError: They are not rung, for the reason it says in words for the agent.
            IvrError: Any other one reads as unreachable.
        """
        ...


class RunFlow(Protocol):
    """Leads a caller through a flow."""

    def __call__(self, flow: str, leg: AudioLeg, /) -> Awaitable[str]:
        """
        Run *flow* on *leg*, whose events are its own meanwhile; the leg stays open.

        Cancelling stops it.

        Returns:
            What came of it, in words for the agent.

        Raises:
            CallError: The caller is gone.
            HandoffError: It is not run, for the reason it says in words for the agent.
            IvrError: It cannot be run; the caller goes back to the agent.
        """
        ...


@runtime_checkable
class Screen(Protocol):
    """A leg with a screen, such as `ivr.desk.AgentLeg`."""

    def show(self, view: TalkView) -> None:
        """Show how the talk stands."""
        ...


def _nobody(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class TalkMeans:
    """What a talk is done with."""

    ring: Ring
    run_flow: RunFlow
    music: bytes
    """Loops for a caller on hold."""
    ringing: bytes
    """Loops for an agent while somebody else is rung."""
    queues: Collection[str] = ()
    """A caller sent to one of them waits there, which ends the talk."""
    joined: Callable[[str], None] = _nobody
    """Told of a supervisor who takes part from now on."""
    passed_on: Callable[[str], None] = _nobody
    """Told who talks to the caller from now on."""
    parted: Callable[[str], None] = _nobody
    """Told who was in the talk and no longer is."""


@dataclass(frozen=True, slots=True)
class TalkEnd:
    """How a talk ended."""

    ending: TalkEnding
    agent: str
    """Who talked to the caller last."""
    to: str = ""
    """The queue of `TO_QUEUE`."""


class Talk:
    """A caller and an agent, from the bridge to the end."""

    def __init__(self, caller: AudioLeg, agent: AudioLeg, means: TalkMeans, *, name: str) -> None:
        """
        Prepare a talk.

        Args:
            caller: An answered leg; nobody else reads its events while `run` runs.
            agent: The same of the agent; a `Screen` is shown how the talk stands.
            means: What it is done with.
            name: The agent's.
        """
        self._legs = {Party.CALLER: caller, Party.AGENT: agent}
        self._names = {Party.AGENT: name}
        self._means = means
        self._machine = TalkMachine(queues=means.queues)
        self._music = Tune(means.music)
        self._inbox: asyncio.Queue[TalkEvent | tuple[AudioLeg, DeskEvent | Attending]] = (
            asyncio.Queue()
        )
        self._tasks = TalkTasks()

    @property
    def agent(self) -> str:
        """Who talks to the caller now; after they left, who did last."""
        return self._names[Party.AGENT]

    @property
    def supervisor(self) -> str:
        """Who attends it; `` for nobody."""
        return self._names.get(Party.SUPERVISOR, "")

    @property
    def phase(self) -> TalkPhase:
        """What caller and agent are doing."""
        return self._machine.phase

    async def run(self) -> TalkEnd:
        """
        Let them talk until it is over.

        Everybody but the caller is hung up on then. The caller hears music if the ending
        sends them back to a queue, else silence. Cancelling hangs up on the others too.
        """
        async with asyncio.TaskGroup() as tasks:
            self._tasks.begin(tasks)
            try:
                end = await self._drive()
            finally:
                await self._close()
        if self._tasks.over(self._legs[Party.CALLER]):
            return TalkEnd(TalkEnding.CALLER_LEFT, self.agent)
        return TalkEnd(end.ending, self.agent, end.to)

    async def attend(self, leg: AudioLeg, attending: Attending, *, by: str) -> None:
        """
        Let a supervisor named *by* take part, or in another way; they leave by hanging up.

        Raises:
            HandoffError: The talk is over, or another supervisor attends it.
        """
        there = self._legs.get(Party.SUPERVISOR)
        if self._machine.ended or not self._tasks.going_on:
            raise HandoffError("this talk is over")
        if there is not None and there is not leg:
            raise HandoffError(f"{self.supervisor} attends this talk already")
        if leg is self._legs.get(Party.AGENT):
            raise HandoffError(f"{by} talks to the caller already")
        self._legs[Party.SUPERVISOR] = leg
        self._names[Party.SUPERVISOR] = by
        if there is None:
            self._means.joined(by)
            self._follow(leg)
        self._inbox.put_nowait((leg, attending))

    # ---------------------------------------------------------------- what happens

    async def _drive(self) -> EndTalk:
        loop = asyncio.get_running_loop()
        self._follow(self._legs[Party.CALLER])
        self._follow(self._legs[Party.AGENT])
        end = await self._do(self._machine.start())
        while end is None:
            try:
                async with asyncio.timeout_at(self._machine.deadline):
                    news = await self._inbox.get()
            except TimeoutError:
                end = await self._do(self._machine.handle_deadline(now=loop.time()))
                continue
            event = await self._read(*news) if isinstance(news, tuple) else news
            if event is not None:
                end = await self._do(self._machine.handle(event, now=loop.time()))
        return end

    def _follow(self, leg: AudioLeg) -> None:
        # `AgentLeg` has one event more than `AudioLeg`, and who is one shows only then.
        self._tasks.follow(leg, lambda e: self._inbox.put_nowait((leg, cast("DeskEvent", e))))

    async def _read(self, leg: AudioLeg, event: DeskEvent | Attending) -> TalkEvent | None:
        """Tell what *event* means now: who was somebody else then may be the agent, or gone."""
        party = next((party for party, known in self._legs.items() if known is leg), None)
        if party is None:
            return None
        match event:
            case Gone(lost=lost):
                return PartyLeft(party, lost)
            case MediaHeld():
                return PartyHeld(party)
            case MediaResumed():
                return PartyResumed(party)
            case Attending() if party is Party.SUPERVISOR:
                return SupervisorCame(event)
            case Commanded(command=command) if party is Party.AGENT:
                return AgentAsked(command)
            case Commanded(command=Done()):
                await leg.hang_up()
            case _:
                pass
        return None

    # ---------------------------------------------------------------- what is done

    async def _do(self, actions: tuple[TalkAction, ...]) -> EndTalk | None:
        for action in actions:
            match action:
                case Hear() | Unhear():
                    await self._change_hearing(action)
                case PlaySound() | StopSound():
                    self._play(action)
                case RingOther(ring=ring, to=to):
                    self._names[Party.OTHER] = to
                    self._tasks.ringing = self._tasks.spawn(self._ring(ring, to))
                case StartFlow():
                    self._tasks.spawn(self._lead(action))
                case LetGo(party=party):
                    await self._let_go(party)
                case Promote(party=party):
                    self._promote(party)
                case ShowTalk(view=view):
                    self._show(view)
                case EndTalk():
                    return action
                case _:
                    assert_never(action)
        return None

    async def _change_hearing(self, action: Hear | Unhear) -> None:
        """All pairs at once: SIP legs take such orders every 10 ms."""
        legs = [(self._legs[pair.ear], self._legs[pair.voice]) for pair in action.pairs]
        if isinstance(action, Unhear):
            await asyncio.gather(*(ear.unhear(voice) for ear, voice in legs))
            return
        hearing = (ear.hear(voice) for ear, voice in legs)
        troubles = await asyncio.gather(*hearing, return_exceptions=True)
        for pair, trouble in zip(action.pairs, troubles, strict=True):
            if trouble is not None:
                self._cannot_hear(pair, trouble)

    def _cannot_hear(self, pair: Pair, trouble: BaseException) -> None:
        match trouble:
            case LegLost() | LegClosed():
                pass  # what has ended tells it by itself
            case CallError():
                party = pair.voice if pair.ear is Party.CALLER else pair.ear
                _log.warning("a party cannot hear or be heard", extra={"party": party.value})
                self._inbox.put_nowait(PartyLeft(party, lost=True))
            case _:
                raise trouble

    def _play(self, action: PlaySound | StopSound) -> None:
        now = asyncio.get_running_loop().time()
        leg = self._legs[action.party]
        if isinstance(action, StopSound):
            leg.stop_playing()
        elif action.sound is Sound.RINGING:
            leg.play(self._means.ringing, token=TOKEN, loop=True)
        else:
            leg.play(self._music.resume(now=now), token=TOKEN, loop=True)
            return
        if action.party is Party.CALLER:
            self._music.pause(now=now)

    async def _ring(self, ring: int, to: str) -> None:
        try:
            rung = await self._means.ring(to)
        except Exception as error:  # noqa: BLE001 - whatever broke, the agent learns it and talks on
            refusal = refusal_of(error)
            extra = {"refusal": refusal.value, "kind": type(error).__name__}
            _log.info("somebody else did not pick up", extra=extra)
            self._inbox.put_nowait(OtherRefused(ring, refusal, _words(error)))
            return
        self._legs[Party.OTHER] = rung.leg
        self._names[Party.OTHER] = rung.name
        self._follow(rung.leg)
        self._inbox.put_nowait(OtherAnswered(ring, rung.name))

    async def _lead(self, start: StartFlow) -> None:
        caller = self._legs[Party.CALLER]
        await self._tasks.unfollow(caller)
        broken, words = False, ""
        try:
            words = await self._means.run_flow(start.name, caller)
        except CallError:
            self._inbox.put_nowait((caller, Gone()))
            self._tasks.note_gone(caller)
        except Exception as error:  # noqa: BLE001 - whatever broke, the caller goes back to a person
            broken, words = True, _words(error)
            _log.warning("a flow broke in a talk", extra={"kind": type(error).__name__})
        self._follow(caller)
        self._inbox.put_nowait(FlowFinished(start.flow, broken, words))

    async def _let_go(self, party: Party) -> None:
        if party is Party.OTHER and self._tasks.ringing is not None:
            self._tasks.ringing.cancel()
        name = self._names.get(party, "")
        if party is not Party.AGENT:
            self._names.pop(party, None)
        if leg := self._legs.pop(party, None):
            self._means.parted(name)
            with contextlib.suppress(CallError):
                await leg.hang_up()

    def _promote(self, party: Party) -> None:
        self._legs[Party.AGENT] = self._legs.pop(party)
        self._names[Party.AGENT] = self._names.pop(party)
        self._means.passed_on(self.agent)

    def _show(self, view: TalkView) -> None:
        leg = self._legs.get(Party.AGENT)
        if isinstance(leg, Screen):
            leg.show(view)

    async def _close(self) -> None:
        """Leave nobody but the caller, also when the talk was broken off."""
        self._tasks.end()
        legs = tuple(self._legs.values())
        await asyncio.gather(*(one.unhear(two) for one in legs for two in legs if one is not two))
        for party in tuple(self._legs):
            if party is not Party.CALLER:
                await self._let_go(party)


def _words(error: Exception) -> str:
    """Give the words an error has for an agent; the other kinds speak to other people."""
    return str(error) if isinstance(error, HandoffError) else ""
