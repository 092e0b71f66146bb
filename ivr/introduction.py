"""What an agent is told about a caller: the card for their eyes, the whisper for their ear."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ivr.dialog.actions import Briefing
from ivr.dialog.briefing import why
from ivr.dialog.wording import Phrases
from ivr.flow.model import OperationSpec
from ivr.flow.templates import fill
from ivr.handoff.card import Card, Said
from ivr.handoff.tickets import Priority, Ticket

WHISPER = 8.0  # seconds; the caller waits meanwhile
WORD = 0.375  # seconds a spoken word takes, at the 160 a minute of the settings' default
REMARKS = 3


def merged(earlier: Briefing | None, later: Briefing) -> Briefing:
    """Add to *later* what an *earlier* part of the same call knew: nobody is asked twice."""
    if earlier is None:
        return later
    return replace(
        later,
        caller=later.caller or earlier.caller,
        verified=later.verified or earlier.verified,
        wanted=later.wanted or earlier.wanted,
        detail=later.detail or earlier.detail,
        done=(*earlier.done, *(deed for deed in later.done if deed not in earlier.done)),
        said=(*earlier.said, *later.said)[-REMARKS:],
        known=tuple(dict.fromkeys((*earlier.known, *later.known))),
    )


def learnt(briefing: Briefing, later: Briefing) -> Briefing:
    """Add to *briefing* what a flow found out that an agent sent the caller through."""
    both = merged(briefing, later)
    return replace(both, wanted=briefing.wanted, reason=briefing.reason, detail=briefing.detail)


def card_of(
    briefing: Briefing,
    ticket: Ticket,
    *,
    queue: str,
    operations: Mapping[str, OperationSpec],
    phrases: Phrases,
) -> Card:
    """
    Draw the card of a caller.

    Args:
        briefing: What the conversation knows.
        ticket: Their place.
        queue: Title of its queue.
        operations: What each deed means in words.
        phrases: In the agent's language.
    """
    return Card(
        call=ticket.key,
        queue=queue,
        caller=briefing.caller if briefing.verified else "",
        verified=briefing.verified,
        wanted=briefing.wanted,
        done=tuple(_deeds(briefing, operations)),
        why=why(briefing, phrases),
        said=tuple(Said(remark.words, remark.sure) for remark in briefing.said),
        known=tuple(slot.replace("_", " ") for slot in briefing.known),
        language=ticket.language,
        priority=ticket.priority,
    )


def _deeds(briefing: Briefing, operations: Mapping[str, OperationSpec]) -> Iterable[str]:
    for deed in briefing.done:
        spec = operations.get(deed.operation)
        if spec is not None and deed.outcome in spec.done:
            yield spec.done[deed.outcome]


def whisper(card: Card, phrases: Phrases) -> str:
    """
    Put *card* into words for an agent's ear, which key does what at the end.

    Who is calling is always told. The rest goes by its weight: what they want, why they come
    to a person, what was done for them last; what does not fit into eight seconds is left out.
    """
    urgent = phrases.briefing_urgent if card.priority is Priority.URGENT else ""
    caller = fill(phrases.briefing_caller, lambda _: card.caller)
    who = caller if card.caller else phrases.briefing_unknown
    told = [part for part in (urgent, who) if part]
    done = card.done[-1:]
    for part in (_sentence(card.wanted), card.why, *map(_sentence, done)):
        if part and spoken_for([*told, part, phrases.briefing_accept]) <= WHISPER:
            told.append(part)
    return " ".join([*told, phrases.briefing_accept])


def spoken_for(texts: Iterable[str]) -> float:
    """Estimate how long *texts* are spoken, in seconds."""
    return sum(len(text.split()) for text in texts) * WORD


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
