from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr.handoff.agents import Agent, AgentStatus, Presence
from ivr.handoff.matching import all_passed, pairs, who_could
from ivr.handoff.office import Office, Queue, Strategy
from ivr.handoff.tickets import Priority, Ticket

NOW = 10_000.0
OFFICE = Office(
    {
        "front_desk": Queue("front_desk", "the front desk"),
        "pharmacy": Queue("pharmacy", "the pharmacy", Strategy.BEST_SKILL),
        "nurse_line": Queue("nurse_line", "the nurse line", needs=frozenset({"nurse"})),
        "spanish": Queue("spanish", "somebody who speaks Spanish", language="es"),
    }
)


def agent(
    name: str, *queues: str, skills: str = "", speaks: str = "en", **more: object
) -> AgentStatus:
    who = Agent(name, f"sip:{name}@127.0.0.1", queues, frozenset(skills.split()))
    who = replace(who, languages=tuple(speaks.split()))
    free = AgentStatus(who, Presence.READY, 0.0)
    return replace(free, **more)  # type: ignore[arg-type] # passed on as they are


def ticket(key: str, queue: str = "front_desk", asked: float = 0.0, **more: object) -> Ticket:
    return Ticket(key, queue, asked, **more)  # type: ignore[arg-type] # passed on as they are


def matched(tickets: list[Ticket], *agents: AgentStatus) -> list[str]:
    heads: dict[str, list[Ticket]] = {}
    for one in tickets:
        heads.setdefault(one.queue, []).append(one)
    found = pairs(heads, agents, OFFICE, now=NOW)
    return [f"{pair.ticket.key} {pair.agent.name}" for pair in found]


def could(one: Ticket, *agents: AgentStatus) -> list[str]:
    return [status.agent.name for status in who_could(one, agents, OFFICE, now=NOW)]


def test_a_console_rings_for_callers_of_its_own_cell_and_a_telephone_for_all() -> None:
    dana = agent("dana", node="cell-1")
    at_console = replace(dana, agent=replace(dana.agent, address="browser:dana"))
    lee = agent("lee", since=5, node="cell-1")
    for node, those in (("cell-1", ["dana", "lee"]), ("cell-2", ["lee"])):
        assert could(ticket("a", node=node), at_console, lee) == those
    assert matched([ticket("a", node="cell-2")], at_console) == []
    assert could(ticket("a", node="cell-2"), dana, lee) == ["dana", "lee"]


def test_who_waits_longest_over_all_queues_gets_the_agent_of_several() -> None:
    waiting = [ticket("a", "front_desk", 5), ticket("b", "pharmacy", 3)]
    assert matched(waiting, agent("dana", "front_desk", "pharmacy")) == ["b dana"]


def test_a_nurses_caller_comes_before_others_but_not_before_all_of_them() -> None:
    nurse = ticket("n", "front_desk", 400, priority=Priority.NURSE)
    waiting = [ticket("old", asked=0), ticket("new", asked=200), nurse]
    assert matched(waiting, agent("dana")) == ["old dana"]
    assert matched(waiting[1:], agent("dana")) == ["n dana"]


def test_the_longest_idle_is_offered_first() -> None:
    assert matched([ticket("a")], agent("dana", since=5), agent("kim", since=2)) == ["a kim"]


def test_who_answers_for_everything_is_the_reserve() -> None:
    assert matched([ticket("a")], agent("dana", since=5), agent("kim", "front_desk", since=9)) == [
        "a kim"
    ]


def test_by_skill_the_one_who_knows_the_queue_best_is_first() -> None:
    second = agent("dana", "front_desk", "pharmacy", since=1)
    assert matched([ticket("a", "pharmacy")], second, agent("kim", "pharmacy", since=5)) == [
        "a kim"
    ]


def test_an_agent_with_a_choice_leaves_the_rare_one_to_who_needs_them() -> None:
    agents = agent("dana", speaks="en es", since=1), agent("kim", since=5)
    waiting = [ticket("a", asked=1), ticket("b", "spanish", 2)]
    assert matched(waiting, *agents) == ["a kim", "b dana"]


def test_a_caller_gets_somebody_who_speaks_their_language_even_if_others_are_free() -> None:
    speaker = agent("dana", speaks="en es", presence=Presence.TALKING)
    assert could(ticket("a", language="es"), speaker, agent("kim")) == ["dana"]
    assert matched([ticket("a", language="es")], speaker, agent("kim")) == []


