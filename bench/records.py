"""`python -m bench.records`: what keeping and reading calls costs, in SQLite and in PostgreSQL."""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from bench.figures import keep
from ivr.records import reading, rows, writing
from ivr.records.calls import CallBook
from ivr.records.engines import Location
from ivr.records.store import Store
from ivr.records.tables import calls, turns
from ivr.story.calls import CallOutcome, CallRow
from ivr.story.facts import Fact
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.turns import Turn
from tests.records.stories import FULL_ROW, FULL_TURN, at
from tests.support.postgres_server import PostgresServer

CALLS_A_SECOND = 50
TELL_FOR = 6.0  # seconds
TICK = 0.02  # seconds between two looks at the event loop
TURNS, STEPS, SAMPLES, MESSAGES = 10, 12, 6, 14  # of one call
AT_ONCE = 1000  # calls in one transaction while a large store is filled
EXPORT = """
import re, sys
from pathlib import Path
from ivr.records.export import Extract, write_csv, write_parquet
from ivr.records.reading import reading
write = {"csv": write_csv, "parquet": write_parquet}[sys.argv[2]]
where = sys.argv[1]
where = where if "://" in where else Path(where)
with reading(where, patience=600) as records, open("/dev/null", "wb") as sink:
    write(Extract(sys.argv[3]), records, sink)
peak = re.search("VmHWM:(.+) kB", Path("/proc/self/status").read_text())
print(int(peak[1]) / 1024)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing."""

    database: str
    what: str
    value: float
    unit: str


def name_of(number: int) -> str:
    """Return an id that is as far from its neighbours' as ids are that are drawn."""
    return f"{number * 2_654_435_761 % 2**32:08x}"


def story(number: int) -> Iterator[Fact]:
    """Tell one call from its ring to its end."""
    call = name_of(number)
    row = replace(FULL_ROW, call=call, started=at(number), outcome=None, ended=None)
    yield row
    for n in range(MESSAGES):
        yield Message(call, at(number), "caller", outward=n % 2 == 0, method="INVITE")
    for n in range(TURNS):
        yield replace(FULL_TURN, call=call, number=n + 1, at=at(number + n))
    for n in range(STEPS):
        yield Step(call, at(number + n), Happened.RANG, who="Ann")
    for n in range(SAMPLES):
        yield Media(call, at(number + n), jitter=0.01 * n)
    yield replace(row, ended=at(number + 60), outcome=CallOutcome.CONTAINED)


async def told(where: Location, name: str) -> list[Figure]:
    """Tell as many calls as a large line has, and look at what else the event loop does."""
    book = CallBook(where)
    await book.start()
    facts = [list(story(number)) for number in range(int(CALLS_A_SECOND * TELL_FOR))]
    cost, late, most = 0.0, 0.0, 0
    began, used = time.perf_counter(), time.process_time()
    for number, call in enumerate(facts):
        started = time.perf_counter()
        for fact in call:
            book.take(fact)
        cost += time.perf_counter() - started
        while time.perf_counter() < began + (number + 1) / CALLS_A_SECOND:
            slept = time.perf_counter()
            await asyncio.sleep(TICK)
            late = max(late, time.perf_counter() - slept - TICK)
        most = max(most, book.waiting)
    share = (time.process_time() - used) / (time.perf_counter() - began)
    count = sum(map(len, facts))
    await book.close()
    return [
        Figure(name, f"facts told a second, {CALLS_A_SECOND} calls/s", count / TELL_FOR, "1/s"),
        Figure(name, "  cost of telling one, in the event loop", 1e6 * cost / count, "µs"),
        Figure(name, "  most that waited to be written", most, "facts"),
        Figure(name, "  longest the event loop was late", 1000 * late, "ms"),
        Figure(name, "  CPU of the process", 100 * share, "% of a core"),
    ]


async def flat_out(where: Location, name: str) -> list[Figure]:
    """Write what waits after an outage."""
    book = CallBook(where)
    await book.start()
    for number in range(400):
        for fact in story(100_000 + number):
            book.take(fact)
    count, began = book.waiting, time.perf_counter()
    while not await book.flush():
        continue
    rate = count / (time.perf_counter() - began)
    await book.close()
    return [Figure(name, "facts written a second after an outage", rate, "1/s")]


async def filled(where: Location, count: int) -> None:
    """Put *count* calls with their turns into the store."""
    store = Store(where, timeout=300.0)
    numbers = iter(range(1_000_000, 1_000_000 + count))
    while part := list(islice(numbers, AT_ONCE)):
        found = [fact for number in part for fact in story(number)]
        ended = [fact for fact in found if isinstance(fact, CallRow) and fact.ended]
        kept_calls = [rows.of_call(row, run="000bec00") for row in ended]
        kept_turns = [rows.of_turn(fact) for fact in found if isinstance(fact, Turn)]
        await store.write(partial(writing.upsert, calls, kept_calls))
        await store.write(partial(writing.upsert, turns, kept_turns))
    await store.close()


def read(where: Location, name: str, count: int) -> list[Figure]:
    """Open a large store and read single calls of it."""
    began = time.perf_counter()
    asyncio.run(filled(where, count))
    rate = count * (TURNS + 1) / (time.perf_counter() - began)
    began = time.perf_counter()
    with reading.reading(where, patience=300) as records:
        opened = time.perf_counter()
        for number in range(100):
            assert reading.story(records, name_of(1_000_000 + number * 7919 % count)) is not None  # noqa: S101 - a benchmark that reads nothing measures nothing
        stories = time.perf_counter()
        reading.recent(records, 100)
        last = time.perf_counter()
    found = [
        Figure(name, f"rows filled in a second, {count:,} calls", rate, "1/s"),
        Figure(name, "  open the store", 1000 * (opened - began), "ms"),
        Figure(name, "  read one call whole", 10 * (stories - opened), "ms"),
        Figure(name, "  list the last 100 calls", 1000 * (last - stories), "ms"),
    ]
    for form, table in (("csv", "turns"), ("parquet", "turns")):
        began = time.perf_counter()
        words = [sys.executable, "-c", EXPORT, str(where), form, table]
        peak = float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        took = time.perf_counter() - began
        found.append(Figure(name, f"  export all {table} as {form}", took, "s"))
        found.append(Figure(name, "    most memory", peak, "MB"))
    return found


def measured(where: Location, name: str, count: int) -> list[Figure]:
    """Measure everything in one database."""
    return [
        *asyncio.run(told(where, name)),
        *asyncio.run(flat_out(where, name)),
        *read(where, name, count),
    ]


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=300_000, help="of the large store")
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"])
    options = parser.parse_args()
    figures: list[Figure] = []
    if options.only != "PostgreSQL":
        with tempfile.TemporaryDirectory() as folder:
            figures += measured(Path(folder) / "calls.db", "SQLite", options.calls)
    if options.only != "SQLite":
        with PostgresServer() as server:
            figures += measured(server.new_database(), "PostgreSQL", options.calls)
    for one in figures:
        print(f"{one.database:12} {one.what:48} {one.value:12,.1f} {one.unit}")
    keep("records", {"figures": [asdict(figure) for figure in figures]})


if __name__ == "__main__":
    main()
