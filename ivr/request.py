"""A caller's wish for a person, from the first time they ask to the end of the call."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ivr.dialog.actions import Briefing, HandOff, HandoffReason
from ivr.dialog.grammar.base import KeysComplete
from ivr.dialog.grammar.phone import Phone
from ivr.handoff.tickets import Priority, Ticket
from ivr.introduction import merged

NOBODY_FLOW = "nobody_available"
KEEP_FLOW = "keep_my_place"
SERVICE_FLOWS: Mapping[str, str] = {
    NOBODY_FLOW: "what callers hear when nobody picks up",
    KEEP_FLOW: "what asks a waiting caller where to call them back",
}
"""
Flows that every line needs, with what for.

No caller comes for them: asking for a person in one of them is asking once more.
"""
GIVEN_SLOTS: Mapping[str, str] = {
    "caller_number": "where the caller rings from, if the telephone network tells",
    "practice_says": "when the practice opens again, and the like",
    "wish": "what a waiting caller has asked for by a key",
}
"""Slots that the line itself sets before a service flow begins, with what they hold."""
SPANISH_QUEUE, SPANISH = "spanish", "es"


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller wants of a person, and their place."""

    ticket: Ticket
    briefing: Briefing

    def again(self, asked: HandOff, *, in_flow: str) -> "Request":
        """
        Ask once more: the time of the first asking counts.

        Somebody who asks in a service flow still wants what they wanted before, unless they
        now speak another language or an operator sends them; an emergency stays one.
        """
        sent = asked.briefing.reason is HandoffReason.SENT
        here = asked.queue if sent or in_flow not in SERVICE_FLOWS else self.ticket.queue
        spanish = asked.queue == SPANISH_QUEUE
        ticket = replace(
            self.ticket,
            queue=SPANISH_QUEUE if spanish else here,
            language=SPANISH if spanish else self.ticket.language,
            priority=Priority.URGENT if asked.urgent else self.ticket.priority,
        )
        return Request(ticket, merged(self.briefing, asked.briefing))


def requested(asked: HandOff, *, call: str, now: float) -> Request:
    """
    Ask for a person for the first time.

    Args:
        asked: How the conversation ended.
        call: Opaque id of the call.
        now: Unix time.
    """
    spanish = asked.queue == SPANISH_QUEUE
    return Request(
        Ticket(
            key=call,
            queue=asked.queue,
            asked_at=now,
            language=SPANISH if spanish else asked.briefing.language,
            priority=Priority.URGENT if asked.urgent else Priority.ROUTINE,
        ),
        asked.briefing,
    )


def goes_elsewhere(ending: object) -> bool:
    """Whether somebody who asks for a person wants another one than they wait for."""
    return isinstance(ending, HandOff) and (ending.urgent or ending.queue == SPANISH_QUEUE)


def own_number(caller: str) -> str:
    """Read the ten digits of the telephone a SIP user calls from; `` when it is no telephone."""
    digits = caller.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()):
        return ""
    reading = Phone("en").read_keys(digits)
    return str(reading.value) if isinstance(reading, KeysComplete) else ""
