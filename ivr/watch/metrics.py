"""
The line in figures: counts what calls tell.

No figure has a place for anything of a patient, nor for the id of a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import assert_never

from ivr.flow.model import UNAVAILABLE
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.events import Refusal
from ivr.story import mos
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.facts import Fact, Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.turns import Turn
from ivr.watch import figures
from ivr.watch.figures import Level
from ivr.watch.prometheus_ import MOST, OTHER, Registry

METHODS = frozenset(
    (
        *("INVITE", "ACK", "BYE", "CANCEL", "INFO", "OPTIONS", "PRACK", "UPDATE"),
        *("REFER", "NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH", "REGISTER"),
    )
)
"""Of SIP; anybody may send others."""
LEGS = ("caller", "agent")
PACKETS = ("received", "lost", "late", "sent", "far_lost")
HEARD = ("both", "not_by_us", "not_by_them", "by_nobody")
TOO_FEW = 50  # packets, a second of speech: fewer tell nothing about who hears whom
DEAF_FROM = 0.5  # share of lost packets from which on nobody would say that they hear us


@dataclass(slots=True)
class _Leg:
    last: Media
    jitter: float = 0.0
    """The worst so far, in seconds."""


class Metrics:
    """
    Counts facts.

    `take` is a listener of `Facts`, in the event loop; `text` may be asked in any thread.
    """

    def __init__(self) -> None:
        self._live: dict[str, dict[str, _Leg]] = {}
        self._ways: set[tuple[str | None, ...]] = set()
        self._registry = registry = Registry()
        self._calls = registry.lone_gauge(figures.CALLS)
        self._started = registry.counter(figures.STARTED)
        self._ended = registry.counter(figures.ENDED)
        self._seconds = registry.lone_histogram(figures.SECONDS)
        self._handoffs = registry.counter(figures.HANDOFFS)
        self._waits = registry.histogram(figures.WAIT)
        self._scores = registry.counter(figures.SCORES)
        self._steps = registry.counter(figures.STEPS)
        self._nobody = registry.counter(figures.NOBODY)
        self._refusals = registry.counter(figures.REFUSALS)
        self._turns = registry.counter(figures.TURNS)
        self._replies = registry.counter(figures.REPLIES)
        self._latency = registry.histogram(figures.LATENCY)
        self._recognised = registry.lone_histogram(figures.RECOGNISED)
        self._dropped = registry.lone_counter(figures.DROPPED)
        self._barge_ins = registry.lone_counter(figures.BARGE_INS)
        self._clinic = registry.histogram(figures.CLINIC)
        self._clinic_answers = registry.counter(figures.CLINIC_ANSWERS)
        self._packets = registry.counter(figures.PACKETS)
        self._legs_ended = registry.counter(figures.LEGS_ENDED)
        self._jitter = registry.histogram(figures.JITTER)
        self._opinion = registry.histogram(figures.OPINION)
        self._messages = registry.counter(figures.MESSAGES)
        self._again = registry.counter(figures.AGAIN)
        self._begin_at_zero()

    def take(self, fact: Fact) -> None:
        """Count *fact*; neither waits nor fails."""
        match fact:
            case Glimpse():
                pass  # for whoever looks now
            case CallRow():
                self._take_row(fact)
            case Turn():
                self._take_turn(fact)
            case Step():
                self._take_step(fact)
            case Media():
                self._take_media(fact)
            case Message():
                self._take_message(fact)
            case _:
                assert_never(fact)

    def level(self, levels: Iterable[Level]) -> None:
        """Show *levels* in the place of those that were shown before."""
        self._registry.level(levels)

    def text(self, accept: str = "") -> tuple[bytes, str]:
        """Write all figures in the form that *accept*, a header of HTTP, asks for; and its type."""
        return self._registry.text(accept)

    def _begin_at_zero(self) -> None:
        """Show what may have to wake somebody before it first happens: 0 to 1 is an increase."""
        for happened in Happened:
            self._steps(happened)
        for trouble in Trouble:
            self._nobody(trouble)
        for refusal in Refusal:
            self._refusals(refusal)
        for leg, heard in product(LEGS, HEARD):
            self._legs_ended(leg, heard)
        for leg, packets in product(LEGS, PACKETS):
            self._packets(leg, packets)

    def _begin_ways(self, row: CallRow) -> None:
        """Show every way in which a call about this may end, before one does."""
        for outcome in CallOutcome:
            self._ended(outcome, row.flow, row.about)
        for came in Outcome if row.reason is not None else ():
            self._handoffs(row.queue, row.reason or "", came)

    # ------------------------------------------------------------ calls

    def _take_row(self, row: CallRow) -> None:
        if row.call not in self._live:
            self._live[row.call] = {}
            self._started(row.trunk).inc()
        way = (row.flow, row.about, row.queue, row.reason)
        if way not in self._ways and len(self._ways) < MOST:
            self._ways.add(way)
            self._begin_ways(row)
        if row.ended is not None:
            for name, leg in self._live.pop(row.call).items():
                self._judge(name, leg)
            self._seconds.observe(max(0.0, (row.ended - row.started).total_seconds()))
            self._take_end(row)
        self._calls.set(len(self._live))

    def _take_end(self, row: CallRow) -> None:
        self._ended(row.outcome or "", row.flow, row.about).inc()
        if row.reason is not None:
            self._handoffs(row.queue, row.reason, row.handoff or "").inc()
        if row.wait is not None:
            self._waits(row.queue, "yes" if row.wait.agent else "no").observe(row.wait.waited)
        if row.score is not None:
            self._scores(row.about, str(row.score)).inc()

    def _take_step(self, step: Step) -> None:
        self._steps(step.happened).inc()
        if step.happened is Happened.NOBODY:
            self._nobody(step.detail).inc()
        elif step.happened is Happened.REFUSED:
            self._refusals(step.detail).inc()

    # ------------------------------------------------------------ turns

    def _take_turn(self, turn: Turn) -> None:
        self._turns(turn.asked, turn.judged, turn.band or "").inc()
        if turn.asked:
            self._replies(turn.state, turn.answered.replace(" ", "_")).inc()
        if turn.latency is not None:
            self._latency(turn.asked).observe(turn.latency)
        if turn.recognised is not None:
            self._recognised.observe(turn.recognised)
        if turn.sound.dropped > 0:
            self._dropped.inc(turn.sound.dropped)
        if turn.barged_in:
            self._barge_ins.inc()
        if turn.operation:
            self._take_answer(turn)

    def _take_answer(self, turn: Turn) -> None:
        self._clinic_answers(turn.operation, UNAVAILABLE)  # begins at zero with the first answer
        self._clinic_answers(turn.operation, turn.outcome).inc()
        if turn.clinic is not None:
            self._clinic(turn.operation).observe(turn.clinic)

    # ------------------------------------------------------------ the network

    def _take_media(self, media: Media) -> None:
        legs = self._live.get(media.call)
        if legs is None:
            return  # the call is over: nothing would take its legs off the books again
        leg = legs.get(media.leg)
        before = Media(media.call, media.at) if leg is None else leg.last
        for name, packets in zip(PACKETS, _since(before, media), strict=True):
            if packets > 0:
                self._packets(media.leg, name).inc(packets)
        jitter = max(media.jitter, media.far_jitter or 0.0, 0.0 if leg is None else leg.jitter)
        legs[media.leg] = _Leg(media, jitter)

    def _judge(self, name: str, leg: _Leg) -> None:
        self._legs_ended(name, _heard(leg.last)).inc()
        self._jitter(name).observe(leg.jitter)
        quality = mos.worst(leg.last)
        if quality is not None:
            self._opinion(name).observe(quality.mos)

    def _take_message(self, message: Message) -> None:
        way = "out" if message.outward else "in"
        if message.again:
            self._again(way).inc()
            return
        method = message.method if message.method in METHODS else OTHER
        self._messages(way, method, str(message.status or "")).inc()


def _since(before: Media, now: Media) -> tuple[int, ...]:
    """Count in the order of `PACKETS`."""
    return (
        now.received - before.received,
        now.lost - before.lost,
        now.late - before.late,
        now.sent - before.sent,
        (now.far_lost or 0) - (before.far_lost or 0),
    )


def _heard(media: Media) -> str:
    """Tell which of `HEARD` it was."""
    if media.sent < TOO_FEW:
        return "both"
    by_us = media.received > 0
    by_them = (media.far_lost or 0) < DEAF_FROM * media.sent
    if by_us:
        return "both" if by_them else "not_by_them"
    return "not_by_us" if by_them else "by_nobody"
