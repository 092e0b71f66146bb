from ivr.handoff.actions import (
    Announce,
    Announcement,
    Bridge,
    Brief,
    Finish,
    Offer,
    Outcome,
    Withdraw,
)
from ivr.handoff.agents import Agent, agents_for
from ivr.handoff.events import (
    AgentAnswered,
    AgentKeyed,
    AgentLeft,
    AgentRefused,
    CallerLeft,
    Refusal,
)
from ivr.handoff.handoff import Handoff, Limits

DANA = Agent("Dana", "sip:dana@127.0.0.1")
KIM = Agent("Kim", "sip:kim@127.0.0.1", ("pharmacy",))
FINDING = Announce(Announcement.FINDING)


def handoff(*agents: Agent) -> Handoff:
    return Handoff(agents, Limits())


def test_an_agent_who_accepts_is_bridged() -> None:
    machine = handoff(DANA)
    assert machine.start(now=0) == (Offer(1, DANA), FINDING)
    assert machine.handle(AgentAnswered(1), now=3) == (Brief(1),)
    assert machine.handle(AgentKeyed(1, "5"), now=4) == ()
    assert machine.handle(AgentKeyed(1, "1"), now=5) == (Bridge(1),)
    assert machine.deadline is None
    assert machine.handle(AgentLeft(1), now=90) == (Finish(Outcome.SERVED),)


def test_a_busy_agent_leads_to_the_next() -> None:
    machine = handoff(DANA, KIM)
    machine.start(now=0)
    assert machine.handle(AgentRefused(1, Refusal.BUSY), now=1) == (Offer(2, KIM),)


def test_an_agent_who_declines_is_not_asked_again() -> None:
    machine = handoff(DANA)
    machine.start(now=0)
    machine.handle(AgentAnswered(1), now=1)
    assert machine.handle(AgentKeyed(1, "2"), now=2) == (Withdraw(1), Finish(Outcome.NOBODY))


def test_a_phone_that_rings_too_long_is_withdrawn_and_tried_again_later() -> None:
    machine = handoff(DANA)
    machine.start(now=0)
    assert machine.deadline == 20
    assert machine.handle_deadline(now=20) == (Withdraw(1),)
    assert machine.handle_deadline(now=20) == (Announce(Announcement.STILL_LOOKING),)
    assert machine.deadline == 25
    assert machine.handle_deadline(now=25) == (Offer(2, DANA),)


def test_after_the_search_time_nobody_new_is_rung() -> None:
    machine = handoff(DANA)
    machine.start(now=0)
    assert machine.handle(AgentRefused(1, Refusal.BUSY), now=61) == (Finish(Outcome.NOBODY),)


def test_a_voicemail_that_answers_is_withdrawn() -> None:
    machine = handoff(DANA, KIM)
    machine.start(now=0)
    machine.handle(AgentAnswered(1), now=1)
    assert machine.handle_deadline(now=16) == (Withdraw(1), Offer(2, KIM))
    assert machine.refusals == [Refusal.SILENT]


def test_no_agents_at_all_is_said_at_once() -> None:
    assert handoff().start(now=0) == (Finish(Outcome.NOBODY),)


def test_nothing_rings_after_the_caller_has_gone() -> None:
    machine = handoff(DANA, KIM)
    machine.start(now=0)
    assert machine.handle(CallerLeft(), now=1) == (Withdraw(1), Finish(Outcome.CALLER_LEFT))
    assert machine.handle(AgentRefused(1, Refusal.BUSY), now=2) == ()
    assert machine.deadline is None


def test_an_agent_whose_line_breaks_is_replaced() -> None:
    machine = handoff(DANA, KIM)
    machine.start(now=0)
    machine.handle(AgentAnswered(1), now=1)
    machine.handle(AgentKeyed(1, "1"), now=2)
    assert machine.handle(AgentLeft(1, lost=True), now=50) == (
        Withdraw(1),
        Offer(2, DANA),
        Announce(Announcement.CUT_OFF),
    )


def test_late_news_of_an_earlier_offer_is_dropped() -> None:
    machine = handoff(DANA, KIM)
    machine.start(now=0)
    machine.handle(AgentRefused(1, Refusal.BUSY), now=1)
    assert machine.handle(AgentAnswered(1), now=2) == ()


def test_those_who_answer_for_the_queue_come_first() -> None:
    assert agents_for("pharmacy", [DANA, KIM]) == (KIM, DANA)


def test_a_queue_without_anybody_asks_everybody() -> None:
    assert agents_for("billing", [KIM]) == (KIM,)
