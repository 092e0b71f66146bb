"""
From the text of `queues.yaml` to an `Office`, or to every mistake in it.

The same reader of YAML, the same rules and the same hints as for flows: whoever edits the one
edits the other (docs/reference/queues.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from ivr.errors import FlowError, FlowErrors
from ivr.flow.fields import Notes, Table
from ivr.flow.rules import Rule, shown
from ivr.flow.tree import Fields, Items, Node, Text, parse_tree
from ivr.handoff.hours import Closure, Hours
from ivr.handoff.office import Office, Queue, Strategy
from ivr.handoff.opening import ALWAYS, read_week
from ivr.handoff.tickets import Priority

LONGEST_WRAP_UP = 3600.0  # seconds
RINGING = (5.0, 120.0)  # seconds; shorter nobody reaches the phone, longer no caller waits
TARGET = (5.0, 3600.0)
YEARS = range(2000, 2100)  # clocks of machines go wrong far outside of them
PRIORITIES = (Priority.ROUTINE, Priority.NURSE)  # urgent are the caller's words alone


@dataclass(frozen=True, slots=True)
class _Common:
    """What all queues share unless they say otherwise."""

    hours: Hours = field(default_factory=Hours)


def read_office(text: str, *, file: str) -> Office:
    """
    Read the queues.

    Args:
        text: The whole file.
        file: Its name, for the errors.

    Raises:
        FlowErrors: Every mistake of the file at once.
    """
    root, refused = parse_tree(text, file=file)
    notes = Notes(file)
    notes.errors.extend(refused)
    if isinstance(root, Fields):
        office = _office(root, notes)
        if not notes.errors:
            return office
    elif root is not None or not refused:
        hint = "it begins with queues: and the name of a queue under it"
        mistake = FlowError(file, 1, Rule.WRONG_SHAPE, "a file of queues is a mapping", hint)
        notes.errors.append(mistake)
    raise FlowErrors(notes.errors)


def _office(root: Fields, notes: Notes) -> Office:
    table = Table(root, path=(), notes=notes)
    zone = _zone(table)
    week = read_week(table, notes)
    holidays = dict(_holidays(table.take("holidays"), notes))
    closures = tuple(_closures(table.take("closures"), notes))
    common = _Common(Hours(week or (), holidays, closures, zone))
    queues: dict[str, Queue] = {}
    titles: dict[str, dict[str, str]] = {}
    for name, inner in _mappings(table.take("queues", required=True), notes, "queues"):
        if notes.is_name(name, "a queue"):
            queue = Table(inner, path=("queues", name.value), notes=notes, owner=name)
            queues[name.value] = _queue(name.value, queue, common)
            titles[name.value] = dict(_titles(queue.take("titles"), notes))
            queue.done()
    table.done()
    return Office(queues, titles, notes.file, notes.marks)


def _queue(name: str, table: Table, common: _Common) -> Queue:
    return Queue(
        name,
        title=table.text("title", required=True),
        strategy=Strategy(table.one_of("strategy", tuple(Strategy), default=Strategy.LONGEST_IDLE)),
        needs=frozenset(_words(table, "needs")),
        language=table.name("language"),
        priority=Priority(table.one_of("priority", PRIORITIES, default=Priority.ROUTINE)),
        wrap_up=table.seconds("wrap_up", default=0.0, within=(0.0, LONGEST_WRAP_UP)),
        ring=table.seconds("ring", default=0.0, within=RINGING),
        target=table.seconds("target", default=60.0, within=TARGET),
        when_closed=table.name("when_closed"),
        hours=_hours(table, common),
    )


def _hours(table: Table, common: _Common) -> Hours:
    """Give a queue hours of its own; one that is open always knows no holidays either."""
    week = read_week(table, table.notes)
    if week is None:
        return common.hours
    shared = common.hours
    if week == ALWAYS:
        return Hours(zone=shared.zone)
    return Hours(week, shared.holidays, shared.closures, shared.zone)


def _words(table: Table, key: str) -> Iterator[str]:
    node = table.take(key)
    for item in node.items if isinstance(node, Items) else (node,) if node else ():
        if isinstance(item, Text):
            if table.notes.is_name(item, f"{key}:"):
                yield item.value
        else:
            table.notes.wrong(item, Rule.WRONG_SHAPE, f"{key}: takes a name or a list of names")


def _titles(node: Node | None, notes: Notes) -> Iterator[tuple[str, str]]:
    for key, value in _texts(node, notes, "titles"):
        if notes.is_name(key, "a language"):
            yield key.value, value


def _zone(table: Table) -> ZoneInfo | None:
    name = table.text("time_zone")
    known = available_timezones() if name else set()
    if name in known:
        return ZoneInfo(name)
    if name:
        guess = get_close_matches(name, known, n=1)
        hint = f"did you mean {guess[0]}?" if guess else "a name such as America/New_York"
        node = table.take("time_zone") or table.owner
        message = f"time_zone: cannot be {shown(name)!r}"
        table.notes.wrong(node, Rule.BAD_VALUE, message, hint)
    return None


# ---------------------------------------------------------------- days that are closed


def _holidays(node: Node | None, notes: Notes) -> Iterator[tuple[date, str]]:
    for key, name in _texts(node, notes, "holidays"):
        try:
            yield _date(key.value), name
        except ValueError:
            message = f"{shown(key.value)!r} is no date"
            notes.wrong(key, Rule.BAD_VALUE, message, "year-month-day, such as 2026-12-25")


def _closures(node: Node | None, notes: Notes) -> Iterator[Closure]:
    if node is not None and not isinstance(node, Items):
        notes.wrong(node, Rule.WRONG_SHAPE, "closures: takes a list", "begin each with - from:")
        return
    for item in node.items if node is not None else ():
        if not isinstance(item, Fields):
            notes.wrong(item, Rule.WRONG_SHAPE, "a closure has from:, to: and says:")
            continue
        table = Table(item, path=("closures",), notes=notes)
        begins = _moment(table, "from", last=False)
        ends = _moment(table, "to", last=True)
        says = table.text("says", required=True)
        table.done()
        if begins is None or ends is None:
            continue
        if ends <= begins:
            notes.wrong(item, Rule.BAD_VALUE, "this closure ends before it begins")
        yield Closure(begins, ends, says)


def _moment(table: Table, key: str, *, last: bool) -> datetime | None:
    text = table.text(key, required=True)
    if not text:
        return None
    try:
        if len(text) == len("2026-12-25"):
            # A closure up to a day lasts until that day is over.
            return datetime.combine(_date(text) + timedelta(days=1 if last else 0), time())
        day, clock = text.split(" ", 1)
        return datetime.combine(_date(day), time.fromisoformat(clock.strip().zfill(5)))
    except ValueError:
        node = table.take(key) or table.owner
        hint = "a day such as 2026-12-25, or a day and a time such as 2026-12-25 13:00"
        message = f"{key}: cannot be {shown(text)!r}"
        table.notes.wrong(node, Rule.BAD_VALUE, message, hint)
        return None


def _date(text: str) -> date:
    """
    Read a day.

    Raises:
        ValueError: It is none, or not of this century.
    """
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError(text)
    return day


# ---------------------------------------------------------------- shapes


def _mappings(node: Node | None, notes: Notes, key: str) -> Iterator[tuple[Text, Fields]]:
    for name, value in _entries(node, notes, key):
        if isinstance(value, Fields):
            yield name, value
        else:
            message = f"{shown(name.value)}: takes keys of its own"
            notes.wrong(value, Rule.WRONG_SHAPE, message, "at least title: stands under it")


def _texts(node: Node | None, notes: Notes, key: str) -> Iterator[tuple[Text, str]]:
    for name, value in _entries(node, notes, key):
        folded = " ".join(value.value.split()) if isinstance(value, Text) else ""
        if folded:
            yield name, folded
        else:
            notes.wrong(value, Rule.WRONG_SHAPE, f"{shown(name.value)}: takes one text")


def _entries(node: Node | None, notes: Notes, key: str) -> Iterator[tuple[Text, Node]]:
    if isinstance(node, Fields):
        yield from node.entries
    elif node is not None:
        notes.wrong(node, Rule.WRONG_SHAPE, f"{key}: takes name: value, one a line")
