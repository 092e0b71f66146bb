"""Tickets and agents as they stand in Redis. What comes back is checked before it is believed."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from math import isfinite
from typing import TypeVar

from ivr.errors import StoreError
from ivr.handoff.agents import Agent, AgentStatus, Presence, Role
from ivr.handoff.tickets import Priority, Ticket

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Fields = Mapping[str, str]
"""A hash of Redis as text."""


def ticket_values(ticket: Ticket) -> tuple[str, ...]:
    """Write *ticket* as the script `put` takes it."""
    body = {
        "queue": ticket.queue,
        "asked_at": ticket.asked_at,
        "language": ticket.language,
        "priority": ticket.priority,
        "callback": ticket.callback,
        "not_before": ticket.not_before,
        "moved_up": ticket.moved_up,
    }
    return (
        ticket.key,
        json.dumps(body),
        ticket.queue,
        number(ticket.rank),
        number(ticket.not_before),
        ticket.node,
        json.dumps(ticket.passed),
    )


def read_ticket(key: str, fields: Fields) -> Ticket:
    """
    Read the ticket *key*.

    Raises:
        StoreError: It is not of the shape we write.
    """
    return _checked(f"ticket {key}", lambda: _ticket(key, fields))


def _ticket(key: str, fields: Fields) -> Ticket:
    body = _Body(_json(fields, "body"))
    return Ticket(
        key,
        body.text("queue"),
        body.number("asked_at"),
        language=body.text("language"),
        priority=body.choice("priority", Priority),
        node=fields["node"],
        callback=body.flag("callback"),
        not_before=body.number("not_before"),
        moved_up=body.number("moved_up"),
        passed=_texts(_json(fields, "passed")),
    )


def status_values(status: AgentStatus) -> tuple[str, ...]:
    """Write *status* as the script `register` takes it."""
    agent = status.agent
    body = {
        "address": agent.address,
        "queues": agent.queues,
        "skills": sorted(agent.skills),
        "languages": agent.languages,
        "role": agent.role,
    }
    return (
        agent.name,
        json.dumps(body),
        "1" if agent.in_browser else "0",
        status.presence,
        number(status.since),
        status.reason,
        status.ticket,
        number(status.until),
        status.node,
    )


def read_status(name: str, fields: Fields) -> AgentStatus:
    """
    Read the agent *name*.

    Raises:
        StoreError: It is not of the shape we write.
    """
    return _checked(f"agent {name}", lambda: _status(name, fields))


def _status(name: str, fields: Fields) -> AgentStatus:
    body = _Body(_json(fields, "body"))
    agent = Agent(
        name,
        body.text("address"),
        queues=body.texts("queues"),
        skills=frozenset(body.texts("skills")),
        languages=body.texts("languages"),
        role=body.choice("role", Role),
    )
    return AgentStatus(
        agent,
        Presence(fields["presence"]),
        _finite(float(fields["since"])),
        reason=fields["reason"],
        ticket=fields["ticket"],
        until=_finite(float(fields["until"])),
        node=fields["node"],
    )


def read_wait(queue: str, member: str) -> tuple[float, float]:
    """
    Read one wait of *queue*, as `(Unix time, seconds)`.

    Raises:
        StoreError: It is not of the shape we write.
    """

    def read() -> tuple[float, float]:
        at, waited = member.split(" ")
        return _finite(float(at)), _finite(float(waited))

    return _checked(f"waits {queue}", read)


def number(value: float) -> str:
    """Write a number so that it comes back exactly."""
    return repr(float(value))


class _Body:
    """The JSON object of a ticket or an agent."""

    def __init__(self, data: object) -> None:
        if not isinstance(data, dict):
            raise TypeError("no object")
        self._data: dict[str, object] = data

    def text(self, name: str) -> str:
        return _text(self._data[name])

    def texts(self, name: str) -> tuple[str, ...]:
        return _texts(self._data[name])

    def number(self, name: str) -> float:
        value = self._data[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{name} is no number")
        return _finite(float(value))

    def flag(self, name: str) -> bool:
        value = self._data[name]
        if not isinstance(value, bool):
            raise TypeError(f"{name} is neither true nor false")
        return value

    def choice(self, name: str, choices: type[E]) -> E:
        return choices(self.text(name))


def _json(fields: Fields, name: str) -> object:
    parsed: object = json.loads(fields[name])
    return parsed


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return tuple(_text(one) for one in value)


def _finite(value: float) -> float:
    if not isfinite(value):
        raise ValueError("not finite")
    return value


def _checked(what: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        found = type(error).__name__
        raise StoreError(f"redis: {what} holds what we never write ({found})") from error
