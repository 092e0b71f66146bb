"""
The handoff, first form: agents are rung in turn until one accepts.

Driven like the dialog: tell it what happened and when, perform the actions it returns,
call it back at `deadline`. Its invariant: it ends in a person, or in `NOBODY` with the
caller still on the line for a message or a call-back, or because the caller hung up;
and nothing rings after the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

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
from ivr.handoff.agents import Agent
from ivr.handoff.events import (
    AgentAnswered,
    AgentKeyed,
    AgentLeft,
    AgentRefused,
    CallerLeft,
    HandoffEvent,
    Refusal,
)

ACCEPT_KEY = "1"
DECLINE_KEY = "2"


class Phase(StrEnum):
    """Where a handoff stands."""

    REQUESTED = "requested"
    OFFERED = "offered"  # an agent's phone rings
    BRIEFING = "briefing"  # the agent hears who it is
    WAITING = "waiting"  # everybody was busy; the next round comes soon
    BRIDGED = "bridged"
    WRAPPED = "wrapped"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds."""

    ring: float = 20.0
    """One agent's phone rings."""
    accept: float = 15.0
    """From the agent's pick-up to their pressing 1, the briefing included."""
    search: float = 60.0
    """After this no new agent is rung and the caller is offered a message or a call-back."""
    pause: float = 5.0
    """Between two rounds when everybody was busy."""
    reassure: float = 20.0
    """Between two announcements that somebody is still being found."""


class Handoff:
    """One caller on the way to a person."""

    def __init__(self, agents: Sequence[Agent], limits: Limits) -> None:
        """
        Prepare to ring *agents* in their order.

        Args:
            agents: Who may take this call, in the order to ring them; may be empty.
            limits: How long things may take.
        """
        self._agents = tuple(agents)
        self.limits = limits
        self._waiting = list(self._agents)
        self._again: list[Agent] = []
        self._offer = 0
        self._agent: Agent | None = None
        self._give_up_at = 0.0
        self._reassure_at = 0.0
        self._step_at: float | None = None
        self.phase = Phase.REQUESTED
        self.refusals: list[Refusal] = []
        """Why agents did not take it, in order."""

    @property
    def agent(self) -> Agent | None:
        """Who is rung, briefed or talking now."""
        return self._agent

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.phase is Phase.WRAPPED

    @property
    def deadline(self) -> float | None:
        """When to call `handle_deadline`, in the shell's clock; None: never."""
        if self.phase in {Phase.REQUESTED, Phase.BRIDGED, Phase.WRAPPED}:
            return None
        return self._reassure_at if self._step_at is None else min(self._step_at, self._reassure_at)

    def start(self, *, now: float) -> tuple[HandoffAction, ...]:
        """Begin to look for a person."""
        self._give_up_at = now + self.limits.search
        self._reassure_at = now + self.limits.reassure
        return (*self._next_agent(now), *self._announce(Announcement.FINDING))

    def handle(self, event: HandoffEvent, *, now: float) -> tuple[HandoffAction, ...]:
        """Take in *event* and say what to do about it."""
        if self.ended:
            return ()
        match event:
            case CallerLeft():
                return self._caller_left()
            case _ if event.offer != self._offer or self._agent is None:
                return ()
            case AgentAnswered():
                return self._answered(now)
            case AgentRefused(refusal=refusal):
                return self._refused(refusal, now)
            case AgentKeyed(key=key):
                return self._keyed(key, now)
            case AgentLeft(lost=lost):
                return self._agent_left(now, lost=lost)
            case _:
                assert_never(event)

    def handle_deadline(self, *, now: float) -> tuple[HandoffAction, ...]:
        """Tell the handoff that `deadline` may have passed."""
        if self.deadline is None or now < self.deadline:
            return ()
        if self._step_at is not None and now >= self._step_at:
            return self._step(now)
        self._reassure_at = now + self.limits.reassure
        return self._announce(Announcement.STILL_LOOKING)

    def _step(self, now: float) -> tuple[HandoffAction, ...]:
        if self.phase is Phase.WAITING:
            return self._next_agent(now)
        refusal = Refusal.NO_ANSWER if self.phase is Phase.OFFERED else Refusal.SILENT
        return (Withdraw(self._offer), *self._refused(refusal, now))

    def _answered(self, now: float) -> tuple[HandoffAction, ...]:
        if self.phase is not Phase.OFFERED:
            return ()
        self.phase = Phase.BRIEFING
        self._step_at = now + self.limits.accept
        return (Brief(self._offer),)

    def _keyed(self, key: str, now: float) -> tuple[HandoffAction, ...]:
        if self.phase is not Phase.BRIEFING:
            return ()
        if key == ACCEPT_KEY:
            self.phase = Phase.BRIDGED
            return (Bridge(self._offer),)
        if key == DECLINE_KEY:
            return (Withdraw(self._offer), *self._refused(Refusal.DECLINED, now))
        return ()

    def _refused(self, refusal: Refusal, now: float) -> tuple[HandoffAction, ...]:
        if self._agent is not None and refusal is not Refusal.DECLINED:
            self._again.append(self._agent)
        self.refusals.append(refusal)
        return self._next_agent(now)

    def _agent_left(self, now: float, *, lost: bool) -> tuple[HandoffAction, ...]:
        withdraw = Withdraw(self._offer)
        if self.phase is not Phase.BRIDGED:
            return (withdraw, *self._refused(Refusal.DECLINED, now))
        if not lost:
            return self._finish(Outcome.SERVED)
        self._give_up_at = now + self.limits.search
        self._reassure_at = now + self.limits.reassure
        self._waiting = list(self._agents)
        self._again.clear()
        return (withdraw, *self._next_agent(now), *self._announce(Announcement.CUT_OFF))

    def _caller_left(self) -> tuple[HandoffAction, ...]:
        talked = self.phase is Phase.BRIDGED
        withdraw = () if self._agent is None else (Withdraw(self._offer),)
        outcome = Outcome.SERVED if talked else Outcome.CALLER_LEFT
        return (*withdraw, *self._finish(outcome))

    def _next_agent(self, now: float) -> tuple[HandoffAction, ...]:
        self._agent = None
        if now >= self._give_up_at or not (self._waiting or self._again):
            return self._finish(Outcome.NOBODY)
        if not self._waiting:
            self._waiting, self._again = self._again, []
            self.phase = Phase.WAITING
            self._step_at = now + self.limits.pause
            return ()
        self._agent = self._waiting.pop(0)
        self._offer += 1
        self.phase = Phase.OFFERED
        self._step_at = now + self.limits.ring
        return (Offer(self._offer, self._agent),)

    def _announce(self, what: Announcement) -> tuple[HandoffAction, ...]:
        return () if self.ended else (Announce(what),)

    def _finish(self, outcome: Outcome) -> tuple[HandoffAction, ...]:
        self.phase = Phase.WRAPPED
        self._agent = None
        return (Finish(outcome),)
