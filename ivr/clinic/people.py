"""
Invented patients, for the embedded clinic. Nobody here exists.

The same people every day; appointments and refills move along with the calendar, so that
the line has something to tell whenever it is tried.
"""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ivr.clinic.model import Appointment, Coverage, Patient, Practice, Prescription

PATIENTS = 200
_SEED = 1982
_GIVEN = (
    *("Alex", "Jordan", "Casey", "Morgan", "Taylor", "Riley", "Jamie", "Avery", "Quinn", "Rowan"),
    *("Robin", "Sidney", "Dana", "Leslie", "Kerry", "Drew", "Sam", "Pat", "Chris", "Terry"),
)
_FAMILY = (
    *("Sample", "Example", "Placeholder", "Testcase", "Fictional"),
    *("Madeup", "Invented", "Specimen", "Mockup", "Pretend"),
)
_PROVIDERS = ("Doctor Rivera", "Doctor Okafor", "Doctor Lindqvist", "Nurse Practitioner Tanaka")
_LOCATIONS = ("the Cedar Street office", "the Harbor office")
_PHARMACIES = ("Cedar Street Pharmacy", "Harbor Pharmacy")
_DRUGS = (
    "lisinopril ten milligrams",
    "metformin five hundred milligrams",
    "atorvastatin twenty milligrams",
    "levothyroxine fifty micrograms",
    "amlodipine five milligrams",
    "omeprazole twenty milligrams",
)
_PLANS = ("Evergreen Basic", "Evergreen Plus", "Lakeside Family")
_COPAYS = (Decimal("15.00"), Decimal("25.00"), Decimal("40.00"))
_OLDEST = date(1931, 1, 1)
_BIRTHDAYS = 32_000  # days after _OLDEST, up to 2018

ALEX = Patient("a1e50001", "Alex Sample", date(1982, 3, 3), "2125550142", "10001")
JORDAN = Patient("a1e50002", "Jordan Example", date(1976, 7, 4), "2125550117", "10002")
CASEY = Patient("a1e50003", "Casey Placeholder", date(1990, 1, 15), "2125550173", "10003")
MORGAN = Patient("a1e50004", "Morgan Placeholder", date(1990, 1, 15), "2125550173", "10003")
SAM = Patient("a1e50005", "Sam Testcase", date(1958, 11, 30), "2125550188", "10004")
WELL_KNOWN = (ALEX, JORDAN, CASEY, MORGAN, SAM)


def invent(today: date) -> Practice:
    """Return the practice as it stands on *today*."""
    rng = random.Random(_SEED)  # noqa: S311 - the same people every time is the point
    patients = (*WELL_KNOWN, *_strangers(rng))
    crowd = patients[len(WELL_KNOWN) :]
    return Practice(
        patients,
        (*_known_appointments(today), *_appointments(rng, crowd, today)),
        (*_known_prescriptions(today), *_prescriptions(rng, crowd, today)),
        (*_known_coverages(), *_coverages(rng, crowd)),
    )


def _known_appointments(today: date) -> tuple[Appointment, ...]:
    office = _LOCATIONS[0]
    return (
        Appointment("b0000001", ALEX.key, _at(today, 1, 9, 30), "Doctor Rivera", office),
        Appointment("b0000002", SAM.key, _at(today, 3, 14, 15), "Doctor Okafor", office),
        Appointment("b0000003", CASEY.key, _at(today, 2, 11, 0), "Doctor Rivera", office),
    )


def _known_prescriptions(today: date) -> tuple[Prescription, ...]:
    pharmacy = _PHARMACIES[0]
    return (
        Prescription(ALEX.key, "4821507", "ready", _DRUGS[0], pharmacy),
        Prescription(ALEX.key, "4821508", "in_progress", _DRUGS[1], pharmacy, _at(today, 1, 16, 0)),
        Prescription(ALEX.key, "4821509", "needs_approval", _DRUGS[2], pharmacy),
        Prescription(SAM.key, "5550123", "ready", _DRUGS[3], pharmacy),
    )


def _known_coverages() -> tuple[Coverage, ...]:
    return (
        Coverage(ALEX.key, "active", "Evergreen Plus", Decimal("25.00")),
        Coverage(JORDAN.key, "inactive", "Evergreen Basic"),
        Coverage(CASEY.key, "active", "Lakeside Family", Decimal("15.00")),
        Coverage(MORGAN.key, "active", "Lakeside Family", Decimal("15.00")),
    )


def _strangers(rng: random.Random) -> list[Patient]:
    known = {patient.name for patient in WELL_KNOWN}
    names = [f"{given} {family}" for family in _FAMILY for given in _GIVEN]
    chosen = [name for name in names if name not in known][: PATIENTS - len(WELL_KNOWN)]
    return [
        Patient(
            key=f"{number:08x}",
            name=name,
            date_of_birth=_OLDEST + timedelta(days=rng.randrange(_BIRTHDAYS)),
            phone=f"21255501{rng.randrange(100):02d}",
            zip=f"100{rng.randrange(1, 21):02d}",
        )
        for name, number in zip(chosen, rng.sample(range(16**8), len(chosen)), strict=True)
    ]


def _appointments(rng: random.Random, crowd: tuple[Patient, ...], today: date) -> list[Appointment]:
    return [
        Appointment(
            key=f"c{number:07x}",
            patient=patient.key,
            starts=_at(today, rng.randrange(1, 30), rng.randrange(8, 17), rng.choice((0, 15, 30))),
            provider=rng.choice(_PROVIDERS),
            location=rng.choice(_LOCATIONS),
        )
        for number, patient in enumerate(crowd)
        if rng.random() < 0.7  # noqa: PLR2004 - most have one, some do not
    ]


def _prescriptions(
    rng: random.Random, crowd: tuple[Patient, ...], today: date
) -> list[Prescription]:
    numbers = rng.sample(range(1_000_000, 4_800_000), len(crowd))
    made = []
    for patient, number in zip(crowd, numbers, strict=True):
        status = rng.choice(("ready", "in_progress", "needs_approval"))
        ready_by = _at(today, rng.randrange(1, 4), 16, 0) if status == "in_progress" else None
        drug, pharmacy = rng.choice(_DRUGS), rng.choice(_PHARMACIES)
        made.append(Prescription(patient.key, str(number), status, drug, pharmacy, ready_by))
    return made


def _coverages(rng: random.Random, crowd: tuple[Patient, ...]) -> list[Coverage]:
    made = []
    for patient in crowd:
        status = rng.choice(("active", "active", "active", "inactive", "unknown"))
        plan, copay = rng.choice(_PLANS), rng.choice(_COPAYS)
        if status != "unknown":
            made.append(Coverage(patient.key, status, plan, copay if status == "active" else None))
    return made


def _at(today: date, days: int, hour: int, minute: int) -> datetime:
    return datetime.combine(today + timedelta(days=days), time(hour, minute))
