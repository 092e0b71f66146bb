"""
Months of plausible traffic, for the report and whoever else needs many calls.

The same plan is the same traffic. What is planted in it on purpose is named in the plan, so
that a test knows what the report has to find. Nobody in it exists.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from ivr.dialog.actions import HandoffReason
from ivr.dialog.confidence import Band
from ivr.dialog.turns import Answered
from ivr.handoff.actions import Outcome
from ivr.records import rows
from ivr.records.tables import calls, steps, turns
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.steps import Happened, Step
from ivr.story.story import Story
from ivr.story.turns import Judged, Turn

NEW_YORK = ZoneInfo("America/New_York")
RUN = "000bec00"
BATCH = 2000  # calls; a transaction a fraction of a second long

ERRANDS = {"refill_status": 0.45, "appointment_confirmation": 0.35, "eligibility": 0.14, "": 0.06}
"""What callers ring about, to the share who do; `` hangs up in the menu or wants a person."""
QUEUES = {"refill_status": "pharmacy", "eligibility": "billing"}
PROOF = ("verify_identity.ask_birth", "verify_identity.ask_phone")
QUESTIONS = {
    "refill_status": ("refill_status.ask_number",),
    "appointment_confirmation": ("appointment_confirmation.tell",),
    "eligibility": (),
    "": (),
}
TELLS = {
    "refill_status": "refill_status.ready",
    "appointment_confirmation": "appointment_confirmation.confirmed",
    "eligibility": "eligibility.active",
}
OPERATIONS = {
    "refill_status": "refills.status",
    "appointment_confirmation": "appointments.next",
    "eligibility": "eligibility.check",
}
MENU = "main_menu.menu"
KINDS = {MENU: "menu", PROOF[0]: "date_of_birth", PROOF[1]: "phone"}
HOURS = (0,) * 7 + (2, 9, 13, 12, 10, 6, 9, 10, 8, 6, 3) + (1,) + (0,) * 5
"""How the calls of a working day fall on its hours."""
WEEK = (1.35, 1.1, 1.0, 1.0, 0.95, 0.18, 0.04)
"""How many calls a day has, from Monday on."""

HARD = 0.4  # the share of answers to the hard question that are not understood


@dataclass(frozen=True, slots=True)
class Planted:
    """Callers who all ring about one thing within two hours, beside the usual ones."""

    day: date
    hour: int
    about: str
    calls: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What traffic to make."""

    first: date
    days: int
    calls_a_day: float = 100.0
    """Of a working day, on average."""
    seed: int = 1
    zone: ZoneInfo = NEW_YORK
    spike: Planted | None = None
    hard: str = "refill_status.ask_number"
    """A question that callers are not understood in; `` for none."""
    versions: tuple[str, str] = ("3f9a61c07b52", "8d20e4b19ac6")
    changed: date | None = None
    """From when on the second version is live, which contains more calls."""
    callers: int = 5000
    """How many people ring, over and over."""
    asks_score: float = 0.3
    """Which part of the callers who were helped say how well."""
    trouble: float = 0.002
    """Which part of the calls meets a clinic whose records are down."""


def traffic(plan: Plan) -> Iterator[Story]:
    """Make the calls of *plan*, in order of time."""
    dice = Random(plan.seed)
    for day in (plan.first + timedelta(days=n) for n in range(plan.days)):
        moments = list(_moments(plan, day, dice))
        if (spike := plan.spike) is not None and spike.day == day:
            at = datetime.combine(day, time(spike.hour), plan.zone).astimezone(UTC)
            moments += [
                (at + timedelta(seconds=7200 * n / spike.calls), spike.about)
                for n in range(spike.calls)
            ]
        for at, about in sorted(moments):
            yield _Call(plan, at, about, dice).story()


