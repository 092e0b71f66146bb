"""What follows the bridge: a caller and an agent who talk until it is over."""

from typing import Protocol

from ivr.handoff.agents import Agent
from ivr.handoff.card import Card
from ivr.ports import AudioLeg
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
