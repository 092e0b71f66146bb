"""Facts as rows of the tables, and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Table

from ivr.records import tables
from ivr.story.calls import CallRow, Wait
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Sound, Turn

T = TypeVar("T", CallRow, Turn, Step, Media, Message, Wait, Sound)
Values = dict[str, Any]
"""Column to value, as the tables take them."""

_OF_WAIT = tuple(field.name for field in fields(Wait))


def of_call(row: CallRow, *, run: str) -> Values:
    """Return a row of `tables.calls`."""
    values = _plain(row)
    wait = values.pop("wait")
    last = row.path[-1] if row.path else ""
    return values | _waiting(wait) | {"run": run, "last_state": last}


def of_turn(turn: Turn) -> Values:
    """Return a row of `tables.turns`."""
    values = _plain(turn)
    return values | _plain(values.pop("sound"))


def numbered(fact: Step | Media | Message, number: int, **more: str) -> Values:
    """Return a row of `tables.steps`, `media` or `messages`; *more*: the `run` where it has one."""
    return _plain(fact) | {"number": number, **more}


def call_of(found: Mapping[str, Any]) -> CallRow:
    """
    Read a row of `tables.calls`.

    Raises:
        ValueError: It is none.
    """
    waits = found["waited"] is not None
    wait = _made(Wait, found) if waits else None
    return _made(CallRow, {**found, "wait": wait})


def turn_of(found: Mapping[str, Any]) -> Turn:
    """Read a row of `tables.turns`."""
    return _made(Turn, {**found, "sound": _made(Sound, found)})


def step_of(found: Mapping[str, Any]) -> Step:
    """Read a row of `tables.steps`."""
    return _made(Step, found)


def media_of(found: Mapping[str, Any]) -> Media:
    """Read a row of `tables.media`."""
    return _made(Media, found)


def message_of(found: Mapping[str, Any]) -> Message:
    """Read a row of `tables.messages`."""
    return _made(Message, found)


def _plain(fact: object) -> Values:
    return {name: getattr(fact, name) for name in fact.__slots__}  # type: ignore[attr-defined] # every fact has slots


def _waiting(wait: Wait | None) -> Values:
    return dict.fromkeys(_OF_WAIT) if wait is None else _plain(wait)


def _made(kind: type[T], found: Mapping[str, Any]) -> T:
    return kind(**{field.name: found[field.name] for field in fields(kind)})


TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (tables.calls, tables.turns, tables.steps, tables.media, tables.messages)
}
"""What is kept of calls, by name."""
