"""What was kept long enough: how much it is, and how it goes, a little at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, func, select

from ivr.records.tables import calls, media, messages, steps, turns

AT_ONCE = 1000  # rows of one transaction, so that live calls are written in between


@dataclass(frozen=True, slots=True)
class Limits:
    """Moments before which things go; None: nothing goes."""

    calls: datetime | None = None
    details: datetime | None = None
    """Turns, steps, media and messages; they go with their calls at the latest."""

    def by_table(self) -> Iterator[tuple[Table, datetime]]:
        """List the tables, each with the moment before which its rows go."""
        moments = [at for at in (self.calls, self.details) if at is not None]
        if moments:
            yield from ((table, max(moments)) for table in (turns, steps, media, messages))
        if self.calls is not None:
            yield calls, self.calls


def delete_some(table: Table, before: datetime, connection: Connection) -> int:
    """Delete some of the oldest rows of *table* from before *before*; return how many."""
    at = time_of(table)
    last = select(at).where(at < before).order_by(at).offset(AT_ONCE - 1).limit(1)
    edge = connection.execute(last).scalar()
    goes = at < before if edge is None else at <= edge
    return connection.execute(delete(table).where(goes)).rowcount


def due(table: Table, before: datetime, connection: Connection) -> int:
    """Count the rows of *table* from before *before*."""
    wanted = select(func.count()).select_from(table).where(time_of(table) < before)
    return connection.execute(wanted).scalar_one()


def time_of(table: Table) -> Column[datetime]:
    """Return the column that tells when a row of *table* began."""
    return table.c.started if table is calls else table.c.at
