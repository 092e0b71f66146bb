"""Reading the operator's settings: one TOML file, checked whole before anything starts."""

import tomllib
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

from ivr.errors import SettingsError
from ivr.settings import CHOICES, MAX_PORT, PATHS, SHAPES, Settings


def load(path: Path | None) -> Settings:
    """
    Read *path*; None gives the defaults.

    Relative paths in the file are relative to the file's folder, the defaults to the
    current one.

    Raises:
        SettingsError: The file cannot be read, or a setting is unknown or out of range.
    """
    if path is None:
        return Settings()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(path), found="no readable file", accepted="a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), found=f"{error}", accepted="valid TOML in UTF-8") from error
    settings = _build(Settings, raw, where="")
    return _absolute(settings, raw, path.resolve().parent)


def _build(kind: Any, raw: object, *, where: str) -> Any:  # noqa: ANN401 - any dataclass of this module
    if not isinstance(raw, dict):
        raise SettingsError(where, found=_shape(raw), accepted="a table")
    hints = get_type_hints(kind)
    known = {f.name for f in fields(kind)}
    values: dict[str, object] = {}
    for name, value in raw.items():
        place = f"{where}.{name}" if where else name
        if name not in known:
            raise SettingsError(
                place, found="an unknown setting", accepted=", ".join(sorted(known))
            )
        values[name] = _value(hints[name], value, place)
    try:
        return kind(**values)
    except TypeError as error:
        missing = [f.name for f in fields(kind) if f.name not in values]
        raise SettingsError(
            where, found="an entry without " + missing[0], accepted="one with it"
        ) from error


def _value(hint: Any, value: object, place: str) -> object:  # noqa: ANN401 - a resolved annotation
    if is_dataclass(hint):
        return _build(hint, value, where=place)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise SettingsError(place, found=_shape(value), accepted="a list")
        item = get_args(hint)[0]
        return tuple(_value(item, v, f"{place}[{i}]") for i, v in enumerate(value))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise SettingsError(place, found=_shape(value), accepted=f"a {hint.__name__}")
    if place in CHOICES and value not in CHOICES[place]:
        raise SettingsError(place, found=repr(value), accepted=", ".join(CHOICES[place]))
    shape, accepted = SHAPES.get(place.partition("[")[0], (None, ""))
    if shape is not None and not shape.match(str(value)):
        raise SettingsError(place, found=repr(value), accepted=accepted)
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        raise SettingsError(place, found=str(value), accepted="0 or more")
    if place.endswith("port") and isinstance(value, int) and value > MAX_PORT:
        raise SettingsError(place, found=str(value), accepted="a port, 0 to 65535")
    return value


def _shape(value: object) -> str:
    return {dict: "a table", list: "a list", str: "a text", bool: "true or false"}.get(
        type(value), f"a {type(value).__name__}"
    )


def _absolute(settings: Settings, raw: dict[str, Any], folder: Path) -> Settings:
    changed: Any = settings
    for place in PATHS:
        section, _, name = place.rpartition(".")
        written = (raw.get(section, {}) if section else raw).get(name)
        if not written:
            continue
        path = {name: str(folder / Path(written).expanduser())}
        if section:
            path = {section: replace(getattr(changed, section), **path)}
        changed = replace(changed, **path)
    return cast("Settings", changed)