def test_where_nobody_fits_the_wrong_person_beats_no_person() -> None:
    clerk = agent("kim", "billing")
    assert could(ticket("a", "nurse_line"), clerk) == ["kim"]
    assert could(ticket("a", "nurse_line"), clerk, agent("lee", "nurse_line")) == ["lee"]
    nurse = agent("dana", "front_desk", skills="nurse")
    assert could(ticket("a", "nurse_line"), clerk, agent("lee", "nurse_line"), nurse) == ["dana"]


def test_who_is_at_lunch_does_not_keep_callers_from_who_is_there() -> None:
    lunch = agent("dana", "pharmacy", presence=Presence.PAUSED)
    assert could(ticket("a", "pharmacy"), lunch, agent("kim", "billing")) == ["kim"]
    soon = agent("dana", "pharmacy", presence=Presence.PAUSED, until=NOW + 60)
    assert could(ticket("a", "pharmacy"), soon, agent("kim", "billing")) == ["dana"]


def test_nobody_is_offered_a_caller_twice() -> None:
    passed = ticket("a", passed=("dana",))
    assert matched([passed], agent("dana", since=1), agent("kim", since=2)) == ["a kim"]
    assert matched([passed], agent("dana")) == []


def test_everybody_passed_only_when_those_who_are_busy_passed_too() -> None:
    both = agent("dana"), agent("kim", presence=Presence.TALKING)
    assert not all_passed(ticket("a", passed=("dana",)), both, OFFICE, now=NOW)
    assert all_passed(ticket("a", passed=("dana", "kim")), both, OFFICE, now=NOW)
    assert not all_passed(ticket("a"), (), OFFICE, now=NOW)


names = st.sampled_from(["dana", "kim", "lee", "pat", "sam"])
queues = st.sampled_from(["front_desk", "pharmacy", "nurse_line", "spanish", "unheard_of"])
statuses = st.builds(
    agent,
    names,
    queues,
    presence=st.sampled_from(Presence),
    skills=st.sampled_from(["", "nurse"]),
    speaks=st.sampled_from(["en", "es", "en es"]),
    since=st.floats(0, 100),
    until=st.sampled_from([0.0, NOW - 1, NOW + 60]),
)
tickets = st.builds(
    ticket,
    st.text("abcdefgh", min_size=1, max_size=4),
    queues,
    st.floats(0, 1000),
    language=st.sampled_from(["en", "es"]),
    priority=st.sampled_from(Priority),
    passed=st.lists(names, max_size=2).map(tuple),
)
crowds = st.lists(tickets, max_size=8, unique_by=lambda t: t.key)
teams = st.lists(statuses, max_size=5, unique_by=lambda s: s.agent.name)


@given(crowds, teams)
def test_nobody_is_in_two_pairs_and_nobody_busy_or_passed_is_in_one(
    crowd: list[Ticket], team: list[AgentStatus]
) -> None:
    heads: dict[str, list[Ticket]] = {}
    for one in crowd:
        heads.setdefault(one.queue, []).append(one)
    found = pairs(heads, team, OFFICE, now=NOW)
    assert len({pair.ticket.key for pair in found}) == len(found)
    assert len({pair.agent.name for pair in found}) == len(found)
    by_name = {status.agent.name: status for status in team}
    for pair in found:
        status = by_name[pair.agent.name]
        assert status.presence is Presence.READY or 0 < status.until <= NOW
        assert pair.agent.name not in pair.ticket.passed


@given(crowds, teams)
def test_who_goes_without_has_nobody_free_but_those_who_serve_somebody_before_them(
    crowd: list[Ticket], team: list[AgentStatus]
) -> None:
    heads: dict[str, list[Ticket]] = {}
    for one in crowd:
        heads.setdefault(one.queue, []).append(one)
    found = {pair.agent.name: pair.ticket for pair in pairs(heads, team, OFFICE, now=NOW)}
    served = {one.key for one in found.values()}
    for one in crowd:
        if one.key in served:
            continue
        for status in who_could(one, team, OFFICE, now=NOW):
            free = status.presence is Presence.READY and status.agent.name not in one.passed
            if free:
                before = found[status.agent.name]
                assert (before.rank, before.key) < (one.rank, one.key)
