from ivr.handoff.actions import (
    Announce,
    Announcement,
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
    HandoffEvent,
    NodeGone,
    PlaceKept,
    PlaceMoved,
    QueueShut,
    Refusal,
    TalkOver,
)
from ivr.handoff.handoff import Handoff, Limits
from ivr.handoff.talk_actions import TalkEnding

DANA = Agent("Dana", "sip:dana@127.0.0.1")
KIM = Agent("Kim", "sip:kim@127.0.0.1", ("pharmacy",))
MARIA = Agent("Maria", "browser:maria")
COMING = Announce(Announcement.COMING, person="Dana")


def waiting(*events: HandoffEvent) -> Handoff:
    """A caller in the queue, after *events* a second apart."""
    machine = Handoff(Limits())
    machine.start(now=0)
    for second, event in enumerate(events, start=1):
        machine.handle(event, now=second)
    return machine


def ringing(*events: HandoffEvent) -> Handoff:
    return waiting(AgentOffered(DANA), *events)


def briefing(*events: HandoffEvent) -> Handoff:
    return ringing(AgentAnswered(1), *events)


def talking(*events: HandoffEvent) -> Handoff:
    return briefing(AgentKeyed(1, "1"), *events)


# ---------------------------------------------------------------- to a person


def test_an_agent_who_accepts_is_bridged() -> None:
    machine = Handoff(Limits())
    assert machine.start(now=0) == (Announce(Announcement.FINDING),)
    assert machine.handle(AgentOffered(DANA), now=1) == (Ring(1, DANA, Limits().ring),)
    assert machine.handle(AgentAnswered(1), now=3) == (Brief(1), COMING)
    assert machine.handle(AgentKeyed(1, "5"), now=4) == ()
    assert machine.handle(AgentKeyed(1, "1"), now=5) == (Bridge(1), Settle("Dana"))
    assert machine.deadline is None


def test_picking_up_in_the_browser_is_accepting() -> None:
    machine = waiting(AgentOffered(MARIA))
    assert machine.handle(AgentAnswered(1), now=3) == (Bridge(1), Settle("Maria"))


def test_when_the_agent_hangs_up_the_caller_hears_who_it_was_before_the_end() -> None:
    machine = talking()
    assert machine.handle(TalkOver(1, TalkEnding.DONE), now=90) == (
        Withdraw(1),
        WrapUp("Dana"),
        Announce(Announcement.PARTING, person="Dana"),
    )
    assert machine.handle(Announced(), now=95) == (Finish(Outcome.SERVED),)


def test_the_closing_words_name_who_talked_last() -> None:
    over = TalkOver(1, TalkEnding.DONE, person="Lee")
    assert talking().handle(over, now=9)[-1] == Announce(Announcement.PARTING, person="Lee")


def test_a_closing_sentence_whose_end_is_never_reported_ends_the_call() -> None:
    machine = talking(TalkOver(1, TalkEnding.DONE))
    assert machine.deadline is not None
    assert machine.handle_deadline(now=machine.deadline) == (Finish(Outcome.SERVED),)


def test_a_caller_who_hangs_up_on_the_agent_was_served() -> None:
    over = TalkOver(1, TalkEnding.CALLER_LEFT)
    expected = (Withdraw(1), WrapUp("Dana"), Finish(Outcome.SERVED))
    assert talking().handle(over, now=9) == expected


# ---------------------------------------------------------------- agents who do not take it


def test_each_refusal_goes_back_to_the_queue_with_its_reason() -> None:
    for refusal in (Refusal.BUSY, Refusal.DECLINED, Refusal.UNREACHABLE, Refusal.NO_ANSWER):
        machine = ringing()
        released = (Withdraw(1), Release("Dana", refusal))
        assert machine.handle(AgentRefused(1, refusal), now=9) == released
        assert (machine.offer.refusals, machine.offer.passed) == ([refusal], ["Dana"])


def test_an_agent_who_passes_with_2_has_declined() -> None:
    released = (Withdraw(1), Release("Dana", Refusal.DECLINED))
    assert briefing().handle(AgentKeyed(1, "2"), now=9) == released


