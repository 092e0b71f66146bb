"""What a practice knows of its patients, as far as the line is concerned. Plain, frozen."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody who may ring."""

    key: str
    """Opaque id, eight hex digits."""
    name: str
    date_of_birth: date
    phone: str
    """Ten digits."""
    zip: str
    """Five digits."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A visit that is planned."""

    key: str
    patient: str
    starts: datetime
    """Wall clock of the practice."""
    provider: str
    location: str


@dataclass(frozen=True, slots=True)
class Prescription:
    """A drug that is refilled."""

    patient: str
    number: str
    """Seven digits."""
    status: str
    """`ready`, `in_progress` or `needs_approval`."""
    drug: str
    """As it is spoken: `lisinopril ten milligrams`."""
    pharmacy: str
    ready_by: datetime | None = None
    """Wall clock of the practice; `in_progress` only."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """An insurance."""

    patient: str
    status: str
    """`active` or `inactive`."""
    plan: str
    copay: Decimal | None = None
    """Dollars the patient pays for a visit; `active` only."""


@dataclass(frozen=True, slots=True)
class Practice:
    """All of it."""

    patients: tuple[Patient, ...]
    appointments: tuple[Appointment, ...]
    prescriptions: tuple[Prescription, ...]
    coverages: tuple[Coverage, ...]
