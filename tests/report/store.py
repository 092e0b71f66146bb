"""Records with calls in them, and the report on them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete

from bench.traffic import fill
from ivr.records.engines import WRITES, Location, engine_of
from ivr.records.reading import reading
from ivr.records.tables import metadata
from ivr.records.upgrading import bring_up_to_date
from ivr.report.figures import Figures
from ivr.report.gather import Asked, gather
from ivr.report.period import Period
from ivr.story.story import Story

NEW_YORK = ZoneInfo("America/New_York")
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1), NEW_YORK)
LATER = datetime(2026, 12, 1, 15, tzinfo=UTC)
TARGETS = {"pharmacy": 30.0}


@contextmanager
def writing(where: Location) -> Iterator[Connection]:
    engine = engine_of(where, timeout=30)
    with engine.connect() as connection:
        bring_up_to_date(connection, "records")
        connection.execution_options(**{WRITES: True})
        yield connection
    engine.dispose()


def keep(where: Location, stories: Iterable[Story]) -> None:
    """Let the records hold *stories* and nothing else."""
    with writing(where) as connection:
        with connection.begin():
            for table in metadata.tables.values():
                connection.execute(delete(table))
        fill(connection, stories)


def target(queue: str) -> float:
    return TARGETS.get(queue, 60.0)


def report(where: Location, period: Period = OCTOBER, *, now: datetime = LATER) -> Figures:
    with reading(where) as connection:
        return gather(connection, Asked("Cedar Street Clinic", period, now, target))
