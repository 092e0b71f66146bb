"""The figures for machines: what `ivr report --json` prints."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum

from ivr.errors import MisuseError
from ivr.report.period import Period

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def plain(value: object) -> Plain:
    """Turn figures into what JSON knows: days and moments by ISO 8601, hours as `weekday-hour`."""
    match value:
        case Period():
            return {"first": value.first.isoformat(), "last": value.last.isoformat()}
        case Enum():
            return plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case Mapping():
            return {_key(key): plain(one) for key, one in value.items()}
        case tuple():
            return [plain(one) for one in value]
        case _ if is_dataclass(value):
            return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        case _:
            raise MisuseError(f"no figure: {type(value).__name__}")


def _key(key: object) -> str:
    if isinstance(key, tuple):
        return "-".join(map(str, key))
    return "" if key is None else str(key)
