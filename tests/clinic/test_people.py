"""The invented practice: the same people every day, a calendar that never ages."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from ivr.clinic.people import ALEX, JORDAN, PATIENTS, WELL_KNOWN, invent

TODAY = date(2031, 5, 6)
PRACTICE = invent(TODAY)


def test_there_are_two_hundred_patients_and_the_same_every_day() -> None:
    assert len(PRACTICE.patients) == PATIENTS
    assert invent(TODAY + timedelta(days=1000)).patients == PRACTICE.patients


def test_every_telephone_number_is_one_of_those_kept_for_fiction() -> None:
    assert {p.phone[:8] for p in PRACTICE.patients} == {"21255501"}


def test_every_family_name_says_that_it_is_invented() -> None:
    families = {p.name.split()[1] for p in PRACTICE.patients}
    assert families == {
        *("Sample", "Example", "Placeholder", "Testcase", "Fictional"),
        *("Madeup", "Invented", "Specimen", "Mockup", "Pretend"),
    }


def test_only_the_twins_share_a_birthday_and_a_number_or_a_zip() -> None:
    for factor in ("phone", "zip"):
        proofs = Counter((p.date_of_birth, getattr(p, factor)) for p in PRACTICE.patients)
        assert [born for (born, _), n in proofs.items() if n > 1] == [date(1990, 1, 15)]


def test_keys_are_unique() -> None:
    for things in (PRACTICE.patients, PRACTICE.appointments):
        assert len({thing.key for thing in things}) == len(things)


def test_alex_has_what_the_tutorial_promises() -> None:
    assert (ALEX.date_of_birth, ALEX.phone, ALEX.zip) == (date(1982, 3, 3), "2125550142", "10001")
    (appointment,) = (a for a in PRACTICE.appointments if a.patient == ALEX.key)
    assert appointment.starts == datetime(2031, 5, 7, 9, 30)  # noqa: DTZ001 - wall clock
    assert appointment.provider == "Doctor Rivera"
    refills = {p.number: p.status for p in PRACTICE.prescriptions if p.patient == ALEX.key}
    assert refills == {"4821507": "ready", "4821508": "in_progress", "4821509": "needs_approval"}
    (coverage,) = (c for c in PRACTICE.coverages if c.patient == ALEX.key)
    assert (coverage.status, coverage.copay) == ("active", Decimal(25))


def test_jordan_has_no_appointment_and_no_insurance() -> None:
    assert (JORDAN.date_of_birth, JORDAN.phone) == (date(1976, 7, 4), "2125550117")
    assert all(a.patient != JORDAN.key for a in PRACTICE.appointments)
    assert [c.status for c in PRACTICE.coverages if c.patient == JORDAN.key] == ["inactive"]


def test_every_status_occurs() -> None:
    assert {p.status for p in PRACTICE.prescriptions} == {"ready", "in_progress", "needs_approval"}
    assert {c.status for c in PRACTICE.coverages} == {"active", "inactive"}
    assert len({c.patient for c in PRACTICE.coverages}) < PATIENTS


def test_the_calendar_moves_along_with_the_day() -> None:
    later = invent(TODAY + timedelta(days=400))
    moved = [replace(a, starts=a.starts + timedelta(days=400)) for a in PRACTICE.appointments]
    assert list(later.appointments) == moved
    assert min(a.starts.date() for a in later.appointments) > TODAY + timedelta(days=400)


def test_the_well_known_come_first() -> None:
    assert PRACTICE.patients[: len(WELL_KNOWN)] == WELL_KNOWN
