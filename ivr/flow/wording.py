"""Checks: can a caller say, or press, what is wanted?"""

from collections.abc import Collection, Iterator

from ivr.errors import FlowError
from ivr.flow.fields import Path
from ivr.flow.model import Ask, Choice, Flow
from ivr.flow.rules import Rule
from ivr.flow.scene import Scene, mistake

MOST_CHOICES = 5  # of a menu heard, not seen; more are forgotten

ENGINE_KEYS = frozenset({"0", "*"})  # a person; back, help and the like

Found = Iterator[FlowError]


def check_wording(scene: Scene, *, reserved: Collection[str]) -> Found:
    """
    Check menus, phrases and keys.

    Args:
        scene: All flows.
        reserved: Phrases the line understands in every state, such as `operator`.
    """
    for flow in scene.flows.values():
        for slot in flow.slots.values():
            yield from _choices(flow, ("slots", slot.name), slot.choices, reserved)
    for flow, state in scene.states():
        if isinstance(state, Ask):
            yield from _menu(flow, state, reserved)


def _menu(flow: Flow, state: Ask, reserved: Collection[str]) -> Found:
    choices = state.question.choices
    path = ("states", state.name)
    if len(choices) > MOST_CHOICES:
        message = f"this menu has {len(choices)} choices; {MOST_CHOICES} are the most"
        hint = "put the rarer ones into a second menu"
        yield mistake(flow, (*path, "choices"), Rule.LONG_MENU, message, hint)
    yield from _choices(flow, path, choices, reserved)


def _choices(
    flow: Flow, path: Path, choices: tuple[Choice, ...], reserved: Collection[str]
) -> Found:
    keys: dict[str, str] = {}
    phrases: dict[str, str] = {}
    for choice in choices:
        place = (*path, "choices", choice.name)
        if choice.key in ENGINE_KEYS:
            message = f"key {choice.key} belongs to the line in every state"
            yield mistake(flow, (*place, "key"), Rule.KEY_RESERVED, message, "take another key")
        elif choice.key is not None and choice.key in keys:
            message = f"key {choice.key} means {keys[choice.key]} already"
            yield mistake(flow, (*place, "key"), Rule.KEY_COLLIDES, message, "take another key")
        if choice.key is not None:
            keys.setdefault(choice.key, choice.name)
        for phrase in choice.says:
            if phrase in reserved:
                message = f"{phrase!r} means something to the line in every state"
                hint = "take another phrase"
                yield mistake(flow, (*place, "says"), Rule.PHRASE_RESERVED, message, hint)
            elif phrases.setdefault(phrase, choice.name) != choice.name:
                message = f"{phrase!r} means {phrases[phrase]} already"
                hint = "take another phrase"
                yield mistake(flow, (*place, "says"), Rule.PHRASE_COLLIDES, message, hint)
