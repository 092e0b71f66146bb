"""
The talk: what happens between a caller and an agent from the bridge to its end.

Driven like the handoff: tell it what happened and when, perform the actions it returns,
call it back at `deadline`. Its invariant: until the end the caller hears a person, music or
a flow; the end is a `TalkEnding`, and after it nobody is connected and nothing rings.
"""

from collections.abc import Collection
from typing import assert_never

from ivr.handoff.commands import (
    AgentCommand,
    Attending,
    Complete,
    Consult,
    Done,
    EndConsult,
    Hold,
    Resume,
    SendTo,
    SendToFlow,
    TalkPhase,
    TalkView,
)
from ivr.handoff.earshot import Party
from ivr.handoff.events import Refusal
from ivr.handoff.room import Room
from ivr.handoff.talk_actions import (
    EndTalk,
    RingOther,
    ShowTalk,
    StartFlow,
    StopSound,
    TalkAction,
    TalkEnding,
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

RING_FOR = 25.0  # seconds; a caller who hears music meanwhile wonders after that
ELSEWHERE = frozenset({TalkEnding.AGENT_GONE, TalkEnding.TO_QUEUE})  # the caller waits on
WITH_OTHER = frozenset({TalkPhase.RINGING_OTHER, TalkPhase.CONSULTING})
FREE = frozenset({TalkPhase.TALKING, TalkPhase.HELD})  # nothing else is going on

Busying = Hold | Resume | Consult | Complete | EndConsult | SendTo | SendToFlow

REFUSALS = {
    Refusal.BUSY: "is busy",
    Refusal.DECLINED: "declined",
    Refusal.NO_ANSWER: "did not answer",
    Refusal.SILENT: "did not take it",
}
UNREACHABLE = "cannot be reached"
PHONE_HOLDS = "Your phone has put the call on hold."
FLOW_BROKE = "The caller could not be led through it."


class TalkMachine:
    """One talk between a caller and an agent, with whom they consult and who supervises."""

    def __init__(self, *, queues: Collection[str] = (), ring_for: float = RING_FOR) -> None:
        """
        Prepare a talk whose two parties are on the line.

        Args:
            queues: Names of queues; a caller sent to one of them waits there.
            ring_for: Seconds that somebody else is rung.
        """
        self._queues = frozenset(queues)
        self._ring_for = ring_for
        self.phase = TalkPhase.TALKING
        self._room = Room()
        self._other = ""
        self._blind = False
        self._ring = 0
        self._ring_until: float | None = None
        self._flow = 0
        self._after_flow = TalkEnding.AGENT_GONE

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.phase is TalkPhase.ENDED

    @property
    def deadline(self) -> float | None:
        """When to call `handle_deadline`, in the shell's clock; None: never."""
        return self._ring_until if self.phase is TalkPhase.RINGING_OTHER else None

    def start(self) -> tuple[TalkAction, ...]:
        """Cut what plays to either side and let them talk."""
        return (StopSound(Party.CALLER), StopSound(Party.AGENT), *self._settle())

    def handle(self, event: TalkEvent, *, now: float) -> tuple[TalkAction, ...]:
        """Take in *event* and say what to do about it."""
        if self.ended:
            return ()
        match event:
            case AgentAsked(command=command):
                return self._asked(command, now) if Party.AGENT in self._room else ()
            case OtherAnswered() | OtherRefused():
                return self._rung(event)
            case PartyLeft(party=party, lost=lost):
                return self._left(party, lost=lost) if party in self._room else ()
            case PartyHeld() | PartyResumed():
                return self._phone_changed(event) if event.party in self._room else ()
            case SupervisorCame(attending=attending):
                self._room.attend(attending)
                taken_over = attending is Attending.TAKE_OVER
                return self._promote(Party.SUPERVISOR) if taken_over else self._settle()
            case FlowFinished(flow=flow):
                current = self.phase is TalkPhase.IN_FLOW and flow == self._flow
                return self._flow_finished(event) if current else ()
            case _:
                assert_never(event)

    def handle_deadline(self, *, now: float) -> tuple[TalkAction, ...]:
        """Tell the talk that `deadline` may have passed."""
        if self.deadline is None or now < self.deadline:
            return ()
        return self._back_to_caller(f"{self._other} {REFUSALS[Refusal.NO_ANSWER]}.")

    # ---------------------------------------------------------------- what the agent wants

    def _asked(self, command: AgentCommand, now: float) -> tuple[TalkAction, ...]:
        if isinstance(command, Done):
            return self._done()
        if self.phase in FREE:
            return self._asked_when_free(command, now)
        if self.phase in WITH_OTHER:
            return self._asked_with_other(command)
        return self._settle("The caller is not back yet.")

    def _asked_when_free(self, command: Busying, now: float) -> tuple[TalkAction, ...]:
        match command:
            case Hold():
                return self._go(TalkPhase.HELD)
            case Resume():
                return self._back_to_caller(PHONE_HOLDS if Party.AGENT in self._room.away else "")
            case Consult(to=to):
                return self._ring_other(to, now, blind=False)
            case SendTo(to=to) if to in self._queues:
                return self._end(TalkEnding.TO_QUEUE, to)
            case SendTo(to=to):
                return self._ring_other(to, now, blind=True)
            case SendToFlow(flow=flow):
                return self._start_flow(flow)
            case Complete():
                return self._settle("You are consulting nobody.")
            case EndConsult():
                return self._settle()  # asked twice, or they left by themselves
            case _:
                assert_never(command)

    def _asked_with_other(self, command: Busying) -> tuple[TalkAction, ...]:
        match command:
            case Complete() if self.phase is TalkPhase.CONSULTING:
                return self._promote(Party.OTHER)
            case Complete():
                self._blind = True
                return self._settle()
            case EndConsult():
                return self._back_to_caller()
            case _ if self.phase is TalkPhase.CONSULTING:
                return self._settle(f"You are talking to {self._other}.")
            case _:
                return self._settle(f"{self._other} is being rung.")

    def _ring_other(self, to: str, now: float, *, blind: bool) -> tuple[TalkAction, ...]:
        self._ring += 1
        self._other = to
        self._blind = blind
        self._ring_until = now + self._ring_for
        return (*self._go(TalkPhase.RINGING_OTHER), RingOther(self._ring, to))

    def _start_flow(self, name: str) -> tuple[TalkAction, ...]:
        self._flow += 1
        self._after_flow = TalkEnding.AGENT_GONE
        return (*self._go(TalkPhase.IN_FLOW), StartFlow(self._flow, name))

    def _done(self) -> tuple[TalkAction, ...]:
        blind = self.phase is TalkPhase.RINGING_OTHER and self._blind
        if not blind and self.phase is not TalkPhase.IN_FLOW:
            return self._end(TalkEnding.DONE)
        self._after_flow = TalkEnding.DONE
        return (*self._room.dismiss(Party.AGENT), *self._settle())

    # ---------------------------------------------------------------- what happens

    def _rung(self, event: OtherAnswered | OtherRefused) -> tuple[TalkAction, ...]:
        if self.phase is not TalkPhase.RINGING_OTHER or event.ring != self._ring:
            return ()
        if isinstance(event, OtherRefused):
            why = f"{self._other} {REFUSALS.get(event.refusal, UNREACHABLE)}."
            return self._back_to_caller(event.words or why)
        self._other = event.name or self._other
        self._room.enter(Party.OTHER)
        return self._promote(Party.OTHER) if self._blind else self._go(TalkPhase.CONSULTING)

    def _left(self, party: Party, *, lost: bool) -> tuple[TalkAction, ...]:
        match party:
            case Party.CALLER:
                return self._end(TalkEnding.CALLER_LEFT)
            case Party.AGENT:
                return (*self._room.dismiss(Party.AGENT), *self._without_agent(lost=lost))
            case Party.OTHER:
                return self._back_to_caller(f"{self._other} hung up.")
            case Party.SUPERVISOR:
                return (*self._room.dismiss(Party.SUPERVISOR), *self._settle())
            case _:
                assert_never(party)

    def _without_agent(self, *, lost: bool) -> tuple[TalkAction, ...]:
        match self.phase:
            case TalkPhase.CONSULTING:
                return self._promote(Party.OTHER)
            case TalkPhase.RINGING_OTHER if self._blind:
                return self._settle()
            case _ if self._room.joined:
                return self._promote(Party.SUPERVISOR)
            case TalkPhase.IN_FLOW:
                return self._settle()
            case TalkPhase.TALKING if not lost:
                return self._end(TalkEnding.DONE)
            case _:
                return self._end(TalkEnding.AGENT_GONE)

    def _phone_changed(self, event: PartyHeld | PartyResumed) -> tuple[TalkAction, ...]:
        """Follow a hold by the agent's own phone, which would leave the caller in silence."""
        held = isinstance(event, PartyHeld)
        (self._room.away.add if held else self._room.away.discard)(event.party)
        before = TalkPhase.TALKING if held else TalkPhase.HELD
        if event.party is not Party.AGENT or self.phase is not before:
            return ()
        return self._go(self._with_caller())

    def _flow_finished(self, event: FlowFinished) -> tuple[TalkAction, ...]:
        if Party.AGENT not in self._room and not event.broken:
            return self._end(self._after_flow)
        quiet = StopSound(Party.CALLER)
        if event.broken:
            return (quiet, *self._back_to_caller(event.words or FLOW_BROKE))
        return (quiet, *self._back_to_caller(told=event.words))

    # ---------------------------------------------------------------- moves

    def _back_to_caller(self, trouble: str = "", told: str = "") -> tuple[TalkAction, ...]:
        """Let the agent talk to the caller again, or whoever is left to do it."""
        if Party.AGENT in self._room:
            return (*self._drop_other(), *self._go(self._with_caller(), trouble, told))
        if self._room.joined:
            return self._promote(Party.SUPERVISOR)
        return self._end(TalkEnding.AGENT_GONE)

    def _with_caller(self) -> TalkPhase:
        return TalkPhase.HELD if Party.AGENT in self._room.away else TalkPhase.TALKING

    def _drop_other(self) -> tuple[TalkAction, ...]:
        return self._room.dismiss(Party.OTHER) if self.phase in WITH_OTHER else ()

    def _promote(self, party: Party) -> tuple[TalkAction, ...]:
        """Make *party* the agent; who was it leaves, and whom they consulted."""
        dropped = () if party is Party.OTHER else self._drop_other()
        promoted = self._room.promote(party)
        phase = self.phase if self.phase is TalkPhase.IN_FLOW else self._with_caller()
        return (*dropped, *promoted, *self._go(phase))

    def _go(self, phase: TalkPhase, trouble: str = "", told: str = "") -> tuple[TalkAction, ...]:
        self.phase = phase
        return self._settle(trouble, told)

    def _settle(self, trouble: str = "", told: str = "") -> tuple[TalkAction, ...]:
        """Make the world what the phase says, and show it."""
        settled = self._room.settle(self.phase)
        if Party.AGENT not in self._room:
            return settled
        other = self._other if self.phase in WITH_OTHER else ""
        return (*settled, ShowTalk(TalkView(self.phase, other, trouble, told)))

    def _end(self, ending: TalkEnding, to: str = "") -> tuple[TalkAction, ...]:
        ringing = self._drop_other()
        self.phase = TalkPhase.ENDED
        return (*ringing, *self._room.clear(music=ending in ELSEWHERE), EndTalk(ending, to))
