"""`python -m bench.report`: what a report on a busy month takes, in SQLite and in PostgreSQL."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from bench.figures import keep
from bench.traffic import WEEK, Plan, fill, traffic
from ivr.records.engines import WRITES, engine_of
from ivr.records.tables import turns
from ivr.records.upgrading import bring_up_to_date
from tests.support.postgres_server import PostgresServer

CALLS = 300_000
FIRST, DAYS = date(2026, 10, 1), 31


@dataclass(frozen=True, slots=True)
class Figure:
    """What one report took."""

    database: str
    calls: int
    turns: int
    seconds: float
    megabytes: float
    """Most memory the command had at once; the server's is its own."""


def main() -> None:
    """Fill each database with a month of calls and have it reported by the command itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="about so many")
    parser.add_argument("--only", default="", choices=("", "sqlite", "postgres"))
    options = parser.parse_args()
    print(f"{'database':10} {'calls':>9} {'turns':>10} {'seconds':>8} {'MB':>6}", flush=True)
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sqlite", "postgres"):
            if options.only in {"", name}:
                with _database(name, Path(folder)) as url:
                    one = _measure(name, Path(folder), url, options.calls)
                start = f"{one.database:10} {one.calls:9} {one.turns:10}"
                print(f"{start} {one.seconds:8.1f} {one.megabytes:6.0f}", flush=True)
                figures.append(one)
    keep("report", [asdict(one) for one in figures])


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database; `` for the file in *folder*."""
    if name == "sqlite":
        yield ""
        return
    with PostgresServer() as server:
        url = server.new_database()
        (folder / "settings.toml").write_text(f'[records]\nurl = "{url}"\n', "utf-8")
        yield url


def _measure(name: str, folder: Path, url: str, calls: int) -> Figure:
    plan = Plan(FIRST, DAYS, calls_a_day=calls / _working_days(), callers=max(1, calls // 3))
    engine = engine_of(url or folder / "calls.db", timeout=600)
    with engine.connect() as connection:
        bring_up_to_date(connection, "records")
        connection.execution_options(**{WRITES: True})
        count = fill(connection, traffic(plan))
        turned = connection.execute(select(func.count()).select_from(turns)).scalar_one()
    settings = ["--settings", str(folder / "settings.toml")] if url else []
    out = ["--month", f"{FIRST:%Y-%m}", "--out", str(folder / f"{name}.html")]
    before = time.monotonic()
    command = ["from ivr.cli.main import main; import sys; sys.exit(main())", "report", *out]
    done = subprocess.Popen(
        [sys.executable, "-c", *command, *settings, "--data", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(done.pid, 0)
    if status:
        raise RuntimeError("the report failed")
    return Figure(name, count, turned, time.monotonic() - before, used.ru_maxrss / 1024)


def _working_days() -> float:
    """Return how many average working days have as many calls as the month."""
    return sum(WEEK[date.fromordinal(FIRST.toordinal() + n).weekday()] for n in range(DAYS))


if __name__ == "__main__":
    main()
