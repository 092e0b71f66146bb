"""A line on paper: its flows, its words and the invented clinic, without a telephone or a clock."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from ivr.caller.scenario import Answer, Health
from ivr.clinic import answers
from ivr.clinic.operations import SPECS
from ivr.clinic.people import invent
from ivr.dialog.wording import Wording
from ivr.errors import ClinicError
from ivr.flow.machine import Cursor, FlowBook, FlowMachine
from ivr.flow.model import UNAVAILABLE, Flow, Slot, Value
from ivr.flow.ways import ways_of
from ivr.loading import load_practice, load_wording
from ivr.ports import OperationResult
from ivr.settings import Settings
from ivr.terminal import Late

NOON = time(12)
SLOW = 6.0  # seconds; the caller hears the filler, and once that the line is still looking
YES_NO = {"yes": True, "no": False, "true": True, "false": False}
DATES = frozenset({"date", "date_of_birth"})  # types of slots
NUMBERS = frozenset({"digits", "phone", "zip"})


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """One branch of a flow: what one outcome of a state leads to."""

    flow: str
    state: str
    outcome: str
    at: int
    """Which of the outcome's branches, from 0."""
    to: str

    @property
    def place(self) -> str:
        """Where it begins, as `flow.state`."""
        return f"{self.flow}.{self.state}"


class PaperLine:
    """What scenarios are performed on; made once for many, one at a time."""

    def __init__(self, book: FlowBook, wording: Wording, *, today: date) -> None:
        """
        Prepare.

        Args:
            book: The flows.
            wording: The line's own words.
            today: The date at the clinic.
        """
        self.book = WatchedBook(book)
        self.wording = wording
        self.today = today
        self._database = sqlite3.connect(":memory:")
        self._database.executescript(answers.SCHEMA)
        answers.rewrite(self._database, invent(today), today)
        self._database.commit()
        self._samples = _samples(today)

    def close(self) -> None:
        """Forget the clinic."""
        self._database.close()

    def clinic(self) -> "PaperClinic":
        """Give the clinic as it is in the morning, whatever was done to it before."""
        self._database.rollback()
        return PaperClinic(self._database, datetime.combine(self.today, NOON), self._samples)


def paper_line(settings: Settings, *, today: date) -> PaperLine:
    """
    Put the line of *settings* on paper.

    Raises:
        FlowErrors: Every mistake of its flows, or of its wording.
        SettingsError: There are no flows.
    """
    return PaperLine(load_practice(settings).book, load_wording(settings), today=today)


# ---------------------------------------------------------------- the clinic


class PaperClinic:
    """The invented clinic, asked from code without a loop; it can be told what to answer."""

    def __init__(
        self, database: sqlite3.Connection, now: datetime, samples: Mapping[str, Value]
    ) -> None:
        self._database = database
        self._now = now
        self._samples = samples
        self.told: dict[str, Answer] = {}
        """What it answers instead, by operation."""
        self.health = Health.UP

    def __call__(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult | Late:
        """Answer *operation*; a clinic in trouble is `unavailable`, as on a real call."""
        if self.health is Health.DOWN:
            return OperationResult(UNAVAILABLE, {})
        told = self.told.get(operation)
        result = self._ask(operation, arguments) if told is None else self._as_told(told)
        after = SLOW if self.health is Health.SLOW else 0.0
        if told is not None and told.after:
            after = told.after
        return Late(result, after) if after else result

    def _ask(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        ask = answers.READS.get(operation) or answers.WRITES.get(operation)
        if ask is None:
            return OperationResult(SPECS[operation].outcomes[0], {})  # a call-back is noted
        try:
            return ask(self._database, arguments, self._now)
        except (ClinicError, ValueError, TypeError):
            return OperationResult(UNAVAILABLE, {})

    def _as_told(self, told: Answer) -> OperationResult:
        spec = SPECS[told.operation]
        filled = () if told.outcome == UNAVAILABLE else spec.fills.get(told.outcome, spec.gives)
        invented = {slot: self._samples.get(slot, slot.replace("_", " ")) for slot in filled}
        given = {slot: _plain(text) for slot, text in told.gives.items()}
        return OperationResult(told.outcome, invented | given)


def _plain(text: str) -> Value:
    """Read an amount of money as one; everything else is spoken well as a text."""
    try:
        return Decimal(text) if "." in text else text
    except InvalidOperation:
        return text


def _samples(today: date) -> dict[str, Value]:
    """Collect what operations give, from the best known of the invented patients."""
    practice = invent(today)
    patient, coming = practice.patients[0], practice.appointments[0]
    refill = next(item for item in practice.prescriptions if item.ready_by is not None)
    cover = practice.coverages[0]
    samples: dict[str, Value | None] = {
        "patient": patient.key,
        "caller_name": patient.name,
        "verified_by": "date of birth and phone",
        "appointment": coming.key,
        "appointment_at": coming.starts,
        "provider": coming.provider,
        "location": coming.location,
        "drug": refill.drug,
        "pharmacy": refill.pharmacy,
        "ready_by": refill.ready_by,
        "plan": cover.plan,
        "copay": cover.copay,
    }
    return {slot: value for slot, value in samples.items() if value is not None}


# ---------------------------------------------------------------- the flows


class WatchedBook(FlowBook):
    """A book of flows that notes which branches are taken, and may begin in any state."""

    def __init__(self, book: FlowBook) -> None:
        super().__init__(book.flows, version=book.version, start=book.start)
        self.taken: list[Way] = []
        """Every branch since `begin`, in order."""
        self._entry = ("", "")
        self._watched = {name: _WatchedMachine(flow, self) for name, flow in self.flows.items()}

    def begin(self, flow: str, state: str) -> None:
        """Forget what was taken; *flow* is entered in *state*, `` for its own start."""
        self.taken = []
        self._entry = (flow, state)

    def entry_of(self, flow: Flow) -> str:
        """Name the state in which *flow* is entered."""
        name, state = self._entry
        return state if state and name == flow.name else flow.start

    def machine(self, name: str) -> FlowMachine:
        """Find the machine of flow *name*."""
        return self._watched.get(name) or super().machine(name)


class _WatchedMachine(FlowMachine):
    def __init__(self, flow: Flow, book: WatchedBook) -> None:
        super().__init__(flow)
        self._book = book

    def open(self) -> Cursor:
        cursor = super().open()
        self.go(cursor, self._book.entry_of(self.flow))
        return cursor

    def follow(self, cursor: Cursor, outcome: str, values: Mapping[str, Value]) -> bool:
        state = self.state(cursor)
        followed = super().follow(cursor, outcome, values)
        if followed:
            branches = ways_of(state)[outcome]
            at = next(n for n, b in enumerate(branches) if b.when is None or b.when.holds(values))
            taken = Way(self.flow.name, state.name, outcome, at, branches[at].to)
            self._book.taken.append(taken)
        return followed


# ---------------------------------------------------------------- values as they are written


def value_of(slot: Slot, text: str) -> Value | None:
    """Read the value of *slot* as scenarios write it; None when it cannot be one."""
    match slot.type:
        case "yes_no":
            return YES_NO.get(text.lower())
        case kind if kind in DATES:
            try:
                return date.fromisoformat(text)
            except ValueError:
                return None
        case kind if kind in NUMBERS:
            digits = "".join(text.split())
            return digits if digits.isascii() and digits.isdecimal() else None
        case "choice":
            return text if text in {choice.name for choice in slot.choices} else None
        case _:
            return text


def written(value: Value) -> str:
    """Write *value* as scenarios do."""
    match value:
        case bool():
            return "yes" if value else "no"
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
