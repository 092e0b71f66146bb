"""The page of settings names every setting with its default, and none that is not there."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from ivr.settings import CHOICES, Settings
from tests.support.need import ROOT

PAGE = ROOT / "docs" / "reference" / "settings.md"
REQUIRED = "required"


def documented() -> dict[str, tuple[str, str]]:
    """Setting to its default and meaning."""
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.\[\]]+)` \| (.+?) \| (.+) \|$", text, re.MULTILINE)
    return {name: (default.strip("`"), meaning) for name, default, meaning in rows}


def declared(kind: Any, where: str = "") -> Iterator[tuple[str, object]]:  # noqa: ANN401 - a dataclass
    """Walk over the settings and their defaults as they are written in TOML."""
    hints = get_type_hints(kind)
    for each in fields(kind):
        name, hint = f"{where}{each.name}", hints[each.name]
        if is_dataclass(hint):
            yield from declared(hint, f"{name}.")
            continue
        yield name, REQUIRED if each.default is MISSING else each.default
        item = get_args(hint)[0] if get_origin(hint) is tuple else None
        if item is not None and is_dataclass(item):
            yield from declared(item, f"{name}[].")


def test_every_setting_is_described_with_its_default() -> None:
    expected = {
        name: default if default is REQUIRED else json.loads(json.dumps(default))
        for name, default in declared(Settings)
    }
    told = {
        name: default if default == REQUIRED else tomllib.loads(f"x = {default}")["x"]
        for name, (default, _) in documented().items()
    }
    assert told == expected


def test_every_accepted_word_of_a_setting_is_named() -> None:
    described = documented()
    unnamed = [
        f"{name}: {word}"
        for name, words in CHOICES.items()
        for word in words
        if f"`{word}`" not in described[name][1]
    ]
    assert unnamed == []
