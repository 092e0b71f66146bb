"""One agent's phone, from its first ring to the bridge or to the end of the offer."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from ivr.desk import AgentPhones
from ivr.errors import CallError, SpeechError
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.events import (
    AgentAnswered,
    AgentKeyed,
    AgentLeft,
    AgentNews,
    AgentRefused,
    NodeGone,
    Refusal,
)
from ivr.handoff.handoff import ACCEPT_KEY
from ivr.ports import AudioLeg, Gone, Keyed, Speaker
from ivr.refusing import refusal_of

_log = logging.getLogger(__name__)
NODE_GONE_STATUS = 502  # RFC 3261 §21.5.3: what stood between us and the agent is gone
WHISPER = 1  # token of what plays on an agent's leg


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to ring for whom."""

    offer: int
    agent: Agent
    card: Card
    """With nothing in it that the agent may not see."""
    whisper: str
    """What they are told once they picked up; contains the caller's data."""
    ring_for: float


class Ringing:
    """Rings one agent and tells what they do; `end` it in any case."""

    def __init__(
        self, call: Call, phones: AgentPhones, speaker: Speaker, tell: Callable[[AgentNews], None]
    ) -> None:
        """
        Begin to ring.

        Args:
            call: Whom, and what they are told.
            phones: Where agents are.
            speaker: Who whispers.
            tell: Takes what the agent does.
        """
        self.call = call
        self.leg: AudioLeg | None = None
        """The agent's, once they picked up."""
        self._phones = phones
        self._speaker = speaker
        self._tell = tell
        self._tasks: set[asyncio.Task[None]] = set()
        self._whisper: asyncio.Task[bytes] | None = None
        if not call.agent.in_browser:
            loop = asyncio.get_running_loop()
            self._whisper = loop.create_task(self._render())
        self._ringing = self._spawn(self._ring())

    def brief(self) -> None:
        """Whisper to the agent, who picked up."""
        self._spawn(self._brief())

    async def hand_over(self) -> AudioLeg | None:
        """Follow the leg no longer and silence it: from now on it is somebody else's to follow."""
        if self.leg is not None:
            self.leg.stop_playing()
        await self._stop_tasks()
        return self.leg

    async def end(self) -> None:
        """Stop the ringing, or hang up; idempotent, never fails."""
        await self._stop_tasks()
        if self.leg is not None:
            with contextlib.suppress(CallError):
                await self.leg.hang_up()

    # ------------------------------------------------------------ ringing

    async def _ring(self) -> None:
        offer = self.call.offer
        try:
            leg = self.leg = await self._pick_up()
        except CallError as error:
            self._refuse(refusal_of(error))
            return
        except Exception as error:  # noqa: BLE001 - whatever broke, the next agent must be rung
            _log.error("agent's phone broke", extra={"kind": type(error).__name__})
            self._refuse(Refusal.UNREACHABLE)
            return
        self._tell(AgentAnswered(offer))
        async for event in leg.events():
            match event:
                case Keyed(key=key):
                    self._tell(AgentKeyed(offer, key))
                case Gone(status=status, lost=True) if status == NODE_GONE_STATUS:
                    self._tell(NodeGone(offer))
                case Gone(lost=lost):
                    self._tell(AgentLeft(offer, lost))
                case _:
                    pass

    def _refuse(self, refusal: Refusal) -> None:
        offer = self.call.offer
        _log.info("offer not taken", extra={"offer": offer, "refusal": refusal.value})
        self._tell(AgentRefused(offer, refusal))

    async def _pick_up(self) -> AudioLeg:
        """Ring so that no leg is lost when the offer is withdrawn as the agent picks up."""
        call = self.call
        ringing = asyncio.ensure_future(
            self._phones.ring(call.agent, call.card, ring_for=call.ring_for)
        )
        try:
            return await asyncio.shield(ringing)
        except asyncio.CancelledError:
            ringing.cancel()
            with contextlib.suppress(CallError, asyncio.CancelledError):
                await (await ringing).hang_up()
            raise

    # ------------------------------------------------------------ whispering

    async def _render(self) -> bytes:
        try:
            return await self._speaker.render(self.call.whisper, cacheable=False)
        except SpeechError as error:
            _log.error("agent not briefed", extra={"engine": error.engine})
            return b""

    async def _brief(self) -> None:
        pcm = b"" if self._whisper is None else await asyncio.shield(self._whisper)
        if not pcm:
            # A voiceless line cannot brief; connecting them at once is what a person would do.
            self._tell(AgentKeyed(self.call.offer, ACCEPT_KEY))
        elif self.leg is not None:
            self.leg.play(pcm, token=WHISPER)

    # ------------------------------------------------------------ small things

    async def _stop_tasks(self) -> None:
        tasks: list[asyncio.Task[None] | asyncio.Task[bytes]] = list(self._tasks)
        if self._whisper is not None:
            tasks.append(self._whisper)
        for task in tasks:
            task.cancel()
        if tasks:
            # Unlike `gather`, a second cancelling does not reach the leg that is being ended.
            await asyncio.wait(tasks)

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
