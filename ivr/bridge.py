"""
The bridge: the handoff machine in the world, with real phones, music and a whisper.

One `hand_over` a caller. It drives `handoff.Handoff` with what happens on the caller's leg
and on the legs of the agents it rings, and performs what the machine asks.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import assert_never

from ivr.errors import CallError, LegBroken, LegLost, SpeechError
from ivr.handoff.actions import (
    Announce,
    Announcement,
    Bridge,
    Brief,
    Finish,
    HandoffAction,
    Offer,
    Outcome,
    Withdraw,
)
from ivr.handoff.events import (
    AgentAnswered,
    AgentKeyed,
    AgentLeft,
    AgentRefused,
    CallerLeft,
    HandoffEvent,
    Refusal,
)
from ivr.handoff.handoff import Handoff
from ivr.ports import AudioLeg, Dialler, Gone, Keyed, Played, Speaker

_log = logging.getLogger(__name__)
BUSY_STATUSES = frozenset({486, 600})  # RFC 3261 §21.4.24, §21.6.1
NO_ANSWER_STATUSES = frozenset({0, 408, 480, 487})  # RFC 3261 §21.4; 0: our own limit
ANNOUNCEMENT, MUSIC, WHISPER = 1, 2, 3  # tokens of what plays on a leg
RING_SLACK = 5.0  # seconds; the machine's own limit comes first and is the one that counts


@dataclass(frozen=True, slots=True)
class Sounds:
    """What is heard during a handoff."""

    announcements: Mapping[Announcement, str]
    """What the caller is told."""
    briefing: str
    """What the agent is told, "press 1" included; contains the caller's data."""
    music: bytes
    """Loops while the caller waits."""
    language: str = "en"
    """The caller's."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a handoff is done with."""

    dialler: Dialler
    speaker: Speaker
    sounds: Sounds


@dataclass(frozen=True, slots=True)
class Report:
    """How a handoff went."""

    outcome: Outcome
    agent: str = ""
    """Name of the agent who took it."""
    refusals: tuple[Refusal, ...] = ()
    waited: float = 0.0
    """Seconds from the request to the bridge, or to the end."""


async def hand_over(caller: AudioLeg, handoff: Handoff, means: Means) -> Report:
    """
    Give *caller* to a person.

    Returns when the caller and an agent have finished, when nobody took the call (the
    caller is still on the line, in silence), or when the caller is gone. Cancelling it
    ends every ringing and every agent's leg.
    """
    async with asyncio.TaskGroup() as tasks:
        desk = _Desk(caller, handoff, means, tasks)
        try:
            return await desk.run()
        finally:
            await desk.close()


