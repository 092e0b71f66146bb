"""What operators and supervisors see of the queue, and what they may do to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ivr.desk import QueueStore
from ivr.handoff.agents import Agent, AgentStatus, Presence, PresenceChange
from ivr.handoff.matching import who_could
from ivr.handoff.office import Office
from ivr.handoff.tickets import Ticket
from ivr.switchboard.waiting import who_waits

NOBODY = Ticket("", "", 0.0)


class Front:
    """Answers about the queue as JSON-able mappings; every method raises `StoreUnavailable`."""

    def __init__(
        self,
        store: QueueStore,
        office: Callable[[], Office],
        *,
        clock: Callable[[], float],
        why: Callable[[str], str],
        forget: Callable[[str], bool],
    ) -> None:
        """
        Look at *store*.

        Args:
            store: Common to all cells.
            office: The queues as they are now.
            clock: Unix time in seconds.
            forget: Gives a call-back up; whether there was one.
            why: By call, why its caller goes to a person; `` when that is not known here.
        """
        self._store = store
        self._office = office
        self._clock = clock
        self._why = why
        self._forget = forget

    async def queue(self) -> Mapping[str, Any]:
        """Tell who waits, and how each queue does."""
        now, office = self._clock(), self._office()
        statuses = await self._store.agents()
        everybody = await who_waits(self._store, statuses, now=now)
        queues, callers = [], []
        for name in sorted({*office.queues, *everybody}):
            waiting = everybody.get(name, [])
            waits = await self._store.waits(name)
            queues.append(self._queue_row(name, waiting, waits, statuses))
            callers += [(ticket, self._caller_row(ticket, agent)) for ticket, agent in waiting]
        callers.sort(key=lambda row: row[0].rank)
        return {"queues": queues, "callers": [row for _, row in callers]}

    async def agents(self) -> Mapping[str, Any]:
        """Tell who takes calls, and what each does."""
        now = self._clock()
        return {"agents": [_agent_row(status, now) for status in await self._store.agents()]}

    async def set_presence(self, name: str, presence: Presence, reason: str) -> Mapping[str, Any]:
        """Pause an agent, or let them be ready."""
        statuses = {status.agent.name: status for status in await self._store.agents()}
        if trouble := _trouble(statuses, name, presence):
            return {"error": trouble}
        change = PresenceChange(presence, reason)
        await self._store.set_presence(name, change, now=self._clock())
        return {"agent": name, "presence": presence.value}

    async def move_up(self, call: str) -> Mapping[str, Any]:
        """Let a caller be the next of all who wait."""
        ticket = await self._store.ticket(call)
        if ticket is None:
            return {"error": f"nobody waits in call {call}; `ivr queue` shows who does"}
        # Whoever is being offered somebody comes first again when that comes to nothing.
        waiting = await who_waits(self._store, await self._store.agents(), now=self._clock())
        others = [
            other.rank for queue in waiting.values() for other, _ in queue if other.key != call
        ]
        needed = max(0.0, ticket.rank - min(others, default=ticket.rank + 1.0) + 1.0)
        await self._store.put(replace(ticket, moved_up=ticket.moved_up + needed))
        return {"call": call, "moved_up": needed > 0}

    async def end_callback(self, call: str) -> Mapping[str, Any]:
        """Ring a caller back no more: somebody did, or it is not wanted."""
        known = self._forget(call)
        await self._store.drop(call, now=self._clock())
        return {"call": call} if known else {"error": f"there is no call-back {call}"}

    # ------------------------------------------------------------ rows

    def _queue_row(
        self,
        name: str,
        waiting: Sequence[tuple[Ticket, str]],
        waits: Sequence[tuple[float, float]],
        statuses: Sequence[AgentStatus],
    ) -> dict[str, Any]:
        office, now = self._office(), self._clock()
        queue = office.queue(name)
        could = who_could(replace(NOBODY, queue=name), statuses, office, now=now)
        in_time = sum(1 for _, waited in waits if waited <= queue.target)
        return {
            "queue": name,
            "waiting": len(waiting),
            "longest": round(max((now - ticket.asked_at for ticket, _ in waiting), default=0.0)),
            "target": queue.target,
            "in_time": round(in_time / len(waits), 2) if waits else None,
            "working": len(could),
            "ready": sum(1 for status in could if status.presence is Presence.READY),
        }

    def _caller_row(self, ticket: Ticket, agent: str) -> dict[str, Any]:
        return {
            "call": ticket.key,
            "queue": ticket.queue,
            "waited": round(self._clock() - ticket.asked_at),
            "why": self._why(ticket.key),
            "priority": ticket.priority.value,
            "moved_up": ticket.moved_up > 0,
            "callback": ticket.callback,
            "language": ticket.language,
            "offered_to": agent,
            "passed": list(ticket.passed),
        }


def _trouble(statuses: Mapping[str, AgentStatus], name: str, presence: Presence) -> str:
    """Tell why an agent's presence cannot be changed; `` when it can."""
    status = statuses.get(name)
    if status is None:
        return f"nobody called {name} is signed in; known are: {', '.join(statuses) or 'nobody'}"
    if status.agent.in_browser and status.presence is Presence.OFFLINE:
        return f"{name} is not at the console; whoever logs in there gets ready there"
    if presence is Presence.READY and status.presence is Presence.TALKING:
        return f"{name} is in a talk, and offered callers again after it"
    return ""


def _agent_row(status: AgentStatus, now: float) -> dict[str, Any]:
    agent = status.agent
    return {
        "agent": agent.name,
        "presence": status.presence.value,
        "seconds": round(max(0.0, now - status.since)),
        "reason": status.reason,
        "back_in": round(status.until - now) if status.until > now else None,
        **described(agent),
        "call": status.ticket.partition(".")[0],  # a colleague in it has a ticket of their own
    }


def described(agent: Agent) -> dict[str, Any]:
    """Tell what of an agent does not change with their presence."""
    return {
        "where": "browser" if agent.in_browser else "sip",
        "queues": list(agent.queues),
        "skills": sorted(agent.skills),
        "languages": list(agent.languages),
        "role": agent.role.value,
    }
