"""Signs that the conversation itself went wrong: questions, answers, the flow."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ivr.dialog.actions import HandoffReason
from ivr.story.calls import CallOutcome
from ivr.story.case import NOT_UNDERSTOOD, Case, listed, numbers
from ivr.story.suspects import (
    ANSWER_SLOW,
    LOST_TURNS,
    MISSES,
    SAME_PLACE,
    SILENT_TURNS,
    Severity,
    Suspect,
    Suspicion,
)
from ivr.story.turns import Judged, Turn


def loop(case: Case) -> Suspicion | None:
    """The flow led the caller round in a circle."""
    times = Counter(case.row.path)
    if not times or case.row.outcome is CallOutcome.CONTAINED:
        return None
    state, most = times.most_common(1)[0]
    if most < SAME_PLACE:
        return None
    evidence = f"The flow came to {state} {most} times."
    return Suspicion(Suspect.LOOP, case.blame(), evidence, numbers(_at(case.turns, state)))


def wrong_grammar(case: Case) -> Suspicion | None:
    """One question whose answers are not what its grammar expects."""
    for state, misses in _by_state(case.misunderstood).items():
        answered = [turn for turn in case.taken if turn.state == state]
        foreign = [turn for turn in misses if turn.judged is not Judged.DENIED]
        if len(foreign) >= MISSES and not answered:
            evidence = f"{len(foreign)} answers at {state} were none it knows ({listed(foreign)})"
            evidence += f"; the sound was good{_levels(case, foreign)}."
            severity = case.harm(foreign)
            return Suspicion(Suspect.WRONG_GRAMMAR, severity, evidence, numbers(foreign))
    return None


def misheard(case: Case) -> Suspicion | None:
    """Answers that were not understood or taken wrong, here and there."""
    wrong = case.misunderstood
    if len(wrong) < MISSES:
        return None
    denied = sum(turn.judged is Judged.DENIED for turn in wrong)
    evidence = f"{len(wrong)} answers were not understood ({listed(wrong)})"
    evidence += f", {denied} of them taken for another." if denied else "."
    return Suspicion(Suspect.MISHEARD, case.harm(), evidence, numbers(wrong))


def wrong_keys(case: Case) -> Suspicion | None:
    """Keys that no answer begins with."""
    for state, turns in _by_state(_judged(case, Judged.WRONG_KEYS)).items():
        if len(turns) >= MISSES:
            evidence = f"Keys that {state} does not know were pressed in {listed(turns)}."
            return Suspicion(Suspect.WRONG_KEYS, case.blame(), evidence, numbers(turns))
    return None


def unclear(case: Case) -> Suspicion | None:
    """A question that a caller who says other things does not answer."""
    helped = _asked_for_help(case)
    if not (case.taken or case.misunderstood or helped):
        return None
    lost = [turn for turn in case.asked if turn.judged is Judged.SILENT or turn in helped]
    for state, turns in _by_state(lost).items():
        silences = sum(turn.judged is Judged.SILENT for turn in turns)
        if silences >= SILENT_TURNS or len(turns) >= LOST_TURNS:
            evidence = f"The caller was silent ({silences}) or asked for help or a repeat "
            evidence += f"({len(turns) - silences}) at {state} in {listed(turns)}."
            return Suspicion(Suspect.UNCLEAR, case.blame(), evidence, numbers(turns))
    return None


def silent(case: Case) -> Suspicion | None:
    """Nobody said or pressed anything."""
    quiet = _judged(case, Judged.SILENT)
    if len(quiet) < SILENT_TURNS or len(quiet) < len(case.asked):
        return None
    noise = case.noise_dbfs()
    room = f"; the sound of a room came ({noise:.0f} dBFS)" if noise is not None else ""
    evidence = f"{len(quiet)} questions were met with silence ({listed(quiet)}){room}."
    return Suspicion(Suspect.SILENT, case.blame(), evidence, numbers(quiet))


def slow_answers(case: Case) -> Suspicion | None:
    """Our answers came late, and neither clinic nor recogniser took the time."""
    slow = [turn for turn in case.turns if _own_delay(turn) >= ANSWER_SLOW]
    if not slow:
        return None
    longest = max(turn.latency or 0.0 for turn in slow)
    severity = Severity.HURT if len(slow) >= MISSES else Severity.ODD
    evidence = f"The line took up to {longest:.1f} s to answer ({listed(slow)})."
    return Suspicion(Suspect.SLOW_ANSWERS, severity, evidence, numbers(slow))


def patience(case: Case) -> Suspicion | None:
    """So many misunderstandings that the call went to a person."""
    if case.row.reason is not HandoffReason.NOT_UNDERSTOOD:
        return None
    missed = [turn for turn in case.asked if turn.judged in NOT_UNDERSTOOD | _UNANSWERED]
    where = f" ({listed(missed)})" if missed else ""
    evidence = f"The caller's patience was used up{where}, so they went to a person."
    return Suspicion(Suspect.PATIENCE, Severity.HURT, evidence, numbers(missed))


_UNANSWERED = frozenset({Judged.SILENT, Judged.WRONG_KEYS, Judged.EAR_LOST})


def _asked_for_help(case: Case) -> list[Turn]:
    """Give the turns with a wish after which the same question was asked again."""
    return [
        turn
        for turn, after in pairwise(case.turns)
        if turn.judged is Judged.WISH and after.asked and after.state == turn.state
    ]


def _own_delay(turn: Turn) -> float:
    return (turn.latency or 0.0) - (turn.recognised or 0.0) - (turn.clinic or 0.0)


def _judged(case: Case, judged: Judged) -> list[Turn]:
    return [turn for turn in case.asked if turn.judged is judged]


def _at(turns: Sequence[Turn], state: str) -> list[Turn]:
    return [turn for turn in turns if turn.state == state]


def _by_state(turns: Sequence[Turn]) -> dict[str, list[Turn]]:
    return {state: _at(turns, state) for state in dict.fromkeys(turn.state for turn in turns)}


def _levels(case: Case, turns: Sequence[Turn]) -> str:
    speech = case.speech_dbfs(turns)
    return "" if speech is None else f" ({speech:.0f} dBFS)"
