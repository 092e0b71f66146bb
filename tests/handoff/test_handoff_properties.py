from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ivr.handoff.actions import (
    Announce,
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
    Refusal,
)
from ivr.handoff.handoff import Handoff, Limits, Phase

AGENTS = [Agent(name, f"sip:{name}@127.0.0.1") for name in ("dana", "kim", "lee")]
offers = st.integers(0, 6)


class AnyHandoff(RuleBasedStateMachine):
    """Any event in any order: nothing rings after the end, and the caller always ends somewhere."""

    @initialize(count=st.integers(0, 3))
    def request(self, count: int) -> None:
        self.now = 0.0
        self.ringing: int | None = None
        self.talking: int | None = None
        self.finished: Outcome | None = None
        self.machine = Handoff(AGENTS[:count], Limits())
        self.step(self.machine.start(now=0))

    def step(self, actions: tuple[HandoffAction, ...]) -> None:
        for action in actions:
            assert self.finished is None, "nothing may follow the end"
            match action:
                case Offer(number=number):
                    assert self.ringing is None, "one agent at a time"
                    self.ringing = number
                case Withdraw(offer=number):
                    assert number == self.ringing
                    self.ringing = self.talking = None
                case Brief(offer=number):
                    assert number == self.ringing
                case Bridge(offer=number):
                    assert number == self.ringing
                    self.talking = number
                case Finish(outcome=outcome):
                    self.finished = outcome
                case Announce():
                    assert self.talking is None, "nothing is said over a conversation"

    @rule(number=offers)
    def answers(self, number: int) -> None:
        self.step(self.machine.handle(AgentAnswered(number), now=self.now))

    @rule(number=offers, refusal=st.sampled_from(Refusal))
    def refuses(self, number: int, refusal: Refusal) -> None:
        if number == self.ringing and self.machine.phase is not Phase.OFFERED:
            return  # a phone that was picked up cannot be refused any more
        if number == self.ringing:
            self.ringing = None
        self.step(self.machine.handle(AgentRefused(number, refusal), now=self.now))

    @rule(number=offers, key=st.sampled_from("0123#"))
    def keys(self, number: int, key: str) -> None:
        self.step(self.machine.handle(AgentKeyed(number, key), now=self.now))

    @rule(number=offers, lost=st.booleans())
    def leaves(self, number: int, *, lost: bool) -> None:
        self.step(self.machine.handle(AgentLeft(number, lost), now=self.now))

    @rule(seconds=st.floats(0, 30))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.step(self.machine.handle_deadline(now=self.now))

    @rule()
    def caller_leaves(self) -> None:
        self.step(self.machine.handle(CallerLeft(), now=self.now))
        assert self.finished is not None
        assert self.ringing is None or self.finished is Outcome.SERVED

    @invariant()
    def a_living_handoff_waits_for_something_that_must_come(self) -> None:
        assert self.finished or self.talking or self.machine.deadline is not None

    @invariant()
    def the_end_is_the_end(self) -> None:
        assert (self.finished is not None) == self.machine.ended
        if self.finished:
            assert self.machine.deadline is None


AnyHandoff.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestAnyHandoff = AnyHandoff.TestCase
