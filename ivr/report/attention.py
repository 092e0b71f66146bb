"""What a manager should look at first: the few figures that stand out, most urgent first."""

from collections.abc import Iterator
from itertools import pairwise

from ivr.report.chance import FEW, differ, interval
from ivr.report.endings import verdict
from ivr.report.figures import Figures
from ivr.report.markup import counted, percent, seconds, text
from ivr.report.volume import spike_time
from ivr.report.words import Words
from ivr.story.calls import CallOutcome

MOST = 8  # sentences; a longer list is not read
HARD = 0.25  # share of answers that got nowhere, from which on a question should be worded anew
FAR_BELOW = 0.8  # service level; the target of most call centres
OWN_FAULTS = (CallOutcome.FAILED, CallOutcome.CRASHED)


def attention(figures: Figures, words: Words) -> tuple[tuple[str, str], ...]:
    """Return sentences, as HTML, each with the name of the section it is about."""
    every = (_faults, _unusual, _hard, _late, _left, _versions)
    found = [one for look in every for one in look(figures, words)]
    return tuple(found[:MOST])


def _faults(figures: Figures, _: Words) -> Iterator[tuple[str, str]]:
    failed = figures.totals.ended(*OWN_FAULTS)
    if failed:
        yield f"{counted(failed, 'call')} ended by a fault of the line.", "ended"


def _unusual(figures: Figures, words: Words) -> Iterator[tuple[str, str]]:
    for spike in figures.spikes:
        calls, about = counted(spike.calls, "call"), text(words.about(spike.about))
        usual = f"{spike.usual:.0f} are usual"
        yield f"{calls} about {about} on {text(spike_time(spike))}; {usual}.", "unusual"


def _hard(figures: Figures, words: Words) -> Iterator[tuple[str, str]]:
    for one in figures.questions:
        if one.turns >= FEW and interval(one.trouble, one.turns)[0] > HARD:
            lost = f"{percent(one.trouble, one.turns)} of the answers got nowhere"
            advice = "Word the question anew, or offer keys."
            yield f"{text(words.state(one.state))}: {lost}. {advice}", "questions"


def _late(figures: Figures, words: Words) -> Iterator[tuple[str, str]]:
    for one in figures.waits:
        if one.asked >= FEW and interval(one.in_time, one.asked)[1] < FAR_BELOW:
            share, queue = percent(one.in_time, one.asked), text(words.queue(one.queue))
            within = f"had a person within {seconds(one.target)}"
            yield f"Only {share} of those who waited for {queue} {within}.", "waits"


def _left(figures: Figures, _: Words) -> Iterator[tuple[str, str]]:
    now, before = figures.totals, figures.before
    left, was = now.ended(CallOutcome.ABANDONED), before.ended(CallOutcome.ABANDONED)
    more = left * before.calls > was * now.calls
    if before.calls >= FEW and more and differ(left, now.calls, was, before.calls):
        risen = f"{percent(left, now.calls)}, up from {percent(was, before.calls)}"
        yield f"More callers hang up before they are helped: {risen}.", "ended"


def _versions(figures: Figures, _: Words) -> Iterator[tuple[str, str]]:
    for old, new in pairwise(figures.versions):
        told = verdict(old, new)
        if told.endswith("more than chance"):
            yield f"Version <code>{text(new.version)}</code>: {told}.", "versions"
