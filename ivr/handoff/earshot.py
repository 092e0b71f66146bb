"""Who hears whom in a talk, and what is played to those who hear nobody: one table."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ivr.handoff.commands import Attending, TalkPhase


class Party(StrEnum):
    """Who can be part of a talk."""

    CALLER = "caller"
    AGENT = "agent"
    OTHER = "other"  # whom the agent consults
    SUPERVISOR = "supervisor"


class Sound(StrEnum):
    """What a party hears instead of people."""

    MUSIC = "music"
    RINGING = "ringing"


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """*ear* hears *voice*; not the reverse."""

    ear: Party
    voice: Party


CIRCLES = {
    TalkPhase.TALKING: frozenset({Party.CALLER, Party.AGENT}),
    TalkPhase.HELD: frozenset({Party.AGENT}),
    TalkPhase.RINGING_OTHER: frozenset({Party.AGENT}),
    TalkPhase.CONSULTING: frozenset({Party.AGENT, Party.OTHER}),
    TalkPhase.IN_FLOW: frozenset({Party.AGENT}),
    TalkPhase.ENDED: frozenset[Party](),
}
"""Who talks to each other. A caller on hold or keying a card number is in nobody's earshot."""

SOUNDS = {
    TalkPhase.TALKING: {},
    TalkPhase.HELD: {Party.CALLER: Sound.MUSIC},
    TalkPhase.RINGING_OTHER: {Party.CALLER: Sound.MUSIC, Party.AGENT: Sound.RINGING},
    TalkPhase.CONSULTING: {Party.CALLER: Sound.MUSIC},
    TalkPhase.IN_FLOW: {},
    TalkPhase.ENDED: {},
}


def sounds(phase: TalkPhase, present: Collection[Party]) -> dict[Party, Sound]:
    """Tell what plays to those who are *present*."""
    return {party: sound for party, sound in SOUNDS[phase].items() if party in present}


def earshot(
    phase: TalkPhase, present: Collection[Party], attending: Attending | None
) -> frozenset[Pair]:
    """Tell who hears whom; *attending* is how the supervisor takes part, if there is one."""
    circle = CIRCLES[phase] & frozenset(present)
    pairs = {Pair(ear, voice) for ear in circle for voice in circle if ear is not voice}
    if attending is not None:
        pairs |= {Pair(Party.SUPERVISOR, voice) for voice in circle}
        pairs |= {Pair(ear, Party.SUPERVISOR) for ear in circle & _hearers(attending)}
    return frozenset(pairs)


def _hearers(attending: Attending) -> frozenset[Party]:
    """Who may hear the supervisor."""
    match attending:
        case Attending.LISTEN:
            return frozenset()
        case Attending.WHISPER:
            return frozenset({Party.AGENT})
        case Attending.JOIN | Attending.TAKE_OVER:
            return frozenset(Party)
