"""
Matching: which caller is offered to which agent now.

One list of callers over all queues, ordered by rank: whoever is first gets somebody who can
serve them, and gives way to another agent only if both can be served that way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.handoff.agents import Agent, AgentStatus, Presence
from ivr.handoff.office import Office, Queue, Strategy
from ivr.handoff.tickets import Ticket

WORKING = frozenset({Presence.READY, Presence.OFFERED, Presence.TALKING, Presence.WRAPPING})
BACK_SOON = {Presence.PAUSED: 900.0, Presence.OFFLINE: 15.0}
"""
Seconds within which somebody who is away counts as working, if they come back by themselves.
A pause ends as it says; whether a phone that did not answer at all comes back is a guess.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A caller and who is offered to them."""

    ticket: Ticket
    agent: Agent


def works(status: AgentStatus, *, now: float) -> bool:
    """Whether an agent takes calls now, or will before a caller gives up."""
    if status.presence in WORKING:
        return True
    return 0 < status.until <= now + BACK_SOON.get(status.presence, 0.0)


def is_free(status: AgentStatus, *, now: float) -> bool:
    """Whether an agent can be reserved: a pause that is over counts as none."""
    if status.presence in {Presence.PAUSED, Presence.WRAPPING}:
        return 0 < status.until <= now
    return status.presence is Presence.READY


def in_reach(status: AgentStatus, ticket: Ticket) -> bool:
    """Whether the caller's cell can ring an agent: a console is served by one cell alone."""
    somewhere = status.agent.in_browser and status.node and ticket.node
    return not somewhere or status.node == ticket.node


def who_could(
    ticket: Ticket, statuses: Iterable[AgentStatus], office: Office, *, now: float
) -> tuple[AgentStatus, ...]:
    """
    Choose who may be offered *ticket* among those who work and are in reach, free or not.

    Best are those who answer for the queue, have what it needs and speak the caller's language.
    Where nobody of that kind works, the demands fall one by one: the wrong person beats no
    person.
    """
    working = [s for s in statuses if works(s, now=now) and in_reach(s, ticket)]
    queue = office.queue(ticket.queue)
    spoken = queue.language or ticket.language
    answering = [s for s in working if not s.agent.queues or queue.name in s.agent.queues]
    able = [s for s in answering if queue.needs <= s.agent.skills]
    skilled = [s for s in working if queue.needs and queue.needs <= s.agent.skills]
    for group in (able, skilled, answering, working):
        fluent = [s for s in group if spoken in s.agent.languages]
        if fluent or group:
            return tuple(fluent or group)
    return ()


def all_passed(
    ticket: Ticket, statuses: Sequence[AgentStatus], office: Office, *, now: float
) -> bool:
    """Whether everybody who could come has had *ticket* and passed; False when nobody could."""
    could = who_could(ticket, statuses, office, now=now)
    return bool(could) and all(status.agent.name in ticket.passed for status in could)


def pairs(
    heads: Mapping[str, Sequence[Ticket]],
    statuses: Sequence[AgentStatus],
    office: Office,
    *,
    now: float,
) -> tuple[Pair, ...]:
    """
    Bring callers and free agents together.

    Args:
        heads: Who is next in each queue: unclaimed, due.
        statuses: Every agent.
        office: The queues.
        now: Unix time.

    Returns:
        Whom to offer to whom, the most urgent first; nobody stands in it twice.
    """
    tickets = sorted(
        (ticket for head in heads.values() for ticket in head), key=lambda t: (t.rank, t.key)
    )
    matched = _Matching({t.key: _wishes(t, statuses, office, now=now) for t in tickets})
    for ticket in tickets:
        matched.place(ticket)
    return tuple(
        Pair(ticket, agent)
        for ticket in tickets
        if (agent := matched.agent_of(ticket.key)) is not None
    )


def _wishes(
    ticket: Ticket, statuses: Sequence[AgentStatus], office: Office, *, now: float
) -> tuple[Agent, ...]:
    """List the free agents for *ticket*, the best first."""
    queue = office.queue(ticket.queue)
    free = [
        status
        for status in who_could(ticket, statuses, office, now=now)
        if is_free(status, now=now) and status.agent.name not in ticket.passed
    ]
    return tuple(status.agent for status in sorted(free, key=lambda s: _order(s, queue)))


def _order(status: AgentStatus, queue: Queue) -> tuple[float, float, str]:
    known = status.agent.queues
    # Those who answer for all come after those who answer for this: they are everybody's reserve.
    place = known.index(queue.name) if queue.name in known else len(known) + 1000
    if queue.strategy is Strategy.LONGEST_IDLE:
        place = min(place, 1) if queue.name not in known else 0
    return place, status.since, status.agent.name


class _Matching:
    """A matching that grows by one caller at a time and never loses one it has."""

    def __init__(self, wishes: Mapping[str, Sequence[Agent]]) -> None:
        self._wishes = wishes
        self._taken: dict[str, str] = {}
        self._agents: dict[str, Agent] = {}

    def place(self, ticket: Ticket) -> bool:
        """Find an agent for *ticket*, moving others to their other choices where that is needed."""
        return self._free(ticket.key, set())

    def agent_of(self, key: str) -> Agent | None:
        """Tell whom a caller got."""
        return self._agents.get(key)

    def _free(self, key: str, tried: set[str]) -> bool:
        wishes = [agent for agent in self._wishes[key] if agent.name not in tried]
        # Free ones first, so that nobody is moved without need.
        for agent in sorted(wishes, key=lambda a: a.name in self._taken):
            if agent.name in tried:
                continue
            tried.add(agent.name)
            holder = self._taken.get(agent.name)
            if holder is None or self._free(holder, tried):
                self._taken[agent.name] = key
                self._agents[key] = agent
                return True
        return False