def test_a_phone_that_rings_too_long_is_withdrawn() -> None:
    machine = Handoff(Limits(first=100))
    machine.start(now=0)
    machine.handle(AgentOffered(DANA), now=0)
    assert machine.deadline == 20
    assert machine.handle_deadline(now=20) == (Withdraw(1), Release("Dana", Refusal.NO_ANSWER))


def test_a_queue_may_want_its_phones_to_ring_for_another_time() -> None:
    machine = Handoff(Limits(first=100))
    machine.start(now=0)
    assert machine.handle(AgentOffered(DANA, 8.0), now=1) == (Ring(1, DANA, 8.0),)
    assert machine.deadline == 9


def test_a_voicemail_that_answers_is_withdrawn() -> None:
    machine = briefing()
    assert machine.handle_deadline(now=17) == (Withdraw(1), Release("Dana", Refusal.SILENT))


def test_an_agent_lost_while_being_briefed_is_told_apart_from_one_who_hangs_up() -> None:
    for event, refusal in (
        (AgentLeft(1), Refusal.DECLINED),
        (AgentLeft(1, lost=True), Refusal.AGENT_GONE),
        (NodeGone(1), Refusal.AGENT_GONE),
    ):
        assert briefing().handle(event, now=9) == (Withdraw(1), Release("Dana", refusal))


def test_late_news_of_an_earlier_offer_is_dropped() -> None:
    machine = ringing(AgentRefused(1, Refusal.BUSY), AgentOffered(KIM))
    assert machine.handle(AgentAnswered(1), now=9) == ()


def test_an_offer_nobody_can_use_goes_back_at_once() -> None:
    back = (Release("Kim", Refusal.CALLER_GONE),)
    for machine in (ringing(), talking(), ringing(CallerLeft())):
        assert machine.handle(AgentOffered(KIM), now=9) == back


# ---------------------------------------------------------------- cut off


def test_a_caller_whose_agent_is_lost_queues_again_and_is_told() -> None:
    for event, trouble in (
        (TalkOver(1, TalkEnding.AGENT_GONE), Trouble.AGENT_GONE),
        (AgentLeft(1, lost=True), Trouble.AGENT_GONE),
        (NodeGone(1), Trouble.NODE_GONE),
    ):
        machine = talking()
        assert machine.handle(event, now=9) == (
            Withdraw(1),
            WrapUp("Dana"),
            EnterAgain(),
            Announce(Announcement.CUT_OFF),
        )
        assert machine.troubles == [trouble]
        assert machine.handle(AgentOffered(KIM), now=10) == (Ring(2, KIM, Limits().ring),)


def test_a_caller_whom_the_agent_sends_to_another_queue_waits_there() -> None:
    over = TalkOver(1, TalkEnding.TO_QUEUE, to="billing")
    assert talking().handle(over, now=9)[2:] == (
        EnterAgain("billing"),
        Announce(Announcement.SENT_ON),
    )


# ---------------------------------------------------------------- nobody


def test_a_closed_queue_and_an_empty_one_are_told_apart() -> None:
    for closed, trouble in ((True, Trouble.CLOSED), (False, Trouble.NOBODY_THERE)):
        nobody = Finish(Outcome.NOBODY, trouble, "We open at eight.")
        shut = QueueShut(closed, "We open at eight.")
        assert waiting().handle(shut, now=9) == (Leave(), nobody)


def test_an_agent_who_rings_when_the_queue_closes_may_still_take_the_call() -> None:
    machine = ringing(QueueShut(closed=True))
    assert machine.handle(AgentRefused(1, Refusal.BUSY), now=9) == (
        Withdraw(1),
        Release("Dana", Refusal.BUSY),
        Leave(),
        Finish(Outcome.NOBODY, Trouble.CLOSED),
    )


# ---------------------------------------------------------------- the caller's own wishes


def test_nothing_rings_after_the_caller_has_gone() -> None:
    machine = ringing()
    assert machine.handle(CallerLeft(), now=9) == (
        Withdraw(1),
        Release("Dana", Refusal.CALLER_GONE),
        Leave(),
        Finish(Outcome.CALLER_LEFT),
    )
    assert machine.handle(AgentRefused(1, Refusal.BUSY), now=9) == ()
    assert machine.deadline is None


