"""
What is suspicious about a call, the most likely cause first.

What broke the call comes before what hurt it, and causes before what follows from them.
"""

from collections.abc import Callable, Mapping

from ivr.story import line_signs, people_signs, sound_signs, talk_signs
from ivr.story.case import Case
from ivr.story.story import Story
from ivr.story.suspects import Suspect, Suspicion

SIGNS: tuple[Callable[[Case], Suspicion | None], ...] = (
    line_signs.crashed,
    line_signs.broke,
    line_signs.line_full,
    line_signs.refused,
    line_signs.no_ack,
    line_signs.cancelled,
    line_signs.signalling_loss,
    line_signs.held,
    line_signs.speech_lost,
    line_signs.speech_died,
    line_signs.not_spoken,
    line_signs.recogniser_slow,
    line_signs.clinic_down,
    line_signs.clinic_slow,
    sound_signs.nothing_heard,
    sound_signs.sound_stopped,
    sound_signs.not_heard_by_caller,
    sound_signs.muted,
    sound_signs.agent_not_heard,
    sound_signs.packet_loss,
    sound_signs.jitter,
    sound_signs.delay,
    sound_signs.keys_as_sound,
    sound_signs.noise,
    sound_signs.too_quiet,
    sound_signs.too_loud,
    sound_signs.cut_in,
    sound_signs.cut_short,
    sound_signs.echo,
    sound_signs.recogniser_starved,
    talk_signs.loop,
    talk_signs.wrong_grammar,
    talk_signs.misheard,
    talk_signs.wrong_keys,
    talk_signs.unclear,
    talk_signs.silent,
    talk_signs.slow_answers,
    talk_signs.patience,
    people_signs.agent_dropped,
    people_signs.nobody_signed_in,
    people_signs.nobody_answered,
    people_signs.long_wait,
    people_signs.left_waiting,
    people_signs.short_talk,
)
_RANK = {suspect: rank for rank, suspect in enumerate(Suspect)}
_BAD_SOUND = frozenset(
    {
        *(Suspect.NOTHING_HEARD, Suspect.SOUND_STOPPED, Suspect.PACKET_LOSS, Suspect.JITTER),
        *(Suspect.KEYS_AS_SOUND, Suspect.NOISE, Suspect.TOO_LOUD, Suspect.TOO_QUIET),
        *(Suspect.ECHO, Suspect.CUT_IN, Suspect.CUT_SHORT),
    }
)
_UNHEARD = frozenset(
    {
        *(Suspect.NOTHING_HEARD, Suspect.SOUND_STOPPED, Suspect.NOT_HEARD_BY_CALLER),
        *(Suspect.MUTED, Suspect.KEYS_AS_SOUND, Suspect.NO_ACK, Suspect.HELD),
    }
)
IMPLIED: Mapping[Suspect, frozenset[Suspect]] = {
    Suspect.WRONG_GRAMMAR: _BAD_SOUND,
    Suspect.MISHEARD: _BAD_SOUND | {Suspect.WRONG_GRAMMAR},
    Suspect.CUT_SHORT: frozenset({Suspect.ECHO}),
    Suspect.MUTED: frozenset({Suspect.KEYS_AS_SOUND}),
    Suspect.SILENT: _UNHEARD,
    Suspect.SIGNALLING_LOSS: frozenset({Suspect.NO_ACK}),
    Suspect.LEFT_WAITING: frozenset({Suspect.LONG_WAIT, Suspect.NOBODY_ANSWERED}),
}
"""What is not suspected beside what explains it, where that is at least as bad."""


def suspicions(story: Story) -> tuple[Suspicion, ...]:
    """Examine *story*; each suspect at most once, nothing for a call that went well."""
    case = Case(story)
    found: dict[Suspect, Suspicion] = {}
    for sign in SIGNS:
        suspicion = sign(case)
        if suspicion is None:
            continue
        known = found.get(suspicion.what)
        if known is None or suspicion.severity > known.severity:
            found[suspicion.what] = suspicion
    told = (one for one in found.values() if not _explained(one, found))
    return tuple(sorted(told, key=lambda one: (-one.severity, _RANK[one.what])))


def _explained(one: Suspicion, found: Mapping[Suspect, Suspicion]) -> bool:
    causes = IMPLIED.get(one.what, frozenset())
    return any(cause in found and found[cause].severity >= one.severity for cause in causes)
