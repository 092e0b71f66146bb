"""An agent's telephone that answers by itself: for tests, benchmarks and trying things out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from ivr.caller.listener import Heard, Listener, Transcribe, listening
from ivr.caller.matching import Words
from ivr.caller.tasks import task_group
from ivr.errors import CallError
from ivr.ports import AudioLeg, Gone
from ivr.speech.pyttsx3_ import PyttsxSpeaker

BUSY_HERE = 486  # RFC 3261 §21.4.24
DECLINE = 603  # RFC 3261 §21.6.2
BRIEFING_WITHIN = 10.0  # seconds; an agent who is told nothing accepts all the same
BRIEFING_PAUSE = 1.0  # seconds of quiet after which the briefing is over
BRIEFING_LONGEST = 30.0  # seconds
BRIDGE_PAUSE = 1.0  # seconds between the key and the first word, as a person takes
GREETING = 1  # token of what the agent says


class Manner(StrEnum):
    """How an agent treats a call that is offered."""

    ACCEPT = "accept"  # hears the briefing, presses 1, greets the caller
    REJECT = "reject"  # hears the briefing, presses 2
    IGNORE = "ignore"  # answers and presses nothing
    DECLINE = "decline"  # 603
    BUSY = "busy"  # 486
    RING = "ring"  # lets it ring


@dataclass(frozen=True, slots=True)
class Conduct:
    """What an agent does."""

    manner: Manner = Manner.ACCEPT
    greeting: bytes = b""
    """PCM said to the caller once bridged."""
    hang_up_after: float | None = None
    """Seconds after the greeting has begun; None: stays until the line hangs up."""


async def _nothing(pcm: bytes, /, *, listening: int = 0) -> Words:  # noqa: ARG001 - a `Transcribe`
    return ()


class AgentPhone:
    """
    Takes the calls of a SIP endpoint; made by `agent_phone`.

    Pass `ring` as the endpoint's `on_call`. `conduct` may be changed between calls.
    """

    def __init__(
        self,
        conduct: Conduct,
        *,
        tell: Callable[[str], None],
        transcribe: Transcribe,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self.conduct = conduct
        self.calls = 0
        """How often it rang."""
        self.accepted = 0
        """How many calls it took."""
        self.briefing: Words = ()
        """What the agent was told before pressing a key; needs a recogniser."""
        self.heard_caller = False
        """Whether anybody spoke to the agent after they had accepted."""
        self._tell = tell
        self._transcribe = transcribe
        self._tasks = tasks
        self._under_way: set[asyncio.Task[None]] = set()

    def ring(self, leg: AudioLeg) -> None:
        """Take an incoming, ringing *leg*."""
        self.calls += 1
        call = self._tasks.create_task(self._serve(leg))
        self._under_way.add(call)
        call.add_done_callback(self._under_way.discard)

    def leave(self) -> None:
        """End the calls under way."""
        for call in self._under_way:
            call.cancel()

    async def _serve(self, leg: AudioLeg) -> None:
        try:
            match self.conduct.manner:
                case Manner.BUSY:
                    self._tell("the agent is busy")
                    await leg.hang_up(status=BUSY_HERE)
                case Manner.DECLINE:
                    self._tell("the agent declines")
                    await leg.hang_up(status=DECLINE)
                case Manner.RING:
                    self._tell("the agent's phone rings")
                    await _gone(leg)
                case Manner.ACCEPT | Manner.REJECT | Manner.IGNORE:
                    await self._talk(leg)
        except CallError:
            self._tell("the agent's call ended early")
        finally:
            await leg.hang_up()

    async def _talk(self, leg: AudioLeg) -> None:
        self._tell("the agent answers")
        await leg.answer()
        taken = self.accepted
        hear = partial(self._hear, taken=taken)
        async with listening(leg, self._transcribe, hear) as listener, task_group() as tasks:
            talking = tasks.create_task(self._answer(leg, listener))
            await _gone(leg)
            talking.cancel()
        self._tell("the agent's call is over")

    def _hear(self, heard: Heard, *, taken: int) -> None:
        if self.accepted > taken:
            self.heard_caller = True
        else:
            self.briefing += heard.words
        if heard.words:
            self._tell("the agent hears: " + " ".join(heard.words))

    async def _answer(self, leg: AudioLeg, listener: Listener) -> None:
        conduct = self.conduct
        self.briefing = ()
        await listener.sound(within=BRIEFING_WITHIN)
        await listener.quiet(BRIEFING_PAUSE, within=BRIEFING_LONGEST)
        if conduct.manner is Manner.IGNORE:
            return
        accepts = conduct.manner is Manner.ACCEPT
        self._tell("the agent accepts" if accepts else "the agent rejects")
        with contextlib.suppress(CallError):  # the line was quicker; `_gone` notices
            await leg.send_keys("1" if accepts else "2")
        if not accepts:
            return
        self.accepted += 1
        await asyncio.sleep(BRIDGE_PAUSE)
        if conduct.greeting:
            leg.play(conduct.greeting, token=GREETING)
        if conduct.hang_up_after is not None:
            await asyncio.sleep(conduct.hang_up_after)
            await leg.hang_up()


@contextlib.asynccontextmanager
async def agent_phone(
    conduct: Conduct | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
    transcribe: Transcribe = _nothing,
) -> AsyncIterator[AgentPhone]:
    """
    Keep an agent at their desk for the time of the block; calls under way end with it.

    Args:
        conduct: What they do; by default they accept in silence.
        tell: Told what happens, in words for a transcript.
        transcribe: Understands what the agent hears; without it only that they hear is known.
    """
    async with task_group() as tasks:
        phone = AgentPhone(conduct or Conduct(), tell=tell, transcribe=transcribe, tasks=tasks)
        try:
            yield phone
        finally:
            phone.leave()


async def greeting_of(text: str) -> bytes:
    """
    Speak an agent's greeting.

    Raises:
        SpeechError: There is no synthesiser.
    """
    speaker = PyttsxSpeaker()
    try:
        return await speaker.render(text)
    finally:
        await speaker.close()


async def _gone(leg: AudioLeg) -> None:
    async for event in leg.events():
        if isinstance(event, Gone):
            return
