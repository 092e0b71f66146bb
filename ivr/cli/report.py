"""`ivr report`: how the calls of a month went, for whoever runs the practice."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.cli.flow_versions import LIVE, practice_named
from ivr.cli.options import add_json, add_settings, read_settings
from ivr.errors import FlowErrors, SettingsError, StoreError
from ivr.handoff.office import Office
from ivr.loading import Practice
from ivr.records.reading import reading
from ivr.records.versions import VersionBook
from ivr.report import period
from ivr.report.figures import Figures
from ivr.report.gather import Asked, gather
from ivr.report.machine import plain
from ivr.report.page import page_of
from ivr.report.pdf import Paper, pdf_of
from ivr.report.period import LONGEST, Period
from ivr.report.words import Words
from ivr.settings import Settings


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `report`."""
    parser = commands.add_parser("report", help="how the calls of a month went, as a page to read")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--month", metavar="YYYY-MM", help="default: the last whole month")
    which.add_argument("--week", metavar="YYYY-Www", help="such as 2026-W41")
    which.add_argument("--from", dest="first", metavar="DAY", type=_day, help="YYYY-MM-DD")
    parser.add_argument("--to", dest="last", metavar="DAY", type=_day, help="default: yesterday")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: report-PERIOD.html")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write a PDF, too")
    parser.add_argument("--paper", type=Paper, choices=tuple(Paper), default=Paper.LETTER)
    add_settings(parser)
    add_json(parser)
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Count, and write what was asked for."""
    settings = read_settings(options)
    practice = _practice(settings)
    office = practice.office if practice else Office()
    zone = next((queue.hours.zone for queue in office.queues.values()), None)
    now = datetime.now(UTC)
    span = _period(options, zone, now.astimezone(zone).date())
    asked = Asked(settings.clinic.name, span, now, lambda queue: office.queue(queue).target)
    with reading(settings.call_book) as records:
        try:
            figures = gather(records, asked)
        except ValueError as error:
            raise StoreError(f"the records hold rows that are none: {error}") from error
    if options.json:
        print(json.dumps(plain(figures)))
        return 0
    _write(figures, Words(practice.book.flows if practice else {}, office), options)
    return 0


def _write(figures: Figures, words: Words, options: argparse.Namespace) -> None:
    page = page_of(figures, words)
    out: Path = options.out or Path(f"report-{figures.period.short}.html")
    _save(out, page.encode())
    if options.pdf:
        _save(options.pdf, pdf_of(page, options.paper))


def _save(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error
    print(file)


def _practice(settings: Settings) -> Practice | None:
    """Read the words of what is live; without them the report shows the names of the files."""

    async def live() -> Practice:
        versions = VersionBook(settings.version_book)
        try:
            return await practice_named(LIVE, settings, versions)
        finally:
            await versions.close()

    try:
        return asyncio.run(live())
    except (FlowErrors, SettingsError, StoreError) as error:
        print(f"ivr: the flows cannot be read, names stand for words: {error}", file=sys.stderr)
        return None


# ---------------------------------------------------------------- the period


def _day(written: str) -> date:
    return date.fromisoformat(written)


def _period(options: argparse.Namespace, zone: ZoneInfo | None, today: date) -> Period:
    if options.last and not options.first:
        raise SettingsError("--to", found="no --from", accepted="both, or another period")
    if options.month:
        return _read(options.month, period.month, "--month", "a month such as 2026-10", zone)
    if options.week:
        return _read(options.week, period.week, "--week", "a week such as 2026-W41", zone)
    if not options.first:
        return period.last_month(today, zone)
    after = (options.last + period.DAY) if options.last else max(today, options.first + period.DAY)
    if not 0 < (after - options.first).days <= LONGEST:
        found = f"{(after - options.first).days} days"
        raise SettingsError("--from and --to", found=found, accepted=f"1 to {LONGEST} days")
    return Period(options.first, after, zone)


def _read(
    written: str,
    read: Callable[[str, ZoneInfo | None], Period | None],
    option: str,
    accepted: str,
    zone: ZoneInfo | None,
) -> Period:
    found = read(written, zone)
    if found is None:
        raise SettingsError(option, found=repr(written), accepted=accepted)
    return found
