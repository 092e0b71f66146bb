"""What follows the bridge: a caller and an agent who talk until one of them goes."""

import asyncio
import contextlib
from typing import Protocol

from ivr.errors import CallError
from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.handoff.talk_actions import TalkEnding
from ivr.ports import AudioLeg, Gone
from ivr.talk import TalkEnd


class Converse(Protocol):
    """Lets a caller and an agent talk until it is over."""

    async def __call__(
        self, caller: AudioLeg, agent: AudioLeg, *, person: Agent, card: Card
    ) -> TalkEnd:
        """
        Let *caller* and *agent* hear each other at once, and return when they are done.

        *card* is the whole one, whatever *person* may see of it. Nothing plays on either leg,
        and nobody else follows their events. Cancelling, like the end, leaves the caller's leg
        connected to nobody; the agent's may be hung up.
        """
        ...


async def talk_of_two(caller: AudioLeg, agent: AudioLeg, *, person: Agent, card: Card) -> TalkEnd:
    """`Converse`: connect them, and wait for either to go."""
    del card
    gone = {asyncio.ensure_future(_gone(leg)): leg for leg in (caller, agent)}
    try:
        await caller.connect(agent)
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
            await caller.disconnect(agent)
    if any(gone[task] is caller for task in done):
        return TalkEnd(TalkEnding.CALLER_LEFT, person.name)
    lost = any(task.result().lost for task in done)
    return TalkEnd(TalkEnding.AGENT_GONE if lost else TalkEnding.DONE, person.name)


async def _gone(leg: AudioLeg) -> Gone:
    async for event in leg.events():
        if isinstance(event, Gone):
            return event
    return Gone(lost=True)
