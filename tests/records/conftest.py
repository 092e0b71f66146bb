"""The databases that records are kept in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.records.engines import Location
from tests.support.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return tmp_path / "calls.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """An empty database that several may share."""
    return postgres.new_database()
