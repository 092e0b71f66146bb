"""Whom an agent in a talk may ring: colleagues, somebody of a queue, numbers that are allowed."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ivr.desk import AgentPhones, QueueStore
from ivr.errors import HandoffError
from ivr.handoff.agents import AgentStatus, Presence
from ivr.handoff.card import Card
from ivr.handoff.matching import pairs
from ivr.handoff.office import Office
from ivr.handoff.talk import RING_FOR
from ivr.handoff.tickets import Ticket
from ivr.outside import NUMBER, address_of
from ivr.ports import Dialler
from ivr.switchboard.engaged import Engaged
from ivr.talk import Rung

_log = logging.getLogger(__name__)
RING_SLACK = 5.0  # seconds; the talk's own limit comes first and is the one that counts
PUNCTUATION = str.maketrans("", "", " -.()")
COUNTRY = "1"  # what North American numbers may be written with
NUMBER_LENGTH = 10
OTHER_PARTY = "the other party"
"""What callers hear for the name of whoever answers a number."""

AWAY = {
    Presence.OFFLINE: "{} is not there.",
    Presence.OFFERED: "Another call rings at {}'s.",
    Presence.TALKING: "{} is in a call.",
}
NOBODY_FREE = "{}: nobody is free just now."
NO_SUCH = "That is no colleague, no queue, and no telephone number with ten digits."
NO_NUMBERS = "This line rings no telephone numbers."
NOT_ALLOWED = "This line may not ring that number: ask who runs it."


@dataclass(frozen=True, slots=True)
class ConsultMeans:
    """What is common to all talks of a line."""

    store: QueueStore
    office: Callable[[], Office]
    phones: AgentPhones
    dialler: Dialler
    clock: Callable[[], float]
    """Unix time in seconds."""
    outbound: str = ""
    """The setting `line.outbound`."""
    may_dial: tuple[str, ...] = ()
    """The setting `handoff.may_dial`."""

    def address(self, written: str) -> str:
        """
        Give the SIP URI to ring a telephone number at, as somebody of the practice writes it.

        Raises:
            HandoffError: It is none, or may not be rung, for the reason it says in words.
        """
        number = _ten_digits(written)
        if not number:
            raise HandoffError(NO_SUCH)
        address = address_of(number, self.outbound)
        if not address or not self.may_dial:
            raise HandoffError(NO_NUMBERS)
        if not is_allowed(number, self.may_dial):
            raise HandoffError(NOT_ALLOWED)
        return address


class Consulting:
    """`Ring` of one talk."""

    def __init__(self, means: ConsultMeans, engaged: Engaged, card: Card) -> None:
        """
        Prepare.

        Args:
            means: What is common to all talks.
            engaged: Who is in this one.
            card: What whoever is rung may know, each by their role.
        """
        self._means = means
        self._engaged = engaged
        self._card = card

    async def __call__(self, to: str) -> Rung:
        """As in `Ring`."""
        statuses = await self._means.store.agents()
        office = self._means.office()
        for status in statuses:
            if status.agent.name == to:
                return await self._ring_agent(status)
        if to in office.queues:
            return await self._ring_agent(self._free_in(to, statuses, office))
        return await self._ring_number(to)

    # ------------------------------------------------------------ colleagues

    async def _ring_agent(self, status: AgentStatus) -> Rung:
        agent = status.agent
        if status.presence in AWAY:
            raise HandoffError(AWAY[status.presence].format(agent.name))
        card = self._card.for_role(agent.role)
        phones = self._means.phones
        leg = None
        try:
            if await self._engaged.ring(status):
                leg = await phones.ring(agent, card, ring_for=RING_FOR + RING_SLACK)
        finally:
            if leg is None:
                self._engaged.part(agent.name)
        if leg is None:
            raise HandoffError(AWAY[Presence.OFFERED].format(agent.name))
        return Rung(leg, agent.name)

    def _free_in(self, queue: str, statuses: Sequence[AgentStatus], office: Office) -> AgentStatus:
        """Choose whom the queue would offer to a caller who came now."""
        now = self._means.clock()
        answering = {
            status.agent.name: status
            for status in statuses
            if not status.agent.queues or queue in status.agent.queues
        }
        ticket = Ticket(self._card.call, queue, now, language=self._card.language)
        found = pairs({queue: [ticket]}, tuple(answering.values()), office, now=now)
        if not found:
            title = office.title(queue)
            raise HandoffError(NOBODY_FREE.format(title[:1].upper() + title[1:]))
        return answering[found[0].agent.name]

    # ------------------------------------------------------------ numbers

    async def _ring_number(self, to: str) -> Rung:
        address = self._means.address(to)
        _log.info("an agent has a number rung", extra={"call": self._card.call})
        leg = await self._means.dialler.dial(address, ring_for=RING_FOR + RING_SLACK)
        return Rung(leg, OTHER_PARTY)


def is_allowed(number: str, patterns: Collection[str]) -> bool:
    """Tell whether ten digits are one of *patterns*, or begin like one that ends with `*`."""
    return any(
        number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern
        for pattern in patterns
    )


def _ten_digits(written: str) -> str:
    """Read a North American number as people write it; `` when it is none."""
    number = written.translate(PUNCTUATION).removeprefix("+")
    if len(number) > NUMBER_LENGTH:
        number = number.removeprefix(COUNTRY)
    return number if NUMBER.match(number) else ""
