"""
The handoff: one caller on the way to a person.

requested → queued → offered → briefing → bridged → parting → wrapped. The queue decides who
is offered; the machine rings, briefs, withdraws, bridges, and says what the caller hears.

Driven like the dialog: tell it what happened and when, perform the actions it returns,
call it back at `deadline`. Its invariant: it ends with the caller having talked to a person,
keeping a place for a call-back, about to leave a message, about to be told why nobody comes,
or gone; every offer of the queue is settled or released exactly once; nothing rings after
the end.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from ivr.handoff.actions import (
    Announce,
    Announcement,
    Bridge,
    Brief,
    EnterAgain,
    Finish,
    KeepPlace,
    Leave,
    Outcome,
    Recall,
    Release,
    StepAside,
    Trouble,
)
from ivr.handoff.company import Company
from ivr.handoff.events import (
    AgentAnswered,
    AgentKeyed,
    AgentLeft,
    AgentNews,
    AgentOffered,
    AgentRefused,
    Announced,
    CallerBack,
    CallerKeyed,
    CallerLeft,
    CallerSent,
    HandoffEvent,
    NodeGone,
    PlaceKept,
    PlaceMoved,
    QueueNews,
    QueueShut,
    Refusal,
    TalkOver,
)
from ivr.handoff.offer import Actions, Offer
from ivr.handoff.talk_actions import TalkEnding

ACCEPT_KEY, DECLINE_KEY = "1", "2"  # the agent's
CALLBACK_KEY, MESSAGE_KEY = "1", "2"  # the caller's
WHERE_KEYS = frozenset({"0", "*"})  # say again where I stand
PARTING_LIMIT = 15.0  # seconds; a closing sentence whose end nobody reports


class Phase(StrEnum):
    """Where a handoff stands."""

    REQUESTED = "requested"
    QUEUED = "queued"
    OFFERED = "offered"  # an agent's phone rings
    BRIEFING = "briefing"  # the agent hears who it is
    BRIDGED = "bridged"
    PARTING = "parting"  # the agent has hung up; the caller hears what happens next
    WRAPPED = "wrapped"


WAITING = frozenset({Phase.QUEUED, Phase.OFFERED, Phase.BRIEFING})


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds."""

    ring: float = 20.0
    """One agent's phone rings, unless the queue wants it otherwise."""
    accept: float = 15.0
    """From the agent's pick-up to their pressing 1, the briefing included."""
    first: float = 10.0
    """From the request to a word about it, when the queue has not told the place by then."""
    moved: float = 10.0
    """Least between two announcements, even if the caller moved forward."""
    reassure: float = 20.0
    """Between two announcements when nothing happened."""


