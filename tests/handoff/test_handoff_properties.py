from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ivr.handoff.actions import (
    Announce,
    Bridge,
    Brief,
    EnterAgain,
    Finish,
    HandoffAction,
    KeepPlace,
    Leave,
    Outcome,
    Recall,
    Release,
    Ring,
    Settle,
    StepAside,
    Trouble,
    Withdraw,
    WrapUp,
)
from ivr.handoff.agents import Agent
from ivr.handoff.events import (
    AgentAnswered,
    AgentKeyed,
    AgentLeft,
    AgentOffered,
    AgentRefused,
    Announced,
    CallerBack,
    CallerKeyed,
    CallerLeft,
    CallerSent,
    HandoffEvent,
    NodeGone,
    PlaceKept,
    PlaceMoved,
    QueueShut,
    Refusal,
    TalkOver,
)
from ivr.handoff.handoff import Handoff, Limits, Phase
from ivr.handoff.talk_actions import TalkEnding

PEOPLE = [
    Agent("Dana", "sip:dana@127.0.0.1"),
    Agent("Kim", "sip:kim@127.0.0.1"),
    Agent("Maria", "browser:maria"),
]
PLACE_IS_OVER = {
    Outcome.SERVED: "talked",
    Outcome.NOBODY: "left",
    Outcome.WANTS_MESSAGE: "left",
    Outcome.CALLER_LEFT: "left",
    Outcome.WANTS_CALLBACK: "kept",
}
"""What became of the place in the queue, by the outcome."""
FAREWELL_STEPS = 12  # until the end, once nobody new is offered and everybody does what they owe
LOST = {Trouble.AGENT_GONE, Trouble.NODE_GONE}
offers = st.integers(0, 6)