class _Desk:
    """The legs and tasks of one handoff."""

    def __init__(
        self, caller: AudioLeg, handoff: Handoff, means: Means, tasks: asyncio.TaskGroup
    ) -> None:
        self._caller = caller
        self._handoff = handoff
        self._sounds = means.sounds
        self._dialler = means.dialler
        self._speaker = means.speaker
        self._group = tasks
        self._inbox: asyncio.Queue[HandoffEvent] = asyncio.Queue()
        self._own: set[asyncio.Task[None]] = set()
        self._offer: tuple[int, asyncio.Task[None]] | None = None
        self._agent: AudioLeg | None = None
        self._announcing: asyncio.Task[None] | None = None
        self._bridged = False
        self._served_by = ""
        self._bridged_at: float | None = None

    async def run(self) -> Report:
        loop = asyncio.get_running_loop()
        started = loop.time()
        self._spawn(self._follow_caller())
        outcome = await self._do(self._handoff.start(now=started))
        while outcome is None:
            try:
                async with asyncio.timeout_at(self._handoff.deadline):
                    event = await self._inbox.get()
            except TimeoutError:
                outcome = await self._do(self._handoff.handle_deadline(now=loop.time()))
            else:
                outcome = await self._do(self._handoff.handle(event, now=loop.time()))
        until = self._bridged_at if self._bridged_at is not None else loop.time()
        refusals = tuple(self._handoff.refusals)
        return Report(outcome, self._served_by, refusals, until - started)

    async def close(self) -> None:
        """Leave nothing ringing, nothing playing, nobody but the caller on the line."""
        await self._withdraw()
        self._caller.stop_playing()
        for task in self._own:
            task.cancel()

    async def _do(self, actions: tuple[HandoffAction, ...]) -> Outcome | None:
        for action in actions:
            match action:
                case Announce(what=what):
                    self._announce(what)
                case Offer(number=number, agent=agent):
                    self._served_by = agent.name
                    self._offer = (number, self._spawn(self._ring(number, agent.address)))
                case Brief(offer=number):
                    self._spawn(self._brief(number))
                case Withdraw():
                    await self._withdraw()
                case Bridge(offer=number):
                    await self._bridge(number)
                case Finish(outcome=outcome):
                    if outcome is not Outcome.SERVED:
                        self._served_by = ""
                    return outcome
                case _:
                    assert_never(action)
        return None

    # ------------------------------------------------------------ the caller

    async def _follow_caller(self) -> None:
        async for event in self._caller.events():
            match event:
                case Gone():
                    self._inbox.put_nowait(CallerLeft())
                case Played(token=token) if token == ANNOUNCEMENT and not self._bridged:
                    self._caller.play(self._sounds.music, token=MUSIC, loop=True)
                case _:
                    pass

    def _announce(self, what: Announcement) -> None:
        if self._announcing is not None:
            self._announcing.cancel()
        self._announcing = self._spawn(self._speak_to_caller(self._sounds.announcements[what]))

    async def _speak_to_caller(self, text: str) -> None:
        try:
            pcm = await self._speaker.render(text, language=self._sounds.language)
        except SpeechError:
            pcm = b""  # music alone still says that the call is alive
        if self._bridged:
            return
        if pcm:
            self._caller.play(pcm, token=ANNOUNCEMENT)
        else:
            self._caller.play(self._sounds.music, token=MUSIC, loop=True)

    # ------------------------------------------------------------ the agent

    async def _ring(self, number: int, address: str) -> None:
        try:
            leg = await self._dial(address)
        except CallError as error:
            refusal = _refusal(error)
            _log.info("agent did not take it", extra={"offer": number, "refusal": refusal.value})
            self._inbox.put_nowait(AgentRefused(number, refusal))
            return
        self._agent = leg
        self._inbox.put_nowait(AgentAnswered(number))
        async for event in leg.events():
            match event:
                case Keyed(key=key):
                    self._inbox.put_nowait(AgentKeyed(number, key))
                case Gone(lost=lost):
                    self._inbox.put_nowait(AgentLeft(number, lost))
                case _:
                    pass

    async def _dial(self, address: str) -> AudioLeg:
        """Dial so that no leg is lost when the offer is withdrawn as the agent picks up."""
        dialling = asyncio.ensure_future(self._dialler.dial(address, ring_for=self._ring_for))
        try:
            return await asyncio.shield(dialling)
        except asyncio.CancelledError:
            dialling.cancel()
            with contextlib.suppress(CallError, asyncio.CancelledError):
                await (await dialling).hang_up()
            raise

    @property
    def _ring_for(self) -> float:
        return self._handoff.limits.ring + RING_SLACK

    async def _brief(self, number: int) -> None:
        try:
            pcm = await self._speaker.render(self._sounds.briefing, cacheable=False)
        except SpeechError:
            # A voiceless line cannot brief; connecting them at once is what a person would do.
            self._inbox.put_nowait(AgentKeyed(number, "1"))
            return
        if self._agent is not None and not self._bridged:
            self._agent.play(pcm, token=WHISPER)

    async def _bridge(self, number: int) -> None:
        agent = self._agent
        self._bridged = True
        self._bridged_at = asyncio.get_running_loop().time()
        self._caller.stop_playing()
        if agent is None:
            self._inbox.put_nowait(AgentLeft(number, lost=True))
            return
        agent.stop_playing()
        try:
            await self._caller.connect(agent)
        except CallError:
            # The caller's own Gone is on its way when it was the caller's leg that broke.
            self._inbox.put_nowait(AgentLeft(number, lost=True))

    async def _withdraw(self) -> None:
        if self._offer is None:
            return
        (_, task), self._offer = self._offer, None
        agent, self._agent = self._agent, None
        if agent is not None:
            if self._bridged:
                with contextlib.suppress(CallError):
                    await self._caller.disconnect(agent)
            await agent.hang_up()
        self._bridged = False
        task.cancel()

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = self._group.create_task(work)
        self._own.add(task)
        task.add_done_callback(self._own.discard)
        return task


def _refusal(error: CallError) -> Refusal:
    status = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else 0
    if isinstance(error, LegBroken):
        return Refusal.UNREACHABLE
    if status in BUSY_STATUSES:
        return Refusal.BUSY
    if isinstance(error, LegLost) and status in NO_ANSWER_STATUSES:
        return Refusal.NO_ANSWER
    return Refusal.DECLINED
