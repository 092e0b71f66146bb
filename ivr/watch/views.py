"""What of a living call each role may see, as JSON."""

from typing import Any

from ivr.story.facts import Glimpse
from ivr.watch.roles import Role
from ivr.watch.wire import shape, told

ALWAYS_NEW = frozenset({"at"})  # by itself no news
VIEWS = (Role.VIEWER, Role.OPERATOR)  # a supervisor follows as an operator does


def view_of(role: Role) -> Role:
    """Tell whose view *role* follows."""
    return min(role, Role.OPERATOR, key=lambda one: one.rank)


def seen(glimpse: Glimpse, view: Role) -> dict[str, Any]:
    """Show a moment of a call to *view*."""
    return _shown(glimpse, shape(Glimpse).shown, view)


def changes(before: Glimpse, now: Glimpse, view: Role) -> dict[str, Any]:
    """Show what is new to *view*; nothing when that is only the time."""
    names = [name for name in shape(Glimpse).shown if getattr(before, name) != getattr(now, name)]
    if view is Role.VIEWER and "words" in names:
        names.remove("words")
    if ALWAYS_NEW.issuperset(names):
        return {}
    return _shown(now, names, view)


def _shown(glimpse: Glimpse, names: "list[str] | tuple[str, ...]", view: Role) -> dict[str, Any]:
    found = {name: told(getattr(glimpse, name)) for name in names}
    if view is Role.VIEWER:
        if "words" in found:
            found["words"] = ""
        if "slots" in found:
            found["slots"] = dict.fromkeys(found["slots"], "")
    return found
