"""The queue's offers of one handoff: who is rung, who passed, and what the queue is owed."""

from ivr.handoff.actions import HandoffAction, Release, Ring, Settle, Withdraw, WrapUp
from ivr.handoff.agents import Agent
from ivr.handoff.events import Refusal

Actions = tuple[HandoffAction, ...]


class Offer:
    """
    One agent at a time, from the offer to the end of their part.

    Numbered, so that late news of an earlier agent can be told from news of this one.
    """

    def __init__(self) -> None:
        self.number = 0
        self.agent: Agent | None = None
        self.accepted = False
        """Whether they took the call while the caller was away."""
        self.until: float | None = None
        """When they have had their time, for ringing or for pressing a key."""
        self.refusals: list[Refusal] = []
        self.passed: list[str] = []

    @property
    def name(self) -> str:
        """Whose it is; `` when nobody's."""
        return "" if self.agent is None else self.agent.name

    def ring(self, agent: Agent, *, ring_for: float, now: float) -> Actions:
        """Begin with *agent*."""
        self.number += 1
        self.agent = agent
        self.until = now + ring_for
        return (Ring(self.number, agent, ring_for),)

    def settle(self) -> Actions:
        """They talk."""
        self.until = None
        return (Settle(self.name),)

    def release(self, refusal: Refusal) -> Actions:
        """They have no part in it any more; nothing to do when there is nobody."""
        if self.agent is None:
            return ()
        if refusal is not Refusal.CALLER_GONE:
            self.refusals.append(refusal)
            self.passed.append(self.name)
        return (Withdraw(self.number), Release(self._forget(), refusal))

    def wrap_up(self) -> Actions:
        """Their talk is over."""
        return (Withdraw(self.number), WrapUp(self._forget()))

    def _forget(self) -> str:
        name, self.agent = self.name, None
        self.accepted = False
        self.until = None
        return name
