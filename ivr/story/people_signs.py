"""Signs that the way to a person went wrong."""

from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.events import Refusal
from ivr.story.case import Case, times
from ivr.story.steps import Happened
from ivr.story.suspects import (
    LEFT_AFTER,
    LONG_WAIT,
    RANG_IN_VAIN,
    SHORT_TALK,
    Severity,
    Suspect,
    Suspicion,
)

_HOW = {
    Refusal.BUSY: "busy",
    Refusal.DECLINED: "declined",
    Refusal.NO_ANSWER: "no answer",
    Refusal.UNREACHABLE: "phone not reachable",
    Refusal.SILENT: "picked up and pressed nothing",
    Refusal.AGENT_GONE: "lost before they could accept",
}


def agent_dropped(case: Case) -> Suspicion | None:
    """The network took the agent out of the talk."""
    wait = case.row.wait
    gone = {Trouble.AGENT_GONE, Trouble.NODE_GONE} & set(wait.troubles if wait else ())
    if wait is None or not gone:
        return None
    talked = [step.who for step in case.steps(Happened.BRIDGED) if step.who]
    who = talked[0] if talked else "the agent"
    how = "the cell that carried them ended" if Trouble.NODE_GONE in gone else "their phone is gone"
    evidence = f"The talk with {who} broke off: {how}."
    return Suspicion(Suspect.AGENT_DROPPED, Severity.BROKE, evidence)


def nobody_signed_in(case: Case) -> Suspicion | None:
    """The queue was open, and nobody was there for it."""
    wait = case.row.wait
    if wait is None or Trouble.NOBODY_THERE not in wait.troubles or _refusals(case):
        return None
    evidence = f"Nobody worked for queue {case.row.queue} when the caller came to it."
    return Suspicion(Suspect.NOBODY_SIGNED_IN, Severity.BROKE, evidence)


def nobody_answered(case: Case) -> Suspicion | None:
    """Phones rang and nobody took the call."""
    refusals = _refusals(case)
    served = case.row.handoff is Outcome.SERVED
    if len(refusals) < (RANG_IN_VAIN if served else 1):
        return None
    ways = ", ".join(f"{_HOW[way]} ({refusals.count(way)})" for way in dict.fromkeys(refusals))
    evidence = f"Agents were rung {times(len(refusals))} in vain: {ways}."
    severity = Severity.ODD if served else Severity.BROKE
    return Suspicion(Suspect.NOBODY_ANSWERED, severity, evidence)


def long_wait(case: Case) -> Suspicion | None:
    """The queue was too long."""
    wait = case.row.wait
    if wait is None or wait.waited < LONG_WAIT:
        return None
    served = case.row.handoff is Outcome.SERVED
    evidence = f"The caller waited {wait.waited:.0f} s in queue {case.row.queue}"
    evidence += " until somebody answered." if served else " and reached nobody."
    return Suspicion(Suspect.LONG_WAIT, Severity.HURT if served else Severity.BROKE, evidence)


def left_waiting(case: Case) -> Suspicion | None:
    """The caller gave up."""
    row = case.row
    if row.handoff is not Outcome.CALLER_LEFT or row.wait is None or row.wait.waited < LEFT_AFTER:
        return None
    evidence = f"The caller hung up after {row.wait.waited:.0f} s of waiting in queue {row.queue}."
    return Suspicion(Suspect.LEFT_WAITING, Severity.BROKE, evidence)


def short_talk(case: Case) -> Suspicion | None:
    """A talk that was over before it can have helped."""
    begun = None
    for step in case.steps(Happened.BRIDGED, Happened.UNBRIDGED):
        if step.happened is Happened.BRIDGED:
            begun = step.at
        elif begun is not None:
            seconds = (step.at - begun).total_seconds()
            begun = None
            if seconds < SHORT_TALK:
                evidence = f"The talk with {step.who or 'the agent'} lasted {seconds:.0f} s."
                return Suspicion(Suspect.SHORT_TALK, Severity.HURT, evidence)
    return None


def _refusals(case: Case) -> list[Refusal]:
    wait = case.row.wait
    return [way for way in (wait.refusals if wait else ()) if way is not Refusal.CALLER_GONE]
