"""
A made-up line for whoever looks: live calls with plausible changes, the same for the same seed.

It tells facts as a real line's parts do; no call of it was ever rung.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.dialog.confidence import Band
from ivr.dialog.patience import BUDGET
from ivr.dialog.turns import Answered
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.facts import Fact, Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.turns import Judged, Sound, Turn

PLACES = (
    ("main_menu.menu", "You can say appointment, refill, or insurance.", "menu", "refill"),
    ("refill_status.ask_number", "Please say or key in your seven digit prescription number.",
     "digits", "•••"),
    ("refill_status.ready", "Your refill is ready at {pharmacy}. It is your {drug}.", "", ""),
    ("verify_identity.ask_birth", "What is your date of birth?", "date", "•••"),
    ("appointment_confirmation.tell", "You are coming on {day} at {time}. Is that right?",
     "menu", "yes"),
    ("eligibility.active", "Your insurance with {payer} is active.", "", ""),
    ("main_menu.anything_else", "Is there anything else I can do for you?", "yes_no", "no"),
)  # fmt: skip
LED_BY = {"appointment_confirmation": "appointment", "eligibility": "insurance"}
OPERATIONS = {"refill_status": "refills.status", "eligibility": "insurance.eligibility"}
QUEUES = ("front_desk", "pharmacy", "billing", "nurse_line", "spanish")
TARGETS = {"front_desk": 60.0, "nurse_line": 30.0}
PEOPLE = ("kim", "robin", "alex", "sam", "jo")
REASONS = ("asked", "not_understood", "flow", "emergency")
LADDER = (
    ("INVITE", 0, False), ("INVITE", 100, True), ("INVITE", 180, True), ("INVITE", 200, True),
    ("ACK", 0, False),
)  # fmt: skip


@dataclass
class MadeCall:
    """One made-up call."""

    glimpse: Glimpse
    turns: int = 0
    received: int = 0
    lost: int = 0
    wanted: datetime | None = None
    """When its caller began to wait for a person."""
    bad: float = 0.0
    """Share of packets that are lost."""


@dataclass
class MadeLine:
    """
    A made-up line.

    `begin` gives the facts of calls that are under way, `go_on` those of a while.
    """

    calls: int
    seed: int = 1
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    living: dict[str, MadeCall] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def begin(self) -> Iterator[Fact]:
        """Ring as many callers as the line is to have."""
        for _ in range(self.calls):
            yield from self._ring(age=self._dice.uniform(5, 400))

    def go_on(self, seconds: float, events: int) -> Iterator[Fact]:
        """Let *seconds* pass, and *events* things happen, evenly."""
        for _ in range(events):
            self.now += timedelta(seconds=seconds / events)
            yield from self._happen(self._dice.choice(list(self.living)))

    # ------------------------------------------------------------ what happens

    def _ring(self, *, age: float = 0.0) -> Iterator[Fact]:
        call = f"{self._dice.getrandbits(48):012x}"
        began = self.now - timedelta(seconds=age)
        made = MadeCall(Glimpse(call, self.now, began), bad=self._dice.choice([0.0] * 9 + [0.08]))
        self.living[call] = made
        yield CallRow(call, began, answered=began, trunk="acme", flow="main_menu")
        for n, (method, status, outward) in enumerate(LADDER):
            at = began + timedelta(milliseconds=60 * n)
            yield Message(call, at, "caller", outward, method, status)
        yield from self._turn(call)
        if self._dice.random() < 0.15:
            yield from self._want_person(call)

    def _happen(self, call: str) -> Iterator[Fact]:
        made, what = self.living[call], self._dice.random()
        if made.glimpse.phase != "talking":
            yield from self._wait_on(call) if what < 0.3 else self._media(call)
        elif what < 0.35:
            yield self._tell(call, playing=False, speaking=True, words=self._words(call))
        elif what < 0.65:
            yield from self._turn(call)
        elif what < 0.75:
            flow = made.glimpse.places[-1].partition(".")[0]
            yield self._tell(call, asks_clinic=OPERATIONS.get(flow, ""), playing=False)
        elif what < 0.95:
            yield from self._media(call)
        elif what < 0.975:
            yield from self._want_person(call)
        else:
            yield from self._end(call)

    def _turn(self, call: str) -> Iterator[Fact]:
        made = self.living[call]
        before = made.glimpse
        if made.turns:
            yield self._judged(call)
        made.turns += 1
        place, prompt, _, _ = self._dice.choice(PLACES)
        flow = LED_BY.get(place.partition(".")[0], "refill")
        places = (place,) if place.startswith("main_menu") else (f"main_menu.{flow}", place)
        missed = before.band == Band.REJECT
        yield self._tell(
            call, places=places, prompt=prompt, playing=True, speaking=False, asks_clinic="",
            turn=made.turns, latency=round(self._dice.lognormvariate(-1.0, 0.4), 3),
            patience=max(0.5, (before.patience if made.turns > 1 else BUDGET) - missed),
            **self._heard(),
        )  # fmt: skip

    def _heard(self) -> Mapping[str, Any]:
        confidence = round(min(0.99, self._dice.betavariate(7, 1.6)), 2)
        band = (
            Band.ACCEPT if confidence > 0.8 else Band.CONFIRM if confidence > 0.5 else Band.REJECT
        )
        return {"confidence": confidence, "band": band.value}

    def _judged(self, call: str) -> Turn:
        made = self.living[call]
        glimpse = made.glimpse
        band = Band(glimpse.band) if glimpse.band else None
        why = {Band.ACCEPT: Judged.ACCEPTED, Band.CONFIRM: Judged.READ_BACK, None: Judged.NOT_ASKED}
        asked = next(one[2] for one in PLACES if one[0] == glimpse.places[-1])
        return Turn(
            call, made.turns, self.now, glimpse.places[-1], asked=asked, version="a1b2c3d4e5f6",
            answered=Answered.NOT_UNDERSTOOD if band is Band.REJECT else Answered.SPEECH,
            judged=why.get(band, Judged.TOO_UNSURE), band=band, confidence=glimpse.confidence,
            patience=glimpse.patience, prompt=2.4, barged_in=self._dice.random() < 0.2,
            latency=glimpse.latency, recognised=0.06,
            sound=Sound(4.2, 1.1, -22.0 - 30 * made.bad, -54.0 + 100 * made.bad),
        )  # fmt: skip

    def _want_person(self, call: str) -> Iterator[Fact]:
        reason, queue = self._dice.choice(REASONS), self._dice.choice(QUEUES)
        self.living[call].wanted = self.now
        yield Step(call, self.now, Happened.WANTED_PERSON, detail=reason)
        yield Step(call, self.now, Happened.QUEUED, detail=queue)
        yield self._tell(
            call, phase="waiting", reason=reason, queue=queue, playing=False, speaking=False
        )

    def _wait_on(self, call: str) -> Iterator[Fact]:
        glimpse, who = self.living[call].glimpse, self._dice.choice(PEOPLE)
        if glimpse.phase == "bridged":
            yield from self._end(call)
        elif glimpse.agent:
            yield Step(call, self.now, Happened.BRIDGED, who=glimpse.agent)
            yield self._tell(call, phase="bridged")
        else:
            yield Step(call, self.now, Happened.RANG, who=who)
            yield self._tell(call, agent=who)

    def _media(self, call: str) -> Iterator[Fact]:
        made = self.living[call]
        made.received += 250
        made.lost += round(250 * made.bad)
        jitter = 0.002 + made.bad * 0.4 * self._dice.random()
        yield Media(
            call, self.now, codec="PCMU", received=made.received, lost=made.lost, jitter=jitter,
            buffered=0.04, sent=made.received, far_lost=0, far_jitter=0.001, round_trip=0.03,
        )  # fmt: skip

    def _end(self, call: str) -> Iterator[Fact]:
        made = self.living.pop(call)
        bridged = made.glimpse.phase == "bridged"
        outcome = CallOutcome.HANDED_OFF if bridged else CallOutcome.CONTAINED
        began = made.glimpse.began
        yield Step(call, self.now, Happened.CALLER_LEFT)
        yield CallRow(call, began, answered=began, ended=self.now, outcome=outcome)
        yield from self._ring()

    # ------------------------------------------------------------ glimpses

    def _tell(self, call: str, **changes: Any) -> Glimpse:  # noqa: ANN401 - fields of a Glimpse
        made = self.living[call]
        made.glimpse = replace(made.glimpse, at=self.now, **changes)
        return made.glimpse

    def _words(self, call: str) -> str:
        place = self.living[call].glimpse.places[-1]
        return next(one[3] for one in PLACES if one[0] == place)

    # ------------------------------------------------------------ the rest of the line

    def queues(self) -> list[dict[str, Any]]:
        """Tell how each queue does, as `ivr queue` does."""
        return [self._queue(name) for name in QUEUES]

    def waiters(self) -> list[dict[str, Any]]:
        """Tell who waits for a person."""
        return [
            {
                "call": call, "queue": made.glimpse.queue, "waited": round(self._waited(made)),
                "why": made.glimpse.reason, "offered_to": made.glimpse.agent,
            }
            for call, made in self.living.items()
            if made.glimpse.phase == "waiting"
        ]  # fmt: skip

    def _waited(self, made: MadeCall) -> float:
        return (self.now - (made.wanted or self.now)).total_seconds()

    def _queue(self, name: str) -> dict[str, Any]:
        waits = [
            self._waited(made)
            for made in self.living.values()
            if made.glimpse.queue == name and made.glimpse.phase == "waiting"
        ]
        return {
            "queue": name,
            "waiting": len(waits),
            "longest": round(max(waits, default=0.0)),
            "target": TARGETS.get(name, 90.0),
            "in_time": 0.86,
            "working": 0 if name == "spanish" else 3,
            "ready": 1 if name in ("pharmacy", "billing") else 0,
        }

    def agents(self) -> list[dict[str, Any]]:
        """Tell who takes calls."""
        talking = {
            one.glimpse.agent: call for call, one in self.living.items() if one.glimpse.agent
        }
        return [self._agent(name, talking.get(name, "")) for name in PEOPLE]

    def _agent(self, name: str, call: str) -> dict[str, Any]:
        return {
            "agent": name, "presence": "talking" if call else "ready", "seconds": 40, "reason": "",
            "back_in": None, "where": "sip", "queues": [], "skills": [], "languages": ["en"],
            "role": "agent", "call": call,
        }  # fmt: skip
