"""
Facts as JSON, and back: what the live feed sends, and what whoever follows it makes of it.

What a dataclass keeps from its `repr` is never sent. What comes in is checked against the types
of the dataclass: members it does not know are left out, those that are missing keep their
default, and anything else raises ValueError.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from ivr.errors import IvrError

T = TypeVar("T")
DIGITS = 3  # of seconds, shares and levels; finer is no use to a reader


def told(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Make of *value*, a dataclass or part of one, what JSON can hold."""
    match value:
        case Enum():
            return value.value
        case str() | bool() | int() | None:
            return value
        case float():
            return round(value, DIGITS)
        case datetime():
            return value.isoformat(timespec="milliseconds")
        case Mapping():
            return {str(key): told(one) for key, one in value.items()}
        case tuple() | list() | frozenset() | deque():
            return [told(one) for one in value]
    return {name: told(getattr(value, name)) for name in shape(type(value)).shown}


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a dataclass."""

    shown: tuple[str, ...]
    """Fields that may be sent."""
    needed: frozenset[str]
    """Fields without a default."""
    hints: Mapping[str, Any]


_SHAPES: dict[type[Any], Shape] = {}


def shape(kind: type[Any]) -> Shape:
    """Look at the dataclass *kind*, once."""
    if kind not in _SHAPES:
        shown = tuple(f.name for f in fields(kind) if f.repr)
        free = {f.name for f in fields(kind) if f.default is not MISSING}
        free |= {f.name for f in fields(kind) if f.default_factory is not MISSING}
        _SHAPES[kind] = Shape(shown, frozenset(shown) - free, get_type_hints(kind))
    return _SHAPES[kind]


def read(kind: type[T], raw: object) -> T:
    """
    Make a *kind*, which is a dataclass, of *raw*.

    Raises:
        ValueError: It is not one.
    """
    values = read_some(kind, raw)
    missing = shape(kind).needed - values.keys()
    if missing:
        raise ValueError(f"{kind.__name__} without {', '.join(sorted(missing))}")
    try:
        return kind(**values)
    except IvrError as error:
        raise ValueError(str(error)) from error


def read_some(kind: type[Any], raw: object) -> dict[str, Any]:
    """
    Read those fields of the dataclass *kind* that *raw* has.

    Raises:
        ValueError: One of them is none.
    """
    if not isinstance(raw, dict):
        raise ValueError(f"{kind.__name__}: an object is wanted")  # noqa: TRY004 - as documented
    known = shape(kind)
    return {name: _value(known.hints[name], raw[name]) for name in known.shown if name in raw}


def _value(hint: Any, raw: object) -> object:  # noqa: ANN401 - a resolved annotation
    kind, inside = get_origin(hint) or hint, get_args(hint)
    if NoneType in inside:
        return None if raw is None else _value(inside[0], raw)
    if kind is tuple and isinstance(raw, list):
        return tuple(_value(inside[0], one) for one in raw)
    if kind is Mapping and isinstance(raw, dict):
        return {key: _value(inside[1], one) for key, one in raw.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        return read(kind, raw)
    if kind is float and isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    if isinstance(raw, str) and kind is datetime:
        return _moment(raw)
    if isinstance(raw, str) and isinstance(kind, type) and issubclass(kind, Enum):
        return kind(raw)
    if type(raw) is kind:
        return raw
    raise ValueError(f"a {getattr(kind, '__name__', kind)} is wanted")


def _moment(raw: str) -> datetime:
    moment = datetime.fromisoformat(raw)
    if moment.tzinfo is None:
        raise ValueError("a moment with its time zone is wanted")
    return moment
