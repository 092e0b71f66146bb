"""Everything the report shows, counted; names are those of the flows and the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ivr.dialog.actions import HandoffReason
from ivr.report.forecast import Forecast
from ivr.report.period import Hour, Period
from ivr.report.spikes import Spike
from ivr.story.calls import CallOutcome

Outcomes = Mapping[CallOutcome | None, int]
"""How many calls ended each way; None: the end is not known yet."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Calls about one thing."""

    about: str
    """Name of a flow; `` when the caller chose none."""
    outcomes: Outcomes
    before: int = 0
    """How many there were in the period before."""

    @property
    def calls(self) -> int:
        """How many there were."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Returns:
    """Who rang again about the same thing, of the callers who rang about one thing."""

    about: str
    first: int
    """Calls that were the first about it in seven days."""
    again: int
    """Those after which the same caller rang about it within seven days."""


@dataclass(frozen=True, slots=True)
class Solved:
    """First-call resolution."""

    returns: tuple[Returns, ...] = ()
    without_caller: int = 0
    """Calls that withheld their number, so that nobody can tell."""
    without_reason: int = 0
    """Calls with a number that were about nothing the line knows."""
    too_recent: int = 0
    """First calls whose seven days are not over."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Callers who asked for a person in one queue; seconds."""

    queue: str
    target: float
    asked: int
    answered: int
    """Who talked to somebody."""
    in_time: int
    """Those who did within the target."""
    median: float | None = None
    """Of those who talked to somebody, as the two below."""
    p95: float | None = None
    longest: float | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """From the end of what callers did to the line's answer, in seconds."""

    turns: int = 0
    median: float | None = None
    p95: float | None = None
    counts: tuple[tuple[float, int], ...] = ()
    """How many turns took up to so many seconds, in steps of a tenth."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """How one question was answered; counts of turns."""

    state: str
    """`flow.state`."""
    taken: int = 0
    """Answers taken as they were, by voice or by key."""
    asked_back: int = 0
    unsure: int = 0
    """Rejected: words of an answer, too doubtful even to ask back."""
    not_understood: int = 0
    silent: int = 0
    elsewhere: int = 0
    """Callers who wanted something else: a person, help, to go back."""
    denied: int = 0
    """Read-backs to which callers said no; not among the turns."""

    @property
    def turns(self) -> int:
        """How often it was asked."""
        return self.taken + self.asked_back + self.trouble + self.elsewhere

    @property
    def trouble(self) -> int:
        """Turns that did not get on."""
        return self.unsure + self.not_understood + self.silent


@dataclass(frozen=True, slots=True)
class Scores:
    """What callers answered when asked how well they were helped."""

    about: str
    counts: tuple[int, int, int, int, int]
    """From 1 (bad) to 5."""

    @property
    def answers(self) -> int:
        """How many answered."""
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """On average; 0 without answers."""
        total = sum(score * count for score, count in enumerate(self.counts, 1))
        return total / self.answers if self.answers else 0.0


@dataclass(frozen=True, slots=True)
class Version:
    """Calls that used one version of the flows."""

    version: str
    began: datetime
    """When the first of them began."""
    outcomes: Outcomes

    @property
    def calls(self) -> int:
        """How many there were."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong in the line or in what it relies on."""

    what: str
    """A member of `Happened`, or the operation that came out `unavailable`."""
    calls: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures that are compared with the period before."""

    outcomes: Outcomes = field(default_factory=dict)
    asked: int = 0
    """Callers who asked for a person."""
    answered: int = 0
    in_time: int = 0
    p95: float | None = None
    """Seconds until the line answers, in 95 of 100 turns."""
    score: float = 0.0
    """On average."""
    scores: int = 0

    @property
    def calls(self) -> int:
        """All calls."""
        return sum(self.outcomes.values())

    def ended(self, *ways: CallOutcome) -> int:
        """Count the calls that ended in one of these *ways*."""
        return sum(self.outcomes.get(way, 0) for way in ways)


@dataclass(frozen=True, slots=True)
class Sample:
    """One call behind a number."""

    call: str
    at: datetime
    """When it began, by the clinic's clock."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Calls behind one number, the newest first."""

    calls: int
    """All of them."""
    samples: tuple[Sample, ...]
    """As many as are shown."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole report."""

    practice: str
    period: Period
    made: datetime
    since: datetime | None
    """When the first call that is kept began; None: none is."""
    totals: Totals = Totals()
    before: Totals = Totals()
    days: tuple[tuple[date, int], ...] = ()
    hours: Mapping[Hour, int] = field(default_factory=dict)
    """Calls by day of the week and hour."""
    reasons: tuple[Reason, ...] = ()
    """The most calls first."""
    left_in: tuple[tuple[str, int], ...] = ()
    """States in which callers hung up unhelped, the most first."""
    to_person: tuple[tuple[HandoffReason, int], ...] = ()
    """Why callers went to a person, the most first."""
    solved: Solved = Solved()
    waits: tuple[Waits, ...] = ()
    latency: Latency = Latency()
    questions: tuple[Understanding, ...] = ()
    """The worst first."""
    scores: tuple[Scores, ...] = ()
    versions: tuple[Version, ...] = ()
    """In order of time."""
    forecast: Forecast | None = None
    spikes: tuple[Spike, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    behind: Mapping[str, Behind] = field(default_factory=dict)
    """What a number is about, such as `outcome-abandoned`, to the calls behind it."""