class Handoff:
    """One caller on the way to a person."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.phase = Phase.REQUESTED
        self.troubles: list[Trouble] = []
        """What went wrong on the way, in order."""
        self.aside = False
        """Whether the caller is giving their number meanwhile."""
        self.offer = Offer()
        """Who is rung, briefed or talks, and who passed."""
        self._company = Company(first=limits.first, moved=limits.moved, reassure=limits.reassure)
        self._shut: QueueShut | None = None
        self._parting_until: float | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.phase is Phase.WRAPPED

    @property
    def deadline(self) -> float | None:
        """
        When to call `handle_deadline`, in the shell's clock.

        None: never, or nothing but the end of a talk or of the caller's giving their number
        can change anything.
        """
        told_at = self._company.due if self._listening else None
        due = (self.offer.until, told_at, self._parting_until)
        return min((moment for moment in due if moment is not None), default=None)

    def start(self, *, now: float) -> Actions:
        """Take note that the caller waits in the queue, and tell them."""
        self.phase = Phase.QUEUED
        return (self._company.say(Announcement.FINDING, now=now),)

    def handle(self, event: HandoffEvent, *, now: float) -> Actions:
        """Take in *event* and say what to do about it."""
        match event:
            case _ if isinstance(event, QueueNews):
                return self._of_queue(event, now)
            case _ if self.ended:
                return ()
            case CallerKeyed(key=key):
                return self._caller_keyed(key, now) if self._listening else ()
            case CallerBack():
                return self._caller_back(now) if self.aside else ()
            case PlaceKept():
                return self._leave(Outcome.WANTS_CALLBACK) if self.aside else ()
            case CallerSent(queue=queue):
                waits = self.phase in WAITING
                return (
                    self._queue_again(Announcement.FINDING, None, now, queue=queue) if waits else ()
                )
            case Announced():
                return self._finish(Outcome.SERVED) if self.phase is Phase.PARTING else ()
            case CallerLeft():
                return self._caller_left()
            case _:
                return self._of_agent(event, now) if event.offer == self.offer.number else ()

    def handle_deadline(self, *, now: float) -> Actions:
        """Tell the handoff that `deadline` may have passed."""
        if self.deadline is None or now < self.deadline:
            return ()
        if self._parting_until is not None:
            return self._finish(Outcome.SERVED)
        if self.offer.until is None or now < self.offer.until:
            return (self._where(now),)
        if self.phase is Phase.OFFERED:
            return self._refused(Refusal.NO_ANSWER)
        return self._refused(Refusal.CALLER_GONE if self.offer.accepted else Refusal.SILENT)

    # ---------------------------------------------------------------- the queue

    def _of_queue(self, event: QueueNews, now: float) -> Actions:
        """Ring who is offered; an offer there is no use for goes back at once, also at the end."""
        match event:
            case AgentOffered(agent=agent) if self.phase is Phase.QUEUED:
                self.phase = Phase.OFFERED
                return self.offer.ring(agent, ring_for=event.ring_for or self.limits.ring, now=now)
            case AgentOffered(agent=agent):
                return (Release(agent.name, Refusal.CALLER_GONE),)
            case _ if self.ended:
                return ()
            case PlaceMoved():
                self._shut = None
                can_tell = self._listening and self.phase is not Phase.BRIEFING
                return self._company.move(event, now=now, can_tell=can_tell)
            case QueueShut():
                self._shut = event
                return self._wait_on()
            case _:
                assert_never(event)

    def _wait_on(self) -> Actions:
        """Wait for the next offer, if there will be one."""
        if self._shut is None or self.aside or self.phase is not Phase.QUEUED:
            return ()
        trouble = Trouble.CLOSED if self._shut.closed else Trouble.NOBODY_THERE
        self.troubles.append(trouble)
        return (Leave(), *self._finish(Outcome.NOBODY, trouble, self._shut.says))

    # ---------------------------------------------------------------- the agent

    def _of_agent(self, event: AgentNews, now: float) -> Actions:
        match event:
            case AgentAnswered():
                return self._answered(now) if self.phase is Phase.OFFERED else ()
            case AgentRefused(refusal=refusal):
                return self._refused(refusal) if self.phase is Phase.OFFERED else ()
            case AgentKeyed(key=key):
                return self._agent_keyed(key) if self.phase is Phase.BRIEFING else ()
            case AgentLeft(lost=lost):
                return self._agent_left(now, lost=lost)
            case NodeGone() if self.phase is Phase.BRIDGED:
                return self._queue_again(Announcement.CUT_OFF, Trouble.NODE_GONE, now)
            case NodeGone():
                return self._agent_left(now, lost=True)
            case TalkOver():
                return self._talk_over(event, now) if self.phase is Phase.BRIDGED else ()
            case _:
                assert_never(event)

    def _answered(self, now: float) -> Actions:
        self.phase = Phase.BRIEFING
        self.offer.until = now + self.limits.accept
        if self.offer.agent is not None and self.offer.agent.in_browser:
            return self._accept()
        coming = () if self.aside else (self._where(now),)
        return (Brief(self.offer.number), *coming)

    def _agent_keyed(self, key: str) -> Actions:
        if self.offer.accepted:
            return ()
        if key == ACCEPT_KEY:
            return self._accept()
        return self._refused(Refusal.DECLINED) if key == DECLINE_KEY else ()

    def _accept(self) -> Actions:
        if self.aside:
            self.offer.accepted = True
            return (Recall(),)
        return self._bridge()

    def _bridge(self) -> Actions:
        self.phase = Phase.BRIDGED
        return (Bridge(self.offer.number), *self.offer.settle())

    def _refused(self, refusal: Refusal) -> Actions:
        """Let the agent go, who may be gone, and wait on."""
        released = self.offer.release(refusal)
        self.phase = Phase.QUEUED
        return (*released, *self._wait_on())

    def _agent_left(self, now: float, *, lost: bool) -> Actions:
        match self.phase:
            case Phase.OFFERED | Phase.BRIEFING:
                return self._refused(Refusal.AGENT_GONE if lost else Refusal.DECLINED)
            case Phase.BRIDGED if lost:
                return self._queue_again(Announcement.CUT_OFF, Trouble.AGENT_GONE, now)
            case Phase.BRIDGED:
                return self._part(self.offer.name, now)
            case _:
                return ()

    def _talk_over(self, event: TalkOver, now: float) -> Actions:
        match event.ending:
            case TalkEnding.DONE:
                return self._part(event.person or self.offer.name, now)
            case TalkEnding.CALLER_LEFT:
                return self._caller_left()
            case TalkEnding.AGENT_GONE:
                return self._queue_again(Announcement.CUT_OFF, Trouble.AGENT_GONE, now)
            case TalkEnding.TO_QUEUE:
                return self._queue_again(Announcement.SENT_ON, None, now, queue=event.to)
            case _:
                assert_never(event.ending)

    def _part(self, person: str, now: float) -> Actions:
        self.phase = Phase.PARTING
        self._parting_until = now + PARTING_LIMIT
        return (*self.offer.wrap_up(), Announce(Announcement.PARTING, person=person))

    def _queue_again(
        self, why: Announcement, trouble: Trouble | None, now: float, *, queue: str = ""
    ) -> Actions:
        """Wait anew, behind nobody who came later; who gives a number need not finish."""
        if trouble is not None:
            self.troubles.append(trouble)
        talked = self.phase is Phase.BRIDGED
        parted = self.offer.wrap_up() if talked else self.offer.release(Refusal.CALLER_GONE)
        self.phase = Phase.QUEUED
        self._shut = None
        self._company.begin_anew()
        said = self._company.say(why, now=now)
        return (*parted, EnterAgain(queue), Recall() if self.aside else said)

    # ---------------------------------------------------------------- the caller

    @property
    def _listening(self) -> bool:
        """Whether the caller waits and can be told something."""
        return self.phase in WAITING and not self.aside

    def _caller_keyed(self, key: str, now: float) -> Actions:
        if key == CALLBACK_KEY:
            self.aside = True
            return (StepAside(),)
        if key == MESSAGE_KEY:
            return self._leave(Outcome.WANTS_MESSAGE)
        return (self._where(now, asked=True),) if key in WHERE_KEYS else ()

    def _caller_back(self, now: float) -> Actions:
        self.aside = False
        if self.offer.accepted:
            return self._bridge()
        return self._wait_on() or (self._where(now, asked=True),)

    def _caller_left(self) -> Actions:
        match self.phase:
            case Phase.BRIDGED:
                return (*self.offer.wrap_up(), *self._finish(Outcome.SERVED))
            case Phase.PARTING:
                return self._finish(Outcome.SERVED)
            case _:
                return self._leave(Outcome.CALLER_LEFT)

    def _leave(self, outcome: Outcome) -> Actions:
        """Wait no longer; who was rung did nothing wrong."""
        released = self.offer.release(Refusal.CALLER_GONE)
        place = KeepPlace() if outcome is Outcome.WANTS_CALLBACK else Leave()
        return (*released, place, *self._finish(outcome))

    def _where(self, now: float, *, asked: bool = False) -> Announce:
        if self.phase is Phase.BRIEFING:
            return self._company.say(Announcement.COMING, now=now, person=self.offer.name)
        return self._company.where(now=now, asked=asked)

    def _finish(
        self, outcome: Outcome, trouble: Trouble | None = None, says: str = ""
    ) -> tuple[Finish]:
        self.phase = Phase.WRAPPED
        self.aside = False
        self._parting_until = None
        return (Finish(outcome, trouble, says),)