class AnyHandoff(RuleBasedStateMachine):
    """
    Any event in any order, with a queue that offers each agent once to each ticket.

    The queue may also misbehave: offer somebody while another one rings, or after the end.
    """

    @initialize()
    def request(self) -> None:
        self.now = 0.0
        self.owed: list[str] = []
        """Offers not yet settled or released, by agent."""
        self.had: set[str] = set()
        """Whom the queue has offered to this ticket."""
        self.rung: list[tuple[int, str]] = []
        """Offers that rang for this ticket, with their agents."""
        self.refusals: list[Refusal] = []
        self.lost = 0
        """Talks that broke off."""
        self.ringing: int | None = None
        self.talking = False
        self.aside = False
        self.place = "waits"
        self.caller_gone = False
        self.sent = False
        """Whether an operator moves the caller just now."""
        self.finished: Outcome | None = None
        self.machine = Handoff(Limits())
        self.step(self.machine.start(now=0))

    def tell(self, event: HandoffEvent) -> None:
        self.step(self.machine.handle(event, now=self.now))

    def step(self, actions: tuple[HandoffAction, ...]) -> None:
        for action in actions:
            assert self.finished is None or isinstance(action, Release), "nothing follows the end"
            self.obey(action)

    def obey(self, action: HandoffAction) -> None:
        match action:
            case Settle() | Release() | Leave() | KeepPlace() | EnterAgain():
                self.tell_queue(action)
            case StepAside():
                assert not self.aside
                self.aside = True
            case Recall():
                assert self.aside
            case Announce():
                assert not self.talking, "nothing is said over a conversation"
                assert not self.aside, "nothing is said over a question"
            case Finish(outcome=outcome):
                assert (action.trouble is not None) == (outcome is Outcome.NOBODY)
                assert self.caller_gone or outcome is not Outcome.CALLER_LEFT
                self.finished = outcome
            case _:
                self.tell_phone(action)

    def tell_queue(self, action: Settle | Release | Leave | KeepPlace | EnterAgain) -> None:
        match action:
            case Settle(agent=name):
                assert self.talking
                self.owed.remove(name)
                self.place = "talked"
            case Release(agent=name, refusal=refusal):
                self.owed.remove(name)
                self.take_refusal(refusal)
            case Leave() | KeepPlace():
                assert self.place == "waits"
                self.place = "left" if isinstance(action, Leave) else "kept"
            case EnterAgain():
                assert self.place == ("waits" if self.sent else "talked"), "one place at a time"
                self.place = "waits"
                self.lost += not action.queue
                self.had.clear()  # a new ticket may be offered to anybody
                self.rung.clear()

    def take_refusal(self, refusal: Refusal) -> None:
        """Every offer that came to nothing has its reason, and the record has the same ones."""
        if refusal is not Refusal.CALLER_GONE:
            self.refusals.append(refusal)
        assert self.machine.offer.refusals == self.refusals

    def tell_phone(self, action: Ring | Brief | Withdraw | Bridge | WrapUp) -> None:
        match action:
            case Ring(offer=number, agent=agent):
                assert self.ringing is None, "one agent at a time"
                assert not self.caller_gone, "nothing rings after the caller has gone"
                assert self.place == "waits", "nobody is rung for somebody who waits no longer"
                assert agent.name in self.owed
                assert agent.name not in {name for _, name in self.rung}, "nobody is rung twice"
                assert all(number > before for before, _ in self.rung), "numbers never come again"
                self.rung.append((number, agent.name))
                self.ringing = number
            case Withdraw(offer=number):
                assert number == self.ringing
                self.ringing = None
            case Brief(offer=number):
                assert number == self.ringing
            case Bridge(offer=number):
                assert number == self.ringing
                assert not self.aside, "who gives a number is called back first"
                assert not self.caller_gone
                self.talking = True
            case WrapUp():
                assert self.talking
                self.talking = False

    # ------------------------------------------------------------ the queue

    @rule(agent=st.sampled_from(PEOPLE))
    def queue_offers(self, agent: Agent) -> None:
        if agent.name in self.had:
            return
        self.had.add(agent.name)
        self.owed.append(agent.name)
        self.tell(AgentOffered(agent))
        assert self.owed.count(agent.name) <= 1

    @rule(ahead=st.integers(0, 5))
    def place_moves(self, ahead: int) -> None:
        self.tell(PlaceMoved(ahead, (1, 3)))

    @rule(closed=st.booleans())
    def queue_shuts(self, *, closed: bool) -> None:
        self.tell(QueueShut(closed=closed))

    # ------------------------------------------------------------ the agent

    @rule(number=offers)
    def agent_answers(self, number: int) -> None:
        self.tell(AgentAnswered(number))

    @precondition(lambda self: self.machine.phase is Phase.OFFERED)
    @rule()
    def agent_answers_the_ringing(self) -> None:
        self.tell(AgentAnswered(self.machine.offer.number))

    @precondition(lambda self: self.machine.phase is Phase.BRIEFING)
    @rule(key=st.sampled_from("12"))
    def agent_decides(self, key: str) -> None:
        self.tell(AgentKeyed(self.machine.offer.number, key))

    @rule(number=offers, refusal=st.sampled_from(Refusal))
    def agent_refuses(self, number: int, refusal: Refusal) -> None:
        self.tell(AgentRefused(number, refusal))

    @rule(number=offers, key=st.sampled_from("0123#"))
    def agent_keys(self, number: int, key: str) -> None:
        self.tell(AgentKeyed(number, key))

    @rule(number=offers, lost=st.booleans())
    def agent_leaves(self, number: int, *, lost: bool) -> None:
        self.tell(AgentLeft(number, lost))

    @rule(number=offers)
    def node_dies(self, number: int) -> None:
        self.tell(NodeGone(number))

    @precondition(lambda self: self.talking)
    @rule(ending=st.sampled_from(TalkEnding))
    def talk_ends(self, ending: TalkEnding) -> None:
        self.caller_gone |= ending is TalkEnding.CALLER_LEFT
        to = "billing" if ending is TalkEnding.TO_QUEUE else ""
        self.tell(TalkOver(self.machine.offer.number, ending, to))

    # ------------------------------------------------------------ the caller

    @rule(key=st.sampled_from("0123*"))
    def caller_keys(self, key: str) -> None:
        self.tell(CallerKeyed(key))

    @rule()
    def caller_is_back(self) -> None:
        self.aside = False
        self.tell(CallerBack())

    @rule()
    def place_is_kept(self) -> None:
        self.tell(PlaceKept())

    @rule()
    def an_operator_sends_the_caller(self) -> None:
        self.sent = True
        self.tell(CallerSent("billing"))
        self.sent = False

    @rule()
    def caller_was_told(self) -> None:
        self.tell(Announced())

    @rule(seconds=st.floats(0, 30))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.step(self.machine.handle_deadline(now=self.now))

    @rule()
    def caller_leaves(self) -> None:
        self.caller_gone = True
        self.tell(CallerLeft())
        assert self.finished is not None
        assert self.ringing is None

    def teardown(self) -> None:
        """From wherever it stands it ends, once nobody new comes and everybody does their part."""
        for _ in range(FAREWELL_STEPS):
            if self.finished is not None:
                break
            if self.talking:
                self.tell(TalkOver(self.machine.offer.number, TalkEnding.DONE))
            elif self.aside:
                self.caller_is_back()
            else:
                self.tell(QueueShut(closed=True))
                self.now = max(self.now, self.machine.deadline or 0.0)
                self.step(self.machine.handle_deadline(now=self.now))
        assert self.finished in PLACE_IS_OVER, "a person, a call-back, a message or words"

    # ------------------------------------------------------------ always

    @invariant()
    def nothing_rings_for_a_caller_who_is_gone(self) -> None:
        if self.caller_gone:
            assert self.finished is not None
            assert self.ringing is None

    @invariant()
    def every_trouble_on_the_way_is_named(self) -> None:
        lost = [trouble for trouble in self.machine.troubles if trouble in LOST]
        assert len(lost) == self.lost

    @invariant()
    def a_living_handoff_waits_for_something_that_must_come(self) -> None:
        must_come = self.talking or self.aside
        assert self.finished or must_come or self.machine.deadline is not None

    @invariant()
    def the_queue_is_owed_nothing_but_the_offer_under_way(self) -> None:
        under_way = self.machine.offer.agent
        pending = [] if under_way is None or self.talking else [under_way.name]
        assert self.owed == pending

    @invariant()
    def the_end_is_the_end(self) -> None:
        assert (self.finished is not None) == self.machine.ended
        if self.finished is not None:
            assert self.machine.deadline is None
            assert self.ringing is None
            assert self.place == PLACE_IS_OVER[self.finished]


AnyHandoff.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestAnyHandoff = AnyHandoff.TestCase
