"""Bring the tables of the records to the version this program knows."""

import threading
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from ivr.errors import StoreError
from ivr.records.engines import WRITES, Location, engine_of, title, translated

LATEST = "0002"
"""Version of `ivr.records.tables`."""

PATIENCE = 60.0  # seconds to wait for others at work; the steps take what they take
_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x1F0CA11  # any number that no other program of the database locks
_one_at_a_time = threading.Lock()  # Alembic has one context a process


def upgrade(where: Location) -> bool:
    """
    Bring the tables of *where* up to date; tell whether anything was to do.

    Raises:
        SettingsError: The URL is not one of PostgreSQL, or its driver is not installed.
        StoreError: It cannot be reached, or a later version of this program made its tables.
    """
    engine = engine_of(where, timeout=PATIENCE)
    with translated(where), engine.connect() as connection:
        return bring_up_to_date(connection, title(where))


def version_of(connection: Connection) -> str:
    """Return the version of the tables; `` when there are none, or older than versions are."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("select version_num from alembic_version")).scalar() or "")


def bring_up_to_date(connection: Connection, title: str) -> bool:
    """
    Add what the tables lack; tell whether anything was to do. *connection* is idle.

    Whoever does the same at the same time waits. It is all done or nothing is.

    Raises:
        StoreError: A later version of this program made the tables.
    """
    with connection.begin():
        found = version_of(connection)
    if found == LATEST:
        return False
    refuse_later(found, title)
    options = connection.get_execution_options()
    connection.execution_options(**{WRITES: True})
    try:
        with _one_at_a_time, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                connection.execute(text("set local statement_timeout = 0"))
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        connection.execution_options(**{WRITES: options.get(WRITES, False)})
    return True


def refuse_later(found: str, title: str) -> None:
    """
    Do nothing when *found* is a version we know.

    Raises:
        StoreError: It is none.
    """
    if found and found not in _known():
        raise StoreError(
            f"{title} was made by a later version of this program (its tables are {found!r}, "
            f"known here is {LATEST}): install that version again"
        )


@cache
def _known() -> frozenset[str]:
    return frozenset(step.revision for step in ScriptDirectory(str(_FOLDER)).walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
