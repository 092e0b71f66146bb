"""Telling the common store what it has not heard, and hearing what it knows better."""

from collections.abc import Mapping
from dataclasses import replace

from ivr.desk import QueueStore
from ivr.handoff.agents import AgentStatus, Presence, PresenceChange
from ivr.handoff.tickets import Ticket
from ivr.store.memory import RESERVED
from ivr.store.own import Own

_READY = PresenceChange(Presence.READY)
Statuses = Mapping[str, AgentStatus]


async def reenter(own: Own, common: QueueStore, *, now: float) -> None:
    """
    Bring this cell and the common store together; may be repeated, and cancelled, at any point.

    Raises:
        StoreError: The common store is away; what it heard so far is not told again.
    """
    for name in tuple(own.forgotten):
        await common.forget(name)
        own.heard_forgotten(name)
    statuses = {one.agent.name: one for one in await common.agents()}
    for name in tuple(own.changed):
        await _tell_agent(own, common, name, statuses)
    for key in tuple(own.gone):
        await _tell_gone(own, common, key)
    for key in tuple(own.keys):
        await _agree_on_ticket(own, common, key, now=now)
    for status in statuses.values():
        await _undo_stale_claim(own, common, status, now=now)
    for key in tuple(own.offers):
        await _tell_offer(own, common, key, now=now)
    for wait in tuple(own.waits):
        queue, waited, at = wait
        await common.note_wait(queue, waited, now=at)
        own.waits = [one for one in own.waits if one != wait]
    asked = own.moment
    await own.learn_agents(await common.agents(), asked=asked)


async def _tell_gone(own: Own, common: QueueStore, key: str) -> None:
    at = own.gone[key]
    talking = [
        one
        for one in await own.mirror.agents()
        if one.ticket == key and one.presence is Presence.TALKING
    ]
    for one in talking:
        await common.settle(key, one.agent.name, now=one.since)
    if not talking:
        await common.drop(key, now=at)
    if own.gone.get(key) == at:
        del own.gone[key]


async def _tell_agent(own: Own, common: QueueStore, name: str, statuses: Statuses) -> None:
    ours, theirs = await own.status(name), statuses.get(name)
    if ours is None:
        await own.heard_agent(name, ours)
        return
    if theirs is None:
        unreserved = AgentStatus(ours.agent, Presence.READY, ours.since, node=ours.node)
        await common.register(unreserved if ours.presence in RESERVED else ours)
    if ours.presence is Presence.TALKING:
        await common.settle(ours.ticket, name, now=ours.since)
    elif ours.presence is Presence.OFFERED:
        if theirs is not None and theirs.presence not in RESERVED:
            await common.set_presence(name, _READY, now=ours.since)
    elif theirs is not None and _is_newer(own, ours, theirs):
        change = PresenceChange(ours.presence, ours.reason, ours.until)
        await common.set_presence(name, change, now=ours.since)
    await own.heard_agent(name, ours)


def _is_newer(own: Own, ours: AgentStatus, theirs: AgentStatus) -> bool:
    if theirs.presence in RESERVED:
        return theirs.node == own.node or theirs.ticket in own.keys | own.gone.keys()
    return ours.since >= theirs.since


async def _agree_on_ticket(own: Own, common: QueueStore, key: str, *, now: float) -> None:
    asked = own.moment
    theirs = await common.ticket(key)
    ours = await own.mirror.ticket(key)
    if ours == theirs:
        own.untold.discard(key)
    elif ours is None or own.moment != asked:
        return
    elif key in own.untold or _insists(own, ours, theirs):
        await common.put(ours)
        await own.heard_ticket(ours)
    elif theirs is None or theirs.node not in {"", own.node}:
        await own.lose_ticket(key, now=now)
    else:
        await own.learn_ticket(theirs)


def _insists(own: Own, ours: Ticket, theirs: Ticket | None) -> bool:
    if ours.node != own.node:
        return False
    return theirs is None or (theirs.node != own.node and ours.key not in own.adopted)


async def _undo_stale_claim(
    own: Own, common: QueueStore, status: AgentStatus, *, now: float
) -> None:
    key, name = status.ticket, status.agent.name
    offer = own.offers.get(key)
    still_ours = offer is not None and offer.agent == name
    ticket = await own.mirror.ticket(key)
    if status.presence is not Presence.OFFERED or ticket is None or still_ours:
        return
    if own.node not in {ticket.node, status.node} or key in own.claiming:
        return
    await common.release(key, name, _READY, now=now)
    await common.put(ticket)


async def _tell_offer(own: Own, common: QueueStore, key: str, *, now: float) -> None:
    offer = own.offers[key]
    if offer.shared or offer.until <= now:
        return
    claimed = await common.claim(key, offer.agent, node=own.node, now=now, until=offer.until)
    if not claimed:
        return
    if own.offers.get(key) == offer:
        own.offers[key] = replace(offer, shared=True)
    elif key in own.keys:
        own.untold.add(key)