def fill(connection: Connection, stories: Iterable[Story]) -> int:
    """Write *stories* into empty records, as a line would have; return how many there were."""
    count, number, left = 0, 0, iter(stories)
    while batch := list(islice(left, BATCH)):
        happened = [step for story in batch for step in story.steps]
        values = {
            calls: [rows.of_call(story.row, run=RUN) for story in batch],
            turns: [rows.of_turn(turn) for story in batch for turn in story.turns],
            steps: [rows.numbered(step, number + n, run=RUN) for n, step in enumerate(happened)],
        }
        with connection.begin():
            for table, those in values.items():
                if those:
                    connection.execute(insert(table), those)
        number += len(happened)
        count += len(batch)
    return count


def _moments(plan: Plan, day: date, dice: Random) -> Iterator[tuple[datetime, str]]:
    """Let callers ring independently of each other: what is between them is exponential."""
    names, weights = list(ERRANDS), list(ERRANDS.values())
    total = sum(HOURS)
    for hour, weight in enumerate(HOURS):
        rate = plan.calls_a_day * WEEK[day.weekday()] * weight / total
        if not rate:
            continue
        begins = datetime.combine(day, time(hour), plan.zone).astimezone(UTC)
        at = dice.expovariate(rate)
        while at < 1:
            moment = begins + timedelta(milliseconds=int(3_600_000 * at))
            yield moment, dice.choices(names, weights)[0]
            at += dice.expovariate(rate)


