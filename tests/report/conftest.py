"""The databases that reports are made from: the same as those of the records."""

from datetime import date

import pytest

from bench.traffic import Plan, Planted, traffic
from ivr.records.engines import Location
from ivr.story.story import Story
from tests.records.conftest import postgres, where
from tests.report.store import keep
from tests.support.postgres_server import PostgresServer

__all__ = ["kept_traffic", "plan", "postgres", "stories", "where"]


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Ten weeks of a small clinic in which three things were planted."""
    return Plan(
        date(2026, 8, 24),
        70,
        calls_a_day=25,
        spike=Planted(date(2026, 10, 14), 10, "refill_status", 40),
        changed=date(2026, 10, 16),
        callers=400,
    )


@pytest.fixture(scope="session")
def stories(plan: Plan) -> tuple[Story, ...]:
    return tuple(traffic(plan))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def kept_traffic(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    stories: tuple[Story, ...],
) -> Location:
    """The stories in a database of each kind; only read there."""
    found: Location = tmp_path_factory.mktemp("kept") / "calls.db"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        found = server.new_database()
    keep(found, stories)
    return found
