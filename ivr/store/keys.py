"""
What is kept in Redis under which name.

Every name begins with the prefix of the line, so that several lines can share one server.
Scripts reach a name by its function here in capitals: `TICKET(key)`, `AGENTS`.
"""

from types import MappingProxyType

ONE = MappingProxyType(
    {
        "AGENTS": "agents",  # set: names of all agents
        "CHANGES": "changes",  # channel: something changed
        "CLAIMS": "claims",  # sorted set: claimed tickets by the end of their claim
        "NODES": "nodes",  # sorted set: cells by the time until which they live
        "OFFERS": "offers",  # hash: the ticket that is claimed for each agent
        "QUEUES": "queues",  # set: queues that have a ticket
    }
)
"""Kept once a line."""

MANY = MappingProxyType(
    {
        "ADOPTED": "adopted",  # sorted set by cell: orphans it took, by the number of the asking
        "AGENT": "agent",  # hash by name: an agent
        "CLAIMED": "claimed",  # set by queue: tickets that are offered to an agent
        "DUE": "due",  # sorted set by queue: unclaimed tickets whose time has come, by rank
        "HELD": "held",  # set by cell: tickets it has or claims
        "LATER": "later",  # sorted set by queue: the other unclaimed tickets, by `not_before`
        "TICKET": "ticket",  # hash by key: a ticket and the claim on it
        "WAITING": "waiting",  # sorted set by queue: all unclaimed tickets, by rank
        "WAITS": "waits",  # sorted set by queue: the last waits, by time
    }
)
"""Kept for each cell, queue, ticket or agent; its own name follows the kind."""


def name_of(prefix: str, kind: str, one: str = "") -> str:
    """Return the whole name in Redis of *kind*, such as `clinic:ticket:7f3a`."""
    if kind in ONE:
        return f"{prefix}:{ONE[kind]}"
    return f"{prefix}:{MANY[kind]}:{one}"


def lua_names() -> str:
    """Return the same for scripts; they get the prefix as their only key."""
    ones = [f"local {kind} = KEYS[1] .. ':{name}'" for kind, name in ONE.items()]
    many = [
        f"local function {kind}(one) return KEYS[1] .. ':{name}:' .. one end"
        for kind, name in MANY.items()
    ]
    return "\n".join([*ones, *many])
