"""Any event in any order: the caller is never left, and after the end nobody is connected."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

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
)
from ivr.handoff.earshot import Party
from ivr.handoff.events import Refusal
from ivr.handoff.talk import TalkMachine
from ivr.handoff.talk_actions import TalkAction
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
from tests.handoff.talk_room import TalkRoom

COMMANDS = [
    Hold(),
    Resume(),
    Consult("Kim"),
    Complete(),
    EndConsult(),
    SendTo("2125550142"),
    SendTo("billing"),
    SendToFlow("pay"),
    Done(),
]
numbers = st.integers(1, 4)
parties = st.sampled_from(Party)


class AnyTalk(RuleBasedStateMachine):
    """The world keeps its own account of who is on the line and believes no action."""

    @initialize()
    def bridge(self) -> None:
        self.now = 0.0
        self.room = TalkRoom()
        self.here = {Party.CALLER, Party.AGENT}
        self.in_flow = False
        self.machine = TalkMachine(queues=["billing"])
        self.room.do(self.machine.start())

    def happen(self, event: TalkEvent) -> None:
        self.step(self.machine.handle(event, now=self.now))

    def step(self, actions: tuple[TalkAction, ...]) -> None:
        promoted, flow = len(self.room.promoted), self.room.flow
        self.room.do(actions)
        self.in_flow = self.in_flow or self.room.flow is not flow
        for party in self.room.gone:
            self.here.discard(party)
        self.room.gone.clear()
        for party in self.room.promoted[promoted:]:
            assert party in self.here
            self.here = self.here - {party} | {Party.AGENT}

    @rule(command=st.sampled_from(COMMANDS))
    def agent_asks(self, command: AgentCommand) -> None:
        self.happen(AgentAsked(command))

    @rule(ring=numbers)
    def other_answers(self, ring: int) -> None:
        if self.room.rung is not None and self.room.rung.ring == ring:
            self.here.add(Party.OTHER)
        self.happen(OtherAnswered(ring))

    @rule(ring=numbers, refusal=st.sampled_from(Refusal))
    def other_refuses(self, ring: int, refusal: Refusal) -> None:
        if Party.OTHER not in self.here:
            self.happen(OtherRefused(ring, refusal))

    @rule(party=parties, lost=st.booleans())
    def leaves(self, party: Party, *, lost: bool) -> None:
        if party in self.here and not self.machine.ended:
            self.in_flow = self.in_flow and party is not Party.CALLER
            self.here.discard(party)
            self.happen(PartyLeft(party, lost))

    @rule(party=parties)
    def holds(self, party: Party) -> None:
        self.happen(PartyHeld(party))

    @rule(party=parties)
    def resumes(self, party: Party) -> None:
        self.happen(PartyResumed(party))

    @rule(attending=st.sampled_from(Attending))
    def supervises(self, attending: Attending) -> None:
        if not self.machine.ended:
            self.here.add(Party.SUPERVISOR)
        self.happen(SupervisorCame(attending))

    @rule(flow=numbers, broken=st.booleans())
    def flow_finishes(self, flow: int, *, broken: bool) -> None:
        if self.room.flow is not None and self.room.flow.flow == flow:
            self.in_flow = False
        self.happen(FlowFinished(flow, broken=broken))

    @rule(seconds=st.floats(0, 30))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.step(self.machine.handle_deadline(now=self.now))

    @invariant()
    def the_caller_hears_somebody_music_or_a_flow_until_the_end(self) -> None:
        if self.room.ending is None:
            people = [pair.voice for pair in self.room.heard if pair.ear is Party.CALLER]
            assert people or Party.CALLER in self.room.playing or self.in_flow

    @invariant()
    def nobody_hears_or_is_heard_who_is_not_there(self) -> None:
        assert {p for pair in self.room.heard for p in (pair.ear, pair.voice)} <= self.here
        assert set(self.room.playing) <= self.here

    @invariant()
    def a_living_talk_waits_for_something_that_must_come(self) -> None:
        waits = Party.AGENT in self.here or self.machine.deadline is not None or self.in_flow
        assert waits or self.machine.ended

    @invariant()
    def who_is_rung_is_answered_for(self) -> None:
        ringing = self.machine.phase in {TalkPhase.RINGING_OTHER, TalkPhase.CONSULTING}
        assert (self.room.rung is not None) == ringing

    @invariant()
    def the_end_is_the_end(self) -> None:
        assert (self.room.ending is not None) == self.machine.ended
        if self.machine.ended:
            assert self.room.heard == set()
            assert self.here <= {Party.CALLER}
            assert self.machine.deadline is None


AnyTalk.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyTalk = AnyTalk.TestCase
