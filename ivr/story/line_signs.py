"""Signs that the line itself, its network or what it depends on was in trouble."""

from ivr.dialog.actions import HandoffReason
from ivr.dialog.turns import Answered
from ivr.flow.model import UNAVAILABLE
from ivr.story.calls import CallOutcome
from ivr.story.case import Case, listed, numbers, times
from ivr.story.signalling import Message
from ivr.story.steps import Happened
from ivr.story.suspects import (
    ANSWER_SLOW,
    CLINIC_SLOW,
    LONG_HOLD,
    MISSES,
    RECOGNISER_SLOW,
    REPEATED,
    Severity,
    Suspect,
    Suspicion,
)
from ivr.story.turns import Judged, Turn

REFUSAL = 400  # statuses from here on refuse (RFC 3261 §7.2)
WITHDRAWN = 487  # the answer to what was cancelled (RFC 3261 §21.4.25)
CHALLENGES = (401, 407)  # asks who it is, refuses nothing yet
OK = 200


def crashed(case: Case) -> Suspicion | None:
    """The process ended."""
    if case.row.outcome is not CallOutcome.CRASHED:
        return None
    cell = f" (cell {case.row.cell})" if case.row.cell else ""
    evidence = f"The line's process{cell} ended {case.seconds:.0f} s into the call."
    return Suspicion(Suspect.CRASHED, Severity.BROKE, evidence)


def broke(case: Case) -> Suspicion | None:
    """A fault in the program."""
    steps = case.steps(Happened.BROKE)
    explained = case.steps(Happened.SPEECH_LOST, Happened.NOT_SPOKEN)
    unexplained = case.row.reason is HandoffReason.LINE_TROUBLE and not explained
    if not steps and not unexplained and case.row.outcome is not CallOutcome.FAILED:
        return None
    kinds = ", ".join(dict.fromkeys(step.detail for step in steps if step.detail))
    evidence = f"An error of the line's own ended the conversation{f': {kinds}' if kinds else ''}."
    return Suspicion(Suspect.BROKE, Severity.BROKE, evidence)


def line_full(case: Case) -> Suspicion | None:
    """No line was free."""
    if case.row.outcome is not CallOutcome.REDIRECTED:
        return None
    evidence = "The line carried all the calls it can; the caller was sent to the overflow number."
    return Suspicion(Suspect.LINE_FULL, Severity.BROKE, evidence)


def refused(case: Case) -> Suspicion | None:
    """We said no before the call was up."""
    for message in _of_caller(case, "INVITE"):
        no = message.outward and message.status >= REFUSAL
        if no and message.status not in (WITHDRAWN, *CHALLENGES):
            evidence = f"The line answered the call with SIP status {message.status}."
            return Suspicion(Suspect.REFUSED, Severity.BROKE, evidence)
    return None


def no_ack(case: Case) -> Suspicion | None:
    """Our answer was never confirmed (RFC 3261 §13.3.1.4)."""
    answers = [m for m in _of_caller(case, "INVITE") if m.outward and m.status == OK]
    acked = any(not message.outward for message in _of_caller(case, "ACK"))
    cancelled = any(_of_caller(case, "CANCEL"))
    again = sum(message.again for message in answers)
    if acked or cancelled or not again:
        return None
    evidence = f"The line's answer was sent {again + 1} times and never confirmed with an ACK."
    return Suspicion(Suspect.NO_ACK, Severity.BROKE, evidence)


def cancelled(case: Case) -> Suspicion | None:
    """The far end gave up before we answered."""
    if not any(not message.outward for message in _of_caller(case, "CANCEL")):
        return None
    evidence = f"The far end cancelled the call {case.seconds:.1f} s after it rang."
    return Suspicion(Suspect.CANCELLED, Severity.BROKE, evidence)


def signalling_loss(case: Case) -> Suspicion | None:
    """Messages had to be sent again."""
    again = [message for message in case.story.messages if message.again]
    if len(again) < REPEATED:
        return None
    methods = ", ".join(dict.fromkeys(message.method for message in again))
    evidence = f"{len(again)} SIP messages were sent again ({methods})."
    return Suspicion(Suspect.SIGNALLING_LOSS, Severity.ODD, evidence)


def held(case: Case) -> Suspicion | None:
    """The far end put us on hold for long, or for ever."""
    seconds, since = 0.0, None
    for step in case.steps(Happened.HELD, Happened.RESUMED):
        if step.happened is Happened.HELD:
            since = since or step.at
        elif since is not None:
            seconds, since = seconds + (step.at - since).total_seconds(), None
    left = since is not None
    if since is not None:
        seconds += (case.ended - since).total_seconds()
    if seconds < LONG_HOLD and not (left and case.unhappy):
        return None
    evidence = f"The far end put the call on hold for {seconds:.0f} s"
    evidence += " and never took it back." if left else "."
    return Suspicion(Suspect.HELD, case.blame() if left else Severity.HURT, evidence)