def test_2_stops_the_ringing_and_leads_to_a_message() -> None:
    assert ringing().handle(CallerKeyed("2"), now=9) == (
        Withdraw(1),
        Release("Dana", Refusal.CALLER_GONE),
        Leave(),
        Finish(Outcome.WANTS_MESSAGE),
    )


def test_who_gives_their_number_keeps_the_place_and_hears_nothing_else() -> None:
    machine = waiting()
    assert machine.handle(CallerKeyed("1"), now=9) == (StepAside(),)
    assert machine.deadline is None
    assert machine.handle(PlaceMoved(1), now=10) == ()
    assert machine.handle(PlaceKept(), now=20) == (KeepPlace(), Finish(Outcome.WANTS_CALLBACK))


def test_who_gives_up_the_call_back_waits_on_and_hears_where_they_stand() -> None:
    machine = waiting(PlaceMoved(2), CallerKeyed("1"), PlaceMoved(1, (2, 4)))
    expected = Announce(Announcement.PLACE, 1, (2, 4), keys=True, asked=True)
    assert machine.handle(CallerBack(), now=20) == (expected,)


def test_an_agent_who_takes_the_call_of_somebody_aside_waits_until_they_are_back() -> None:
    machine = waiting(CallerKeyed("1"), AgentOffered(DANA))
    assert machine.handle(AgentAnswered(1), now=9) == (Brief(1),)
    assert machine.handle(AgentKeyed(1, "1"), now=10) == (Recall(),)
    assert machine.handle(CallerBack(), now=10) == (Bridge(1), Settle("Dana"))


def test_whoever_rings_when_the_place_is_kept_is_let_go() -> None:
    machine = waiting(CallerKeyed("1"), AgentOffered(DANA))
    assert machine.handle(PlaceKept(), now=9) == (
        Withdraw(1),
        Release("Dana", Refusal.CALLER_GONE),
        KeepPlace(),
        Finish(Outcome.WANTS_CALLBACK),
    )


def test_a_queue_that_shuts_while_they_are_aside_is_told_when_they_are_back() -> None:
    machine = waiting(CallerKeyed("1"), QueueShut(closed=False))
    nobody = Finish(Outcome.NOBODY, Trouble.NOBODY_THERE)
    assert machine.handle(CallerBack(), now=9) == (Leave(), nobody)


# ---------------------------------------------------------------- what they hear meanwhile


def announcements(actions: tuple[HandoffAction, ...]) -> list[tuple[Announcement, int | None]]:
    return [(a.what, a.ahead) for a in actions if isinstance(a, Announce)]


def test_the_first_place_is_told_at_once_with_the_keys() -> None:
    told = Announce(Announcement.PLACE, 1, (3, 6), keys=True)
    assert waiting().handle(PlaceMoved(1, (3, 6)), now=0.1) == (told,)


def test_a_place_is_told_again_only_when_it_moved_forward() -> None:
    machine = waiting(PlaceMoved(2))
    machine.handle(PlaceMoved(3), now=5)
    assert machine.deadline == 1 + 20
    still = [(Announcement.STILL_LOOKING, None)]
    assert announcements(machine.handle_deadline(now=21)) == still
    machine.handle(PlaceMoved(1), now=22)
    assert machine.deadline == 21 + 10
    assert announcements(machine.handle_deadline(now=31)) == [(Announcement.PLACE, 1)]


def test_without_a_place_the_caller_is_reassured_all_the_same() -> None:
    machine = waiting()
    assert machine.deadline == 10
    told = machine.handle_deadline(now=10)
    assert told == (Announce(Announcement.STILL_LOOKING, keys=True),)
    assert machine.handle_deadline(now=30) == (Announce(Announcement.STILL_LOOKING),)


def test_0_and_star_say_where_they_stand() -> None:
    for key in "0*":
        machine = waiting(PlaceMoved(2))
        told = Announce(Announcement.PLACE, 2, keys=True, asked=True)
        assert machine.handle(CallerKeyed(key), now=3) == (told,)
        assert briefing().handle(CallerKeyed(key), now=3) == (COMING,)


def test_other_keys_do_nothing() -> None:
    assert waiting().handle(CallerKeyed("5"), now=3) == ()
