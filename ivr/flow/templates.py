"""Prompts with `{slot}` in them. A brace has no other meaning."""

import re
from collections.abc import Callable

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_ONLY_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}\Z")


def slots_of(template: str) -> tuple[str, ...]:
    """Name the slots *template* speaks, each once, in order."""
    return tuple(dict.fromkeys(_SLOT.findall(template)))


def fill(template: str, speak: Callable[[str], str]) -> str:
    """Replace each `{slot}` by `speak(slot)`; what that returns is never looked into again."""
    return _SLOT.sub(lambda found: speak(found[1]), template)


def only_slot(template: str) -> str | None:
    """Name the slot when *template* is exactly `{slot}`, so that its value can be passed whole."""
    found = _ONLY_SLOT.match(template)
    return found[1] if found else None


def malformed(template: str) -> int | None:
    """Find the first brace that is not part of a `{slot}`: its index, or None."""
    rest = _SLOT.sub(lambda found: " " * len(found[0]), template)
    return next((at for at, character in enumerate(rest) if character in "{}"), None)
