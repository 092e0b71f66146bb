"""Reading opening hours as people write them: `8:00-12:00, 13:00-17:00` or `8 AM - 5 PM`."""

import re

from ivr.flow.fields import Notes, Table
from ivr.flow.rules import Rule, did_you_mean, shown
from ivr.flow.tree import Fields, Items, Node, Text
from ivr.handoff.hours import DAYS, MIDNIGHT, Span

Week = tuple[tuple[Span, ...], ...]

ALWAYS: Week = ()
_WHOLE_DAY = (Span(0, MIDNIGHT),)
_GROUPS = {"weekdays": DAYS[:5], "weekend": DAYS[5:], "every_day": DAYS}
_CLOCK = r"(\d{1,2})(?::(\d{2}))?\s*([ap])?\.?(?:m\.?)?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|\u2013|to)\s*{_CLOCK}\Z", re.IGNORECASE)
_NOON = 12
_HINT = "such as 8:00-17:00, or 8 AM - 5 PM, or closed"


def read_week(table: Table, notes: Notes) -> Week | None:
    """
    Read `hours:` of *table*.

    Returns:
        Seven days from Monday on; `ALWAYS`; or None when nothing is written.
    """
    node = table.take("hours")
    match node:
        case None:
            return None
        case Text(value="always"):
            return ALWAYS
        case Fields():
            return _week(node, notes)
        case _:
            message = "hours: takes days, or always"
            notes.wrong(node, Rule.WRONG_SHAPE, message, "weekdays: 8:00-17:00 under it")
            return None


def _week(node: Fields, notes: Notes) -> Week:
    days: dict[str, tuple[Span, ...]] = {}
    grouped: dict[str, tuple[Span, ...]] = {}
    for key, value in node.entries:
        spans = _day(value, notes)
        if key.value in DAYS:
            days[key.value] = spans
        elif key.value in _GROUPS:
            grouped |= dict.fromkeys(_GROUPS[key.value], spans)
        else:
            hint = did_you_mean(key.value, (*DAYS, *_GROUPS))
            notes.wrong(key, Rule.UNKNOWN_KEY, f"{shown(key.value)}: is no day", hint)
    # A day that stands by itself is meant, whatever its group says.
    both = grouped | days
    return tuple(both.get(day, ()) for day in DAYS)


def _day(node: Node, notes: Notes) -> tuple[Span, ...]:
    items = node.items if isinstance(node, Items) else (node,)
    spans: list[Span] = []
    for item in items:
        if not isinstance(item, Text):
            notes.wrong(item, Rule.WRONG_SHAPE, "a day takes hours", _HINT)
            continue
        for written in item.value.split(","):
            spans += _spans(written.strip(), item, notes)
    return tuple(sorted(spans, key=lambda span: span.opens))


def _spans(written: str, node: Text, notes: Notes) -> tuple[Span, ...]:
    match written.lower():
        case "closed":
            return ()
        case "always" | "all day":
            return _WHOLE_DAY
    found = _SPAN.match(written)
    opens = _minutes(*found.groups()[:3]) if found else None
    closes = _minutes(*found.groups()[3:]) if found else None
    if opens is None or closes is None:
        notes.wrong(node, Rule.BAD_VALUE, f"{shown(written)!r} are no hours", _HINT)
        return ()
    if closes <= opens:
        message = f"{shown(written)!r} ends before it begins"
        hint = "write 8:00-17:00 or 8 AM - 5 PM; past midnight two days share it: 22:00-24:00"
        notes.wrong(node, Rule.BAD_VALUE, message, hint)
        return ()
    return (Span(opens, closes),)


def _minutes(hour: str, minute: str | None, half: str | None) -> int | None:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= _NOON:
            return None
        hours = hours % _NOON + (_NOON if half.lower() == "p" else 0)
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= MIDNIGHT else None  # noqa: PLR2004 - minutes of an hour
