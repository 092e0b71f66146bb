"""The embedded clinic tells the truth."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.clinic.demo import DemoClinic, wall_clock
from ivr.clinic.messages import Message, MessageBox
from ivr.clinic.people import ALEX, CASEY, JORDAN, SAM
from ivr.flow.model import Value
from tests.clinic.asking import NOON, Clock, born, with_clinic
from tests.clinic.contract import check_answer

# ---------------------------------------------------------------- who is it


def test_a_patient_is_verified_by_date_of_birth_and_phone(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        result = await clinic.perform("identity.verify", born(date(1982, 3, 3), phone="2125550142"))
        assert result.outcome == "verified"
        assert result.values == {
            "patient": ALEX.key,
            "caller_name": "Alex Sample",
            "verified_by": "date of birth and phone",
        }

    with_clinic(tmp_path, scenario)


@pytest.mark.parametrize("phone", ["12125550142", "+1 (212) 555-0142", "212 555 0142"])
def test_a_number_may_be_written_as_people_write_it(tmp_path: Path, phone: str) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        asked = born(ALEX.date_of_birth, phone=phone)
        assert await check_answer(clinic, "identity.verify", asked) == "verified"

    with_clinic(tmp_path, scenario)


def test_a_patient_is_verified_by_date_of_birth_and_zip(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        asked = born(JORDAN.date_of_birth, zip="10002")
        result = await clinic.perform("identity.verify_zip", asked)
        assert result.values["patient"] == JORDAN.key
        assert result.values["verified_by"] == "date of birth and ZIP code"

    with_clinic(tmp_path, scenario)


def test_twins_with_one_telephone_are_ambiguous_and_nobody_is_named(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        for operation, factor in (("identity.verify", "phone"), ("identity.verify_zip", "zip")):
            asked = born(CASEY.date_of_birth, **{factor: getattr(CASEY, factor)})
            result = await clinic.perform(operation, asked)
            assert (result.outcome, dict(result.values)) == ("ambiguous", {})

    with_clinic(tmp_path, scenario)


def test_the_third_failure_locks_and_the_right_answer_no_longer_helps(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        wrong = [born(ALEX.date_of_birth, phone=f"212555019{n}") for n in range(3)]
        told = [await check_answer(clinic, "identity.verify", asked) for asked in wrong]
        assert told == ["not_found", "not_found", "locked"]
        right = born(ALEX.date_of_birth, phone=ALEX.phone)
        assert await check_answer(clinic, "identity.verify", right) == "locked"
        by_zip = born(ALEX.date_of_birth, zip=ALEX.zip)
        assert await check_answer(clinic, "identity.verify_zip", by_zip) == "locked"

    with_clinic(tmp_path, scenario)


def test_guessing_birthdays_for_one_telephone_locks_too(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        for day in (1, 2, 4):
            await clinic.perform("identity.verify", born(date(1982, 3, day), phone=ALEX.phone))
        right = born(ALEX.date_of_birth, phone=ALEX.phone)
        assert await check_answer(clinic, "identity.verify", right) == "locked"

    with_clinic(tmp_path, scenario)


def test_guessing_birthdays_for_one_zip_locks_in_the_end(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        for day in range(20):
            asked = born(date(1900, 1, 1) + timedelta(days=day), zip=ALEX.zip)
            await clinic.perform("identity.verify_zip", asked)
        right = born(ALEX.date_of_birth, zip=ALEX.zip)
        assert await check_answer(clinic, "identity.verify_zip", right) == "locked"

    with_clinic(tmp_path, scenario)


def test_a_lock_ends_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    clock = Clock()

    async def scenario(clinic: DemoClinic) -> None:
        for _ in range(3):
            await clinic.perform("identity.verify", born(ALEX.date_of_birth, phone="2125550100"))
        clock.now += timedelta(minutes=15)
        right = born(ALEX.date_of_birth, phone=ALEX.phone)
        assert await check_answer(clinic, "identity.verify", right) == "verified"

    with_clinic(tmp_path, scenario, clock=clock)


def test_a_success_forgives_earlier_failures(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        wrong = born(ALEX.date_of_birth, phone="2125550100")
        right = born(ALEX.date_of_birth, phone=ALEX.phone)
        for _ in range(2):
            for asked, outcome in ((wrong, "not_found"), (right, "verified")):
                assert await check_answer(clinic, "identity.verify", asked) == outcome

    with_clinic(tmp_path, scenario)


# ---------------------------------------------------------------- appointments, refills, insurance


def test_the_next_appointment_is_told(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        result = await clinic.perform("appointments.next", {"patient": ALEX.key})
        assert result.outcome == "found"
        assert result.values["appointment_at"] == NOON.replace(day=7, hour=9, minute=30)
        assert result.values["provider"] == "Doctor Rivera"
        assert result.values["location"] == "the Cedar Street office"
        assert await check_answer(clinic, "appointments.next", {"patient": JORDAN.key}) == "none"
        assert await check_answer(clinic, "appointments.next", {"patient": "nobody"}) == "none"

    with_clinic(tmp_path, scenario)


def test_an_appointment_is_confirmed_moved_and_cancelled(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        found = await clinic.perform("appointments.next", {"patient": SAM.key})
        it = {"appointment": found.values["appointment"]}
        steps = [
            ("appointments.confirm", "confirmed"),
            ("appointments.confirm", "confirmed"),
            ("appointments.request_move", "recorded"),
            ("appointments.cancel", "cancelled"),
            ("appointments.cancel", "cancelled"),
            ("appointments.confirm", "gone"),
            ("appointments.request_move", "gone"),
        ]
        told = [(step, await check_answer(clinic, step, it)) for step, _ in steps]
        assert told == steps
        assert await check_answer(clinic, "appointments.next", {"patient": SAM.key}) == "none"

    with_clinic(tmp_path, scenario)


def test_the_wish_to_move_is_in_the_database(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        await clinic.perform("appointments.request_move", {"appointment": "b0000001"})

    with_clinic(tmp_path, scenario)
    with closing(sqlite3.connect(tmp_path / "clinic.db")) as database:
        wishes = database.execute("select key from appointments where move_wanted_at is not null")
        assert wishes.fetchall() == [("b0000001",)]


def test_an_appointment_that_is_over_is_gone(tmp_path: Path) -> None:
    clock = Clock()

    async def scenario(clinic: DemoClinic) -> None:
        found = await clinic.perform("appointments.next", {"patient": ALEX.key})
        with closing(sqlite3.connect(tmp_path / "clinic.db")) as database, database:
            database.execute("update appointments set starts = '2031-05-06T11:59:00'")
        it = {"appointment": found.values["appointment"]}
        for operation in ("appointments.confirm", "appointments.cancel"):
            assert await check_answer(clinic, operation, it) == "gone"

    with_clinic(tmp_path, scenario, clock=clock)


@pytest.mark.parametrize(
    ("rx_number", "outcome", "values"),
    [
        ("4821507", "ready", {"drug": "lisinopril ten milligrams"}),
        ("482 1508", "in_progress", {"ready_by": NOON.replace(day=7, hour=16)}),
        ("4821509", "needs_approval", {"pharmacy": "Cedar Street Pharmacy"}),
        ("5550123", "not_found", {}),  # Sam's
        ("0000000", "not_found", {}),
        ("", "not_found", {}),
    ],
)
def test_a_refill_is_told_to_its_own_patient_only(
    tmp_path: Path, rx_number: str, outcome: str, values: dict[str, Value]
) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        asked: dict[str, Value] = {"patient": ALEX.key, "rx_number": rx_number}
        result = await clinic.perform("refills.status", asked)
        assert result.outcome == outcome
        assert values.items() <= dict(result.values).items()
        assert bool(result.values) == bool(values)

    with_clinic(tmp_path, scenario)


def test_insurance_is_active_inactive_or_unknown(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        told = [
            await clinic.perform("eligibility.check", {"patient": patient.key})
            for patient in (ALEX, JORDAN, SAM)
        ]
        assert [result.outcome for result in told] == ["active", "inactive", "unknown"]
        assert told[0].values == {"plan": "Evergreen Plus", "copay": Decimal("25.00")}
        assert [dict(result.values) for result in told[1:]] == [{"plan": "Evergreen Basic"}, {}]

    with_clinic(tmp_path, scenario)


def test_a_callback_request_is_kept_for_a_person(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        asked: dict[str, Value] = {"number": "2125550142"}
        assert await check_answer(clinic, "messages.callback", asked) == "recorded"

    async def look() -> tuple[Message, ...]:
        box = MessageBox(tmp_path / "messages.db")
        kept = await box.kept()
        await box.close()
        return kept

    with_clinic(tmp_path, scenario)
    assert [message.number for message in asyncio.run(look())] == ["2125550142"]


def test_a_callback_request_is_kept_while_the_clinics_file_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "clinic.db").write_bytes(b"rubble" * 2000)

    async def scenario(clinic: DemoClinic) -> None:
        asked: dict[str, Value] = {"number": "2125550142"}
        assert await check_answer(clinic, "messages.callback", asked) == "recorded"

    with_clinic(tmp_path, scenario)


def test_the_demo_never_ages(tmp_path: Path) -> None:
    clock = Clock()

    async def scenario(clinic: DemoClinic) -> None:
        await clinic.perform("appointments.cancel", {"appointment": "b0000001"})
        clock.now += timedelta(days=90, minutes=1)
        result = await clinic.perform("appointments.next", {"patient": ALEX.key})
        assert result.values["appointment_at"] == NOON.replace(hour=9, minute=30) + timedelta(91)

    with_clinic(tmp_path, scenario, clock=clock)


def test_what_callers_changed_today_is_there_after_a_restart(tmp_path: Path) -> None:
    async def cancel(clinic: DemoClinic) -> None:
        await clinic.open()
        await clinic.perform("appointments.cancel", {"appointment": "b0000001"})

    async def look(clinic: DemoClinic) -> None:
        await clinic.open()
        assert await check_answer(clinic, "appointments.next", {"patient": ALEX.key}) == "none"

    with_clinic(tmp_path, cancel)
    with_clinic(tmp_path, look)


def test_the_wall_clock_has_no_time_zone() -> None:
    assert wall_clock().tzinfo is None