class _Call:
    """One call while it is made up."""

    def __init__(self, plan: Plan, at: datetime, about: str, dice: Random) -> None:
        self._plan = plan
        self._dice = dice
        self._about = about
        self._id = f"{dice.getrandbits(64):016x}"
        self._began = at
        self._at = at + timedelta(seconds=1)
        changed = plan.changed is not None and at.astimezone(plan.zone).date() >= plan.changed
        self._version = plan.versions[changed]
        self._helps = 0.9 if changed else 0.78
        """How surely somebody who is understood is helped."""
        self._turns: list[Turn] = []
        self._steps: list[Step] = []

    def story(self) -> Story:
        """Live through it."""
        row = self._row(self._fate())
        return Story(row, tuple(self._turns), tuple(self._steps))

    def _fate(self) -> CallOutcome | HandoffReason:
        """Go through the flow; tell how it ended, or why it goes to a person."""
        dice = self._dice
        self._say("main_menu.welcome")
        if not self._ask(MENU):
            return HandoffReason.NOT_UNDERSTOOD
        if not self._about:
            return CallOutcome.ABANDONED if dice.random() < 0.6 else HandoffReason.ASKED
        for question in (*PROOF, *QUESTIONS[self._about]):
            if dice.random() < 0.015:
                return CallOutcome.ABANDONED
            if not self._ask(question):
                return HandoffReason.NOT_UNDERSTOOD
        down = dice.random() < self._plan.trouble
        self._perform(OPERATIONS[self._about], "unavailable" if down else "found")
        if down:
            return HandoffReason.CLINIC_DOWN
        self._say(TELLS[self._about])
        if dice.random() > self._helps:
            return HandoffReason.ASKED if dice.random() < 0.7 else HandoffReason.FLOW
        self._ask("main_menu.anything_else")
        self._say("main_menu.goodbye")
        return CallOutcome.CONTAINED

    # ------------------------------------------------------------ turns

    def _ask(self, state: str) -> bool:
        """Ask until there is an answer, or three times; tell whether there is one."""
        for _ in range(3):
            judged, answered, band, sure = self._answer(state)
            kind = KINDS.get(state, "digits" if state.endswith("number") else "menu")
            self._turn(state, asked=kind, judged=judged, answered=answered)
            self._turns[-1] = replace(self._turns[-1], band=band, confidence=sure)
            if judged in {Judged.ACCEPTED, Judged.KEYED}:
                return True
            if judged is Judged.READ_BACK:
                right = self._dice.random() < 0.85
                said = Judged.CONFIRMED if right else Judged.DENIED
                self._turn(state, asked="read_back", judged=said, answered=Answered.SPEECH)
                if right:
                    return True
        return False

    def _answer(self, state: str) -> tuple[Judged, Answered, Band | None, float | None]:
        dice = self._dice
        luck = dice.random()
        sure = round(dice.uniform(0.5, 1.0), 3)
        if state == self._plan.hard and dice.random() < HARD:
            return Judged.NOT_AN_ANSWER, Answered.NOT_UNDERSTOOD, Band.REJECT, 0.2
        if luck < 0.03:
            return Judged.NOT_AN_ANSWER, Answered.NOT_UNDERSTOOD, Band.REJECT, 0.2
        if luck < 0.05:
            return Judged.SILENT, Answered.SILENCE, None, None
        if luck < 0.06:
            return Judged.TOO_UNSURE, Answered.NOT_UNDERSTOOD, Band.REJECT, 0.3
        if luck < 0.14:
            return Judged.READ_BACK, Answered.SPEECH, Band.CONFIRM, 0.6
        if luck < 0.40:
            return Judged.KEYED, Answered.KEYS, None, None
        return Judged.ACCEPTED, Answered.SPEECH, Band.ACCEPT, sure

    def _say(self, state: str) -> None:
        self._turn(state, asked="", judged=Judged.NOT_ASKED, answered=Answered.EVENT)

    def _perform(self, operation: str, outcome: str) -> None:
        self._say(f"{self._about}.look_up")
        took = round(self._dice.lognormvariate(-1.5, 0.5), 3)
        last = replace(self._turns[-1], operation=operation, outcome=outcome, clinic=took)
        self._turns[-1] = last

    def _turn(self, state: str, *, asked: str, judged: Judged, answered: Answered) -> None:
        latency = round(self._dice.lognormvariate(-1.1, 0.4), 3) if asked else None
        self._turns.append(
            Turn(
                self._id,
                len(self._turns) + 1,
                self._at,
                state,
                asked=asked,
                version=self._version,
                answered=answered,
                judged=judged,
                patience=7.0,
                prompt=4.0,
                latency=latency,
            )
        )
        self._at += timedelta(seconds=6)

    # ------------------------------------------------------------ the row

    def _row(self, fate: CallOutcome | HandoffReason) -> CallRow:
        dice, helped = self._dice, fate is CallOutcome.CONTAINED
        caller = "" if dice.random() < 0.06 else f"{dice.randrange(self._plan.callers):016x}"
        row = CallRow(
            self._id,
            self._began,
            answered=self._began + timedelta(seconds=1),
            ended=self._at,
            cell="cell-1",
            trunk="carrier",
            caller=caller,
            flow="main_menu",
            version=self._version,
            about=self._about,
            path=tuple(dict.fromkeys(turn.state for turn in self._turns)),
            turns=len(self._turns),
            latencies=tuple(turn.latency for turn in self._turns if turn.latency is not None),
            score=self._score() if helped and dice.random() < self._plan.asks_score else None,
        )
        if isinstance(fate, CallOutcome):
            return replace(row, outcome=fate)
        return self._handed(replace(row, reason=fate))

    def _score(self) -> int:
        weights = (2, 3, 10, 35, 50)
        return self._dice.choices(range(1, 6), weights)[0]

    def _handed(self, row: CallRow) -> CallRow:
        dice = self._dice
        queue = QUEUES.get(self._about, "front_desk")
        waited = round(dice.expovariate(1 / 30), 1)
        row = replace(row, queue=queue, ended=self._at + timedelta(seconds=waited + 120))
        self._steps.append(Step(self._id, self._at, Happened.QUEUED, detail=queue))
        luck = dice.random()
        if luck < 0.82:
            name = dice.choice(("Ann", "Ben", "Maria"))
            return replace(
                row,
                outcome=CallOutcome.HANDED_OFF,
                handoff=Outcome.SERVED,
                wait=Wait(waited, agent=name),
            )
        wait = Wait(waited)
        if luck < 0.92:
            left = Outcome.CALLER_LEFT
            return replace(row, outcome=CallOutcome.ABANDONED, handoff=left, wait=wait)
        outcome = CallOutcome.MESSAGE if luck < 0.97 else CallOutcome.CALLBACK
        handoff = Outcome.NOBODY if luck < 0.97 else Outcome.WANTS_CALLBACK
        return replace(row, outcome=outcome, handoff=handoff, wait=wait)