# ---------------------------------------------------------------- speech


def speech_lost(case: Case) -> Suspicion | None:
    """No recogniser could be had, which mattered; a line may be one for keys alone."""
    lost = case.steps(Happened.SPEECH_LOST)
    spoken = any(turn.answered is Answered.SPEECH for turn in case.turns)
    if not lost or not (spoken or case.unhappy):
        return None
    deaf = tuple(turn for turn in case.asked if turn.judged is Judged.EAR_LOST)
    where = f" from {listed(deaf[:1])} on" if deaf else ""
    evidence = f"No recogniser could be had{where}; the caller could only press keys."
    keyed = any(turn.answered is Answered.KEYS for turn in case.turns)
    severity = Severity.ODD if keyed and not spoken else case.blame()
    return Suspicion(Suspect.SPEECH_LOST, severity, evidence, numbers(deaf))


def speech_died(case: Case) -> Suspicion | None:
    """A recogniser ended in the middle of a turn and was replaced."""
    number = len(case.steps(Happened.SPEECH_RESTARTED))
    if not number:
        return None
    deaf = tuple(turn for turn in case.asked if turn.judged is Judged.EAR_LOST)
    evidence = f"The recogniser ended and was replaced {times(number)} during the call."
    return Suspicion(Suspect.SPEECH_DIED, case.blame(), evidence, numbers(deaf))


def not_spoken(case: Case) -> Suspicion | None:
    """A prompt stayed silent."""
    number = len(case.steps(Happened.NOT_SPOKEN))
    if not number:
        return None
    evidence = f"The line could not speak a prompt ({times(number)}); the caller heard nothing."
    return Suspicion(Suspect.NOT_SPOKEN, case.blame(), evidence)


def recogniser_slow(case: Case) -> Suspicion | None:
    """Readings came late."""
    slow = [t for t in case.turns if (t.recognised or 0.0) >= RECOGNISER_SLOW]
    if not slow:
        return None
    longest = max(turn.recognised or 0.0 for turn in slow)
    felt = [turn for turn in slow if (turn.recognised or 0.0) >= ANSWER_SLOW]
    severity = case.blame() if len(felt) >= MISSES else Severity.ODD
    evidence = f"The recogniser took up to {longest:.1f} s for what was said in {listed(slow)}."
    return Suspicion(Suspect.RECOGNISER_SLOW, severity, evidence, numbers(slow))


# ---------------------------------------------------------------- the clinic


def clinic_down(case: Case) -> Suspicion | None:
    """An operation could not be answered."""
    down = [turn for turn in case.turns if turn.outcome == UNAVAILABLE]
    if not down and case.row.reason is not HandoffReason.CLINIC_DOWN:
        return None
    evidence = "The clinic's system did not answer"
    if down:
        first = down[0]
        after = f" after {first.clinic:.1f} s" if first.clinic is not None else ""
        evidence += f" {first.operation}{after} ({listed(down)})"
    evidence += "."
    return Suspicion(Suspect.CLINIC_DOWN, Severity.BROKE, evidence, numbers(down))


def clinic_slow(case: Case) -> Suspicion | None:
    """An operation took so long that callers wonder."""
    waits = [(_asked_for(turn, case), turn) for turn in case.turns if turn.outcome != UNAVAILABLE]
    slow = [(seconds, turn) for seconds, turn in waits if seconds >= CLINIC_SLOW]
    if not slow:
        return None
    longest, turn = max(slow, key=lambda one: one[0])
    evidence = f"The clinic's system took {longest:.1f} s for {turn.operation}"
    left = not turn.outcome
    evidence += ", and the caller left before it answered." if left else f" (turn {turn.number})."
    severity = Severity.BROKE if left or case.unhappy else Severity.HURT
    return Suspicion(Suspect.CLINIC_SLOW, severity, evidence, numbers([one for _, one in slow]))


def _asked_for(turn: Turn, case: Case) -> float:
    """Tell how long the clinic was waited for, also where its answer came too late."""
    if turn.clinic is not None:
        return turn.clinic
    waiting = bool(turn.operation) and not turn.outcome and turn is case.turns[-1]
    return (case.ended - turn.at).total_seconds() if waiting else 0.0


def _of_caller(case: Case, method: str) -> list[Message]:
    return [m for m in case.story.messages if m.leg == "caller" and m.method == method]
