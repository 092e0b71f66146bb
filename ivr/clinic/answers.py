"""How the embedded clinic answers from its database: SQL, no waiting, no decisions about calls."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ivr.clinic.model import Practice
from ivr.errors import ClinicError
from ivr.flow.model import Value
from ivr.ports import OperationResult

Arguments = Mapping[str, Value]
Answer = Callable[[sqlite3.Connection, Arguments, datetime], OperationResult]

SCHEMA = """
create table if not exists practice (day text not null);
create table if not exists patients (
    key text primary key, name text not null, date_of_birth text not null,
    phone text not null, zip text not null
);
create index if not exists patients_born on patients (date_of_birth);
create table if not exists appointments (
    key text primary key, patient text not null references patients, starts text not null,
    provider text not null, location text not null,
    status text not null default 'booked', move_wanted_at text
);
create index if not exists appointments_patient on appointments (patient, starts);
create table if not exists prescriptions (
    patient text not null references patients, number text not null, status text not null,
    drug text not null, pharmacy text not null, ready_by text, primary key (patient, number)
);
create table if not exists coverages (
    patient text primary key references patients, status text not null,
    plan text not null, copay text
);
create table if not exists failed_proofs (proof text not null, at text not null);
"""

LOCKED_FOR = timedelta(minutes=15)
FAILURES_ALLOWED = {"born": 3, "phone": 3, "zip": 20}
"""Failed proofs within `LOCKED_FOR`, by what was tried; a ZIP code is shared by a whole town."""


def is_of(connection: sqlite3.Connection, day: date) -> bool:
    """Tell whether the practice was written for *day*."""
    return bool(_one(connection, "select day from practice") == (day.isoformat(),))


def rewrite(connection: sqlite3.Connection, practice: Practice, day: date) -> None:
    """
    Replace everything by *practice* as of *day*, unless another line just did.

    Raises:
        ClinicError: The file holds patients that we did not invent.
    """
    if is_of(connection, day):
        return
    if _one(connection, "select 1 from patients") and not _one(
        connection, "select 1 from practice"
    ):
        raise ClinicError("clinic: the database holds patients that are not invented, left alone")
    for table in ("failed_proofs", "coverages", "prescriptions", "appointments", "patients"):
        connection.execute(f"delete from {table}")  # noqa: S608 - names from the line above
    connection.execute("delete from practice")
    connection.executemany(
        "insert into patients values (?, ?, ?, ?, ?)",
        [(p.key, p.name, p.date_of_birth.isoformat(), p.phone, p.zip) for p in practice.patients],
    )
    connection.executemany(
        "insert into appointments (key, patient, starts, provider, location) "
        "values (?, ?, ?, ?, ?)",
        [
            (a.key, a.patient, a.starts.isoformat(), a.provider, a.location)
            for a in practice.appointments
        ],
    )
    connection.executemany(
        "insert into prescriptions values (?, ?, ?, ?, ?, ?)",
        [
            (p.patient, p.number, p.status, p.drug, p.pharmacy, _written(p.ready_by))
            for p in practice.prescriptions
        ],
    )
    connection.executemany(
        "insert into coverages values (?, ?, ?, ?)",
        [
            (c.patient, c.status, c.plan, None if c.copay is None else str(c.copay))
            for c in practice.coverages
        ],
    )
    connection.execute("insert into practice values (?)", (day.isoformat(),))


# ---------------------------------------------------------------- who is it


def verify_by_phone(
    connection: sqlite3.Connection, arguments: Arguments, now: datetime
) -> OperationResult:
    """Answer `identity.verify`."""
    phone = _digits(arguments["phone"])[-10:]  # with or without the country's 1
    return _verify(connection, arguments, ("phone", phone), now)


def verify_by_zip(
    connection: sqlite3.Connection, arguments: Arguments, now: datetime
) -> OperationResult:
    """Answer `identity.verify_zip`."""
    return _verify(connection, arguments, ("zip", _digits(arguments["zip"])), now)


def _verify(
    connection: sqlite3.Connection, arguments: Arguments, factor: tuple[str, str], now: datetime
) -> OperationResult:
    born = arguments["date_of_birth"]
    if not isinstance(born, date):
        raise ClinicError("clinic: date_of_birth must be a date")
    kind, given = factor
    tried = {"born": f"{born:%Y-%m-%d}", kind: given}
    connection.execute("delete from failed_proofs where at <= ?", (_written(now - LOCKED_FOR),))
    if _is_locked(connection, tried):
        return OperationResult("locked", {})
    found = connection.execute(
        "select key, name from patients where date_of_birth = ? "
        "and case ? when 'phone' then phone else zip end = ?",
        (tried["born"], kind, given),
    ).fetchall()
    match found:
        case []:
            connection.executemany(
                "insert into failed_proofs values (?, ?)",
                [(f"{what} {value}", _written(now)) for what, value in tried.items()],
            )
            return OperationResult("locked" if _is_locked(connection, tried) else "not_found", {})
        case [(key, name)]:
            connection.execute("delete from failed_proofs where proof = ?", (f"born {born}",))
            proof = "phone" if kind == "phone" else "ZIP code"
            return OperationResult(
                "verified",
                {"patient": key, "caller_name": name, "verified_by": f"date of birth and {proof}"},
            )
        case _:
            return OperationResult("ambiguous", {})


def _is_locked(connection: sqlite3.Connection, tried: Mapping[str, str]) -> bool:
    for what, value in tried.items():
        (failures,) = _one(
            connection, "select count(*) from failed_proofs where proof = ?", f"{what} {value}"
        ) or (0,)
        if failures >= FAILURES_ALLOWED[what]:
            return True
    return False


# ---------------------------------------------------------------- appointments


def next_appointment(
    connection: sqlite3.Connection, arguments: Arguments, now: datetime
) -> OperationResult:
    """Answer `appointments.next`."""
    found = _one(
        connection,
        "select key, starts, provider, location from appointments "
        "where patient = ? and starts > ? and status <> 'cancelled' order by starts limit 1",
        str(arguments["patient"]),
        _written(now),
    )
    if found is None:
        return OperationResult("none", {})
    key, starts, provider, location = found
    return OperationResult(
        "found",
        {
            "appointment": key,
            "appointment_at": datetime.fromisoformat(starts),
            "provider": provider,
            "location": location,
        },
    )


def confirm_appointment(
    connection: sqlite3.Connection, arguments: Arguments, now: datetime
) -> OperationResult:
    """Answer `appointments.confirm`."""
    changed = connection.execute(
        "update appointments set status = 'confirmed' "
        "where key = ? and starts > ? and status <> 'cancelled'",
        (str(arguments["appointment"]), _written(now)),
    ).rowcount
    return OperationResult("confirmed" if changed else "gone", {})


def cancel_appointment(
    connection: sqlite3.Connection, arguments: Arguments, now: datetime
) -> OperationResult:
    """Answer `appointments.cancel`; cancelling twice is the same as once."""
    changed = connection.execute(
        "update appointments set status = 'cancelled' where key = ? and starts > ?",
        (str(arguments["appointment"]), _written(now)),
    ).rowcount
    return OperationResult("cancelled" if changed else "gone", {})


def request_move(
    connection: sqlite3.Connection, arguments: Arguments, now: datetime
) -> OperationResult:
    """Answer `appointments.request_move`."""
    changed = connection.execute(
        "update appointments set move_wanted_at = ? "
        "where key = ? and starts > ? and status <> 'cancelled'",
        (_written(now), str(arguments["appointment"]), _written(now)),
    ).rowcount
    return OperationResult("recorded" if changed else "gone", {})


# ---------------------------------------------------------------- refills and insurance


def refill_status(
    connection: sqlite3.Connection, arguments: Arguments, _now: datetime
) -> OperationResult:
    """Answer `refills.status`; another patient's number is `not_found`."""
    found = _one(
        connection,
        "select status, drug, pharmacy, ready_by from prescriptions "
        "where patient = ? and number = ?",
        str(arguments["patient"]),
        _digits(arguments["rx_number"]),
    )
    if found is None:
        return OperationResult("not_found", {})
    status, drug, pharmacy, ready_by = found
    values: dict[str, Value] = {"drug": drug, "pharmacy": pharmacy}
    if status == "in_progress":
        values["ready_by"] = datetime.fromisoformat(ready_by)
    return OperationResult(status, values)


def eligibility(
    connection: sqlite3.Connection, arguments: Arguments, _now: datetime
) -> OperationResult:
    """Answer `eligibility.check`."""
    found = _one(
        connection,
        "select status, plan, copay from coverages where patient = ?",
        str(arguments["patient"]),
    )
    if found is None:
        return OperationResult("unknown", {})
    status, plan, copay = found
    values: dict[str, Value] = {"plan": plan}
    if status == "active":
        values["copay"] = Decimal(copay)
    return OperationResult(status, values)


READS: dict[str, Answer] = {
    "appointments.next": next_appointment,
    "refills.status": refill_status,
    "eligibility.check": eligibility,
}
WRITES: dict[str, Answer] = {
    "identity.verify": verify_by_phone,
    "identity.verify_zip": verify_by_zip,
    "appointments.confirm": confirm_appointment,
    "appointments.cancel": cancel_appointment,
    "appointments.request_move": request_move,
}


def _one(connection: sqlite3.Connection, sql: str, *parameters: str | None) -> Any:  # noqa: ANN401 - a row, or None
    return connection.execute(sql, parameters).fetchone()


def _digits(value: Value) -> str:
    return "".join(filter(str.isdigit, str(value)))


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
