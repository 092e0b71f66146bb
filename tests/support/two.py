"""Two people who talk, and a `Converse` for tests that need no more."""

import asyncio
import contextlib

from ivr.errors import CallError
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.talk_actions import TalkEnding
from ivr.ports import AudioLeg, Gone
from ivr.talk import TalkEnd


async def connect(one: AudioLeg, other: AudioLeg) -> None:
    """Let both hear each other."""
    await asyncio.gather(one.hear(other), other.hear(one))


async def disconnect(one: AudioLeg, other: AudioLeg) -> None:
    """Undo it; nothing to do when either is gone."""
    await asyncio.gather(one.unhear(other), other.unhear(one))


async def talk_of_two(caller: AudioLeg, agent: AudioLeg, *, person: Agent, card: Card) -> TalkEnd:
    """Connect them, and wait for either to go."""
    del card
    gone = {asyncio.ensure_future(_gone(leg)): leg for leg in (caller, agent)}
    try:
        await connect(caller, agent)
        done, _ = await asyncio.wait(gone, return_when=asyncio.FIRST_COMPLETED)
    except CallError:
        return TalkEnd(
            TalkEnding.AGENT_GONE, person.name
        )  # whose leg it was shows when the caller waits on
    finally:
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        with contextlib.suppress(CallError):
            await disconnect(caller, agent)
    if any(gone[task] is caller for task in done):
        return TalkEnd(TalkEnding.CALLER_LEFT, person.name)
    lost = any(task.result().lost for task in done)
    return TalkEnd(TalkEnding.AGENT_GONE if lost else TalkEnding.DONE, person.name)


async def _gone(leg: AudioLeg) -> Gone:
    async for event in leg.events():
        if isinstance(event, Gone):
            return event
    return Gone(lost=True)
