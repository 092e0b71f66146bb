"""The embedded clinic says so when it cannot tell the truth, and never for longer than that."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ivr.clinic.demo import DemoClinic
from ivr.clinic.messages import MessageBox
from ivr.clinic.people import ALEX, PATIENTS
from ivr.errors import ClinicError
from ivr.flow.model import Value
from tests.clinic.asking import Clock, born, with_clinic
from tests.clinic.contract import check_answer, check_questions_that_are_none
from tests.support.faults import locked, no_room_beyond


def test_questions_that_are_none_are_refused(tmp_path: Path) -> None:
    with_clinic(tmp_path, check_questions_that_are_none)


async def ask(clinic: DemoClinic) -> str:
    asked = born(ALEX.date_of_birth, phone=ALEX.phone)
    return await check_answer(clinic, "identity.verify", asked)


def test_a_locked_file_is_a_clinic_error_and_only_while_it_lasts(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        assert await ask(clinic) == "verified"
        with locked(tmp_path / "clinic.db"):
            with pytest.raises(ClinicError, match=r"clinic\.db is locked") as told:
                await ask(clinic)
            assert "1982" not in str(told.value)
            assert ALEX.phone not in str(told.value)
            assert await check_answer(clinic, "eligibility.check", {"patient": ALEX.key})
        assert await ask(clinic) == "verified"

    with_clinic(tmp_path, scenario, timeout=0.4)


def test_a_file_that_vanishes_is_a_clinic_error_until_it_is_back(tmp_path: Path) -> None:
    file, away = tmp_path / "clinic.db", tmp_path / "away.db"

    async def scenario(clinic: DemoClinic) -> None:
        assert await ask(clinic) == "verified"
        file.rename(away)
        with pytest.raises(ClinicError, match="no such file"):
            await ask(clinic)
        assert not file.exists()
        away.rename(file)
        assert await ask(clinic) == "verified"

    with_clinic(tmp_path, scenario)


def test_a_damaged_file_is_a_clinic_error_and_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "clinic.db"
    file.write_bytes(b"\0" * 100 + b"rubble" * 2000)

    async def scenario(clinic: DemoClinic) -> None:
        with pytest.raises(ClinicError, match="damaged"):
            await clinic.open()
        with pytest.raises(ClinicError, match="damaged"):
            await ask(clinic)
        file.unlink()
        assert await ask(clinic) == "verified"

    with_clinic(tmp_path, scenario)


def test_a_full_disk_is_a_clinic_error_that_passes(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        with no_room_beyond(4096), pytest.raises(ClinicError, match=r"disk|room"):
            await clinic.open()
        assert await ask(clinic) == "verified"

    with_clinic(tmp_path, scenario)


@pytest.mark.parametrize(
    "damage",
    [
        "update appointments set starts = 'tomorrow'",
        "update appointments set starts = 'x' || starts",
    ],
)
def test_nonsense_in_the_file_is_a_clinic_error(tmp_path: Path, damage: str) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        await clinic.open()
        with closing(sqlite3.connect(tmp_path / "clinic.db")) as database, database:
            database.execute(damage)
        with pytest.raises(ClinicError, match="bad value"):
            await clinic.perform("appointments.next", {"patient": ALEX.key})

    with_clinic(tmp_path, scenario)


def test_an_outcome_nobody_specified_is_a_clinic_error(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        await clinic.open()
        with closing(sqlite3.connect(tmp_path / "clinic.db")) as database, database:
            database.execute("update prescriptions set status = 'lost'")
        asked: dict[str, Value] = {"patient": ALEX.key, "rx_number": "4821507"}
        with pytest.raises(ClinicError, match="nonsense"):
            await clinic.perform("refills.status", asked)

    with_clinic(tmp_path, scenario)


def test_patients_that_are_not_invented_are_never_touched(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "clinic.db")) as database, database:
        database.execute("create table patients (key, name, date_of_birth, phone, zip)")
        database.execute("insert into patients values ('1', 'Real Person', '', '', '')")

    async def scenario(clinic: DemoClinic) -> None:
        with pytest.raises(ClinicError, match="not invented"):
            await clinic.open()

    with_clinic(tmp_path, scenario)
    with closing(sqlite3.connect(tmp_path / "clinic.db")) as database:
        assert database.execute("select key from patients").fetchall() == [("1",)]


def test_two_lines_may_ask_one_clinic_at_once(tmp_path: Path) -> None:
    async def scenario(clinic: DemoClinic) -> None:
        box = MessageBox(tmp_path / "messages.db")
        other = DemoClinic(tmp_path / "clinic.db", timeout=5.0, messages=box, clock=Clock())
        asked = [ask(one) for one in (clinic, other) * 10]
        assert set(await asyncio.gather(*asked)) == {"verified"}
        await other.close()

    with_clinic(tmp_path, scenario)
    with closing(sqlite3.connect(tmp_path / "clinic.db")) as database:
        assert database.execute("select count(*) from patients").fetchone() == (PATIENTS,)
