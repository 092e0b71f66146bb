"""
What columns of the records hold, and the last gate: a text that is no name never gets in.

Moments are whole milliseconds since 1970 in UTC: compared, searched and summed up alike by
SQLite and PostgreSQL.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Double, Integer, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

WITHHELD = "[withheld]"
NAME = re.compile(r"(?!.*\d{5})[A-Za-z_][\w.:-]{0,99}", re.ASCII)
PERSON = re.compile(r"(?!.*\d{5})[^\W\d_][\w .'-]{0,59}")
TRUNK = re.compile(r"(?!.*\d{5})\w[\w .:-]{0,59}")
CELL = re.compile(r"[\w.:-]{1,100}", re.ASCII)
"""Names of machines: containers are called by figures."""
FILE = re.compile(r"[0-9a-f]{32}\.wav")
CALLER = re.compile(r"[0-9a-f]{16}")
VERSION = re.compile(r"[0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{64}")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


Kind = TypeEngine[Any]
"""Any of these."""


def milliseconds(moment: datetime) -> int:
    """Return *moment* as a column of moments holds it."""
    return round((moment - _EPOCH) / _MILLISECOND)


def moment(milliseconds: int) -> datetime:
    """
    Return the moment that a column of moments holds.

    Raises:
        ValueError: It holds none.
    """
    try:
        return _EPOCH + milliseconds * _MILLISECOND
    except (OverflowError, TypeError):
        raise ValueError("no moment") from None


class Moment(TypeDecorator[datetime]):
    """A moment with time zone; to compute with it in SQL, `type_coerce` it to `BigInteger`."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the same in every dialect
        """Write it."""
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the same
        """Read it."""
        return None if value is None else moment(value)


class Name(TypeDecorator[str]):
    """A name from the code, the flows or the settings; anything else is withheld when written."""

    impl = String
    cache_ok = True

    def __init__(self, *shapes: re.Pattern[str]) -> None:
        super().__init__()
        self.shapes = shapes or (NAME,)

    def coerce_compared_value(self, op: object, value: object) -> Kind:  # noqa: ARG002 - the same for all
        """Compare with any text, such as the beginning of a name."""
        return String()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same
        """Write it, or that it was withheld."""
        return None if value is None else _shown(value, self.shapes)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same
        """Read it."""
        return _text(value)


class Choice(TypeDecorator[StrEnum]):
    """A member of an enumeration, by its value."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same
        """Write it; a value that is no member is our own mistake."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 - the same
        """Read it."""
        return None if value is None else self.kind(value)


class Names(TypeDecorator[tuple[str, ...]]):
    """Names in order, as a JSON list."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same
        """Write them."""
        return None if value is None else json.dumps([_shown(name, (NAME,)) for name in value])

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002 - the same
        """Read them."""
        return None if value is None else tuple(_name(item) for item in _list(value))


class Choices(TypeDecorator[tuple[StrEnum, ...]]):
    """Members of an enumeration in order, as a JSON list of their values."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: tuple[StrEnum, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same
        """Write them."""
        return None if value is None else json.dumps([self.kind(item).value for item in value])

    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 - the same
    ) -> tuple[StrEnum, ...] | None:
        """Read them."""
        return None if value is None else tuple(self.kind(item) for item in _list(value))


class Delays(TypeDecorator[tuple[float, ...]]):
    """Seconds in order, as a JSON list of whole milliseconds."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[float, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same
        """Write them."""
        return None if value is None else json.dumps([round(delay * 1000) for delay in value])

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[float, ...] | None:  # noqa: ARG002 - the same
        """Read them."""
        return None if value is None else tuple(float(item) / 1000 for item in _list(value))


class Figure(TypeDecorator[float]):
    """A number; SQLite would let a text stand in its place."""

    impl = Double
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> float | None:  # noqa: ANN401, ARG002 - whatever stands there
        """Read it."""
        return None if value is None else float(value)


class Count(TypeDecorator[int]):
    """A whole number; SQLite would let a text stand in its place."""

    impl = Integer
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ANN401, ARG002 - whatever stands there
        """Read it."""
        return None if value is None else int(value)


@lru_cache(4096)
def _shown(text: str, shapes: tuple[re.Pattern[str], ...]) -> str:
    fits = not text or any(shape.fullmatch(text) for shape in shapes)
    return text if fits else WITHHELD


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError("no name")


def _name(item: object) -> str:
    if isinstance(item, str):
        return item
    raise ValueError("no name")


def _list(written: str) -> list[Any]:
    try:
        found = json.loads(written)
    except TypeError:
        raise ValueError("no list") from None
    if isinstance(found, list):
        return found
    raise ValueError("no list")
